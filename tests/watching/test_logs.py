"""Logs are JSON lines that say when, who and how bad, and hold nobody's name, telephone number or text."""

import json
from dataclasses import replace

from tests.house import COUNTY, House
from tests.members_at_work import adopt, as_xlsx, import_roster, roster_rows
from tests.proposals_at_work import TEXT
from tests.watching.conftest import Watched
from tests.watching.work import Done
from tongxin_contracts.subjects import SERVICES

NAME, PHONE = "欧阳秋水", "19900000417"


async def test_a_run_s_logs_hold_no_personal_data(watched: Watched, done: Done) -> None:
    house = await House.open(watched.stack)
    try:
        await adopt(house, COUNTY)
        good, bad = roster_rows(COUNTY, 2)
        people = [good, replace(bad, phone=PHONE), replace(bad, name=NAME, phone="不是号码")]
        await import_roster(house, COUNTY, as_xlsx(people))
    finally:
        await house.close()
    texts = {path.name: path.read_text("utf-8") for path in (watched.stack.data / "logs").glob("*.log")}
    assert {f"{service}.log" for service in SERVICES} <= texts.keys()
    for name, text in texts.items():
        for personal in (PHONE, NAME, good.name, good.phone, "程远", str(TEXT["title"]), str(TEXT["facts"])):
            assert personal not in text, f"{personal} in {name}"


async def test_each_line_of_a_service_is_json_with_time_level_and_service(
    watched: Watched, done: Done
) -> None:
    for service in SERVICES:
        lines = (watched.stack.data / "logs" / f"{service}.log").read_text("utf-8").splitlines()
        assert lines
        for line in lines:
            entry = json.loads(line)
            assert entry["event"]
            assert entry["level"]
            if "timestamp" in entry:
                assert entry["service"] == service
