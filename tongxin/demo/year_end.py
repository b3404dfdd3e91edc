"""Last year's appraisal of lead units: scored, voted on, published; the last two have something to rectify."""

from datetime import date, datetime, timedelta
from typing import Final

from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.places import COUNTY, LAKE
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import (
    CloseScoring,
    ItemWeight,
    OpenAppraisal,
    PublishAppraisal,
    RecordVote,
)
from tongxin_contracts.words import AppraisalItem

ITEMS: Final = (
    (AppraisalItem.ON_TIME, 40),
    (AppraisalItem.FEEDBACK_WORK, 30),
    (AppraisalItem.FEEDBACK_RESULT, 20),
    (AppraisalItem.COMMITMENTS, 10),
)
_DAY: Final = timedelta(days=1)


async def appraise(script: Script, office: Office) -> None:
    """Two counties appraise (row 58)."""
    if office.committee not in (COUNTY.code, LAKE.code):
        return
    year = script.now.year - 1
    began = datetime(year + 1, 1, 6, 2, tzinfo=script.now.tzinfo)
    what = {"committee": office.committee, "appraisal_id": made_id("appraisal", office.committee, year)}
    staff = office.acting(Role.PROPOSALS_OFFICE)
    opened = OpenAppraisal(
        **what,
        year=year,
        items=[ItemWeight(item=item, weight=weight) for item, weight in ITEMS],
        scoring_until=date(year + 1, 1, 26),
        source="《提案办理工作评议办法（试行）》第六条",
    )
    vote = RecordVote(**what, in_favour=31, against=1, abstained=2)
    await script.do(opened, staff, at=began)
    await script.do(CloseScoring(**what), staff, at=began + 21 * _DAY)
    await script.do(vote, office.acting(Role.STANDING_COMMITTEE), at=began + 30 * _DAY)
    await script.do(PublishAppraisal(**what), staff, at=began + 32 * _DAY)
    script.say(f"{office.place.place}：{year} 年度承办单位评议已公布")
