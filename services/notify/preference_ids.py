"""What a member's preferences are called: derived from whose they are, so that nobody has to look them up."""

from uuid import UUID

from chassis.ids import derived_id


def preference_id(committee: str, person: UUID) -> UUID:
    """What an address in `preference` is sealed for."""
    return derived_id("preference", committee, person)
