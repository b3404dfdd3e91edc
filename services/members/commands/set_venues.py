"""Say which venues there are (2+2), whole."""

from sqlalchemy import delete, insert

from chassis.problems import Invalid
from chassis.work import Work
from services.members import coverage_tables as tables
from services.members.grids import grid_of, parties_of
from services.members.rules.coverage import PLACES
from tongxin_contracts.members.coverage import SetVenues, VenuesSet
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem


async def set_venues(command: SetVenues, work: Work) -> Done:
    """Replace them; raises Invalid for a venue in a place that is not on the list, or said twice."""
    places = {party.name for party in await parties_of(work) if party.kind in PLACES}
    keys = [(venue.place, venue.kind, venue.name) for venue in command.venues]
    errors = [
        FieldProblem(field=f"venues.{number}", message=f"名单里没有“{venue.place}”，请先加入名单。")
        for number, venue in enumerate(command.venues)
        if venue.place not in places
    ]
    errors += [
        FieldProblem(field=f"venues.{number}", message=f"“{place}”的“{name}”写了两次。")
        for number, (place, kind, name) in enumerate(keys)
        if keys.index((place, kind, name)) < number
    ]
    if errors:
        raise Invalid(errors=errors)
    grid = await grid_of(work, command.expected_version)
    await work.tx.sql.execute(delete(tables.venue).where(tables.venue.c.committee == work.committee))
    if command.venues:
        await work.tx.sql.execute(
            insert(tables.venue),
            [
                {
                    "committee": work.committee,
                    "place": venue.place,
                    "kind": venue.kind.value,
                    "name": venue.name,
                    "has": [fixture.value for fixture in dict.fromkeys(venue.has)],
                }
                for venue in command.venues
            ],
        )
    grid.state(VenuesSet(grid_id=grid.id, venues=len(command.venues)))
    grid.note("set_venues", reason=f"活动阵地 {len(command.venues)} 处")
    return Done(id=grid.id, version=grid.version)
