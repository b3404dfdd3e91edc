"""What the appraisal of a year's lead units is counted from; a few statements, whatever the number of units.

Always holds: every unit that led a handling dispatched in the year is in it, and nobody else; figures are taken when
it opens and again when scoring closes, and not changed after that.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.work import Aggregate, Work
from services.proposals import feedback_tables
from services.proposals.feedback_tables import MARKS
from services.proposals.rules.appraisal import Figures
from tongxin_contracts.words import AppraisalItem, AppraisalState

_LED: Final = """
with led as (
    select h.id, h.proposal_id, h.lead_unit, h.state, h.replied_at from handling h
    where h.committee = :committee and h.lead_unit is not null
        and extract(year from h.dispatched_at at time zone 'Asia/Shanghai') = :year
)
"""
_TIMES: Final = """
select led.lead_unit as unit_id, count(*) as led,
    count(*) filter (where done.at <= a.due_at or (done.at is not null and a.due_at is null)) as on_time,
    count(*) filter (where coalesce(done.at, :now) > a.due_at) as overdue,
    count(*) filter (where a.extended) as extended
from led
left join allocation a on a.handling_id = led.id and a.unit_id = led.lead_unit and a.part = 'lead'
    and a.state <> 'replaced'
cross join lateral (
    select case when led.state = 'rehandling' then a.done_at else coalesce(a.done_at, led.replied_at) end as at
) done
group by led.lead_unit
"""
_FEEDBACK: Final = """
select led.lead_unit as unit_id, count(*) as asked,
    count(*) filter (where f.attitude = 'satisfied') as satisfied,
    count(*) filter (where f.result = 'agree') as agreed
from led
cross join lateral (
    select id from feedback_window
    where handling_id = led.id and closed_at is not null order by round desc limit 1
) w
join feedback f on f.window_id = w.id
group by led.lead_unit
"""
_PROMISES: Final = """
select led.lead_unit as unit_id, count(*) as commitments,
    count(*) filter (where c.state = 'kept') as commitments_kept
from led
join commitment c on c.handling_id = led.id and c.state <> 'replaced' and (c.state <> 'open' or c.postponed)
group by led.lead_unit
"""
_SCORES: Final = """
select unit_id, count(*)::int * 4 as marks, sum(mark_1 + mark_2 + mark_3 + mark_4)::int as mark_sum
from score where appraisal_id = :appraisal and side = 'unit' group by unit_id
"""
_PROPOSERS: Final = """
select distinct unnest(array_append(p.co_proposers, p.first_proposer)) as person
from led join proposal p on p.id = led.proposal_id
"""


async def figures(work: Work, committee: str, year: int, appraisal: UUID) -> list[Figures]:
    """Every lead unit of the year, counted."""
    values = {"committee": committee, "year": year, "now": work.now, "appraisal": appraisal}
    counted: dict[UUID, dict[str, Any]] = {}
    for statement in (_TIMES, _FEEDBACK, _PROMISES, _SCORES):
        for row in await work.tx.sql.execute(text(f"{_LED} {statement}"), values):
            found = dict(row._mapping)
            counted.setdefault(found["unit_id"], {}).update(found)
    return [Figures(**found) for found in counted.values() if "led" in found]


async def proposers(work: Work, committee: str, year: int) -> list[UUID]:
    """Whoever proposed what was handled in the year."""
    asked = {"committee": committee, "year": year}
    return list(await work.tx.sql.scalars(text(f"{_LED} {_PROPOSERS}"), asked))


def scoring_task(appraisal_id: UUID, whose: UUID) -> UUID:
    """What a person's or a unit's scoring task is on."""
    return derived_id("scoring", appraisal_id, whose)


def columns(found: Figures) -> dict[str, Any]:
    """Figures as the columns of `appraised_unit`."""
    return {
        "led": found.led,
        "on_time": found.on_time,
        "overdue": found.overdue,
        "extended": found.extended,
        "asked": found.asked,
        "satisfied": found.satisfied,
        "agreed": found.agreed,
        "commitments": found.commitments,
        "commitments_kept": found.commitments_kept,
        "scored_by": found.marks // len(MARKS),
    }


def weights(appraisal: Aggregate) -> Mapping[AppraisalItem, int]:
    """Items with their weights, as the committee's document has them."""
    return {AppraisalItem.of(item): weight for item, weight in appraisal["items"]}


def require(appraisal: Aggregate, state: AppraisalState) -> None:
    """Raise WrongState unless the appraisal stands there."""
    if appraisal["state"] != state:
        now = feedback_tables.APPRAISAL_STATES[appraisal["state"]]
        raise WrongState(f"评议现在的状态是“{now.label}”，不能办理这一步")


async def require_scoring(work: Work, appraisal_id: UUID) -> Any:
    """The appraisal while it takes scores; held so that it cannot be closed meanwhile, without making scorers wait."""
    appraisal = feedback_tables.appraisal
    found = (
        await work.tx.sql.execute(
            select(appraisal).where(appraisal.c.id == appraisal_id).with_for_update(read=True)
        )
    ).one_or_none()
    if found is None or found.state != AppraisalState.SCORING:
        raise WrongState("评分已经截止，或者还没有开始")
    return found
