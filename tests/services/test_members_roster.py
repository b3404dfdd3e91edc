"""Rosters: what is good goes in, what is bad is reported with what to do, and nothing goes in twice."""

import time

from tests.house import House
from tests.members_at_work import (
    as_xlsx,
    counts,
    import_roster,
    roster_rows,
    stated,
)
from tests.waiting import until_async
from tongxin_contracts.members.events import MemberAdmitted, PersonContact


async def test_a_roster_of_320_goes_in_as_members_and_contacts(house: House) -> None:
    committee = "341001"
    started = time.perf_counter()
    answer = await import_roster(house, committee, as_xlsx(roster_rows(committee, 320)))
    print("import", time.perf_counter() - started)
    assert counts(answer) == (320, 0, 0, 0)

    async def all_are_out() -> bool:
        return len(await stated(house.stack, PersonContact, committee)) == 320

    await until_async(all_are_out, "320 contacts in PERSON")
    admitted = await stated(house.stack, MemberAdmitted, committee)
    assert len({event["member_id"] for event in admitted}) == 320
