"""Everything the portal's pages stand on, put together once."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from chassis.bus import Caller
from chassis.clock import Clock
from chassis.database import Database
from chassis.files import Files
from services.portal import tables
from services.portal.accounts.sign_in import AddressLimit, Strangers
from services.portal.live.hints import Hints
from services.portal.live.processes import ProcessWatch
from services.portal.render import Renderer
from services.portal.roles_shown import RolesShown
from services.portal.settings import PortalSettings


@dataclass(slots=True, kw_only=True)
class Portal:
    """What a request may use."""

    settings: PortalSettings
    database: Database
    caller: Caller
    files: Files
    clock: Clock
    renderer: Renderer
    hints: Hints
    processes: ProcessWatch
    addresses: AddressLimit = field(default_factory=AddressLimit)
    strangers: Strangers = field(default_factory=Strangers)
    roles_shown: RolesShown = field(default_factory=RolesShown)

    async def names(self, people: set[UUID]) -> dict[UUID, str]:
        """What to call these people; those nobody told of are left out."""
        if not people:
            return {}
        async with self.database.transaction() as tx:
            rows = await tx.sql.execute(select(tables.person).where(tables.person.c.id.in_(people)))
            return {row.id: row.name for row in rows}
