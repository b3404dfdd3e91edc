"""The running house as tests use it: real servers, real service processes, and somebody who asks."""

from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from tongxin.asking import Asker as House
from tongxin.asking import portal_settings
from tongxin_contracts.permissions import Role

__all__ = ["BESIDE", "CITY", "COUNTY", "House", "person", "portal_settings"]

CITY, COUNTY, BESIDE = "340900", "340921", "340922"
"""安和市, 清源县 under it, and 云岭县 beside that."""


def person(*roles: Role, committee: str = COUNTY, person_id: UUID | None = None) -> Actor:
    """Somebody with these roles in a committee."""
    return Actor(id=str(person_id or new_id()), committee=committee, roles=roles)
