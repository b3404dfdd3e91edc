"""双向评议 of a year: every lead unit is in it; proposers score units, units score proposals, blind until it closes."""

from sqlalchemy import insert, select

from chassis.calendar import deadline_instant, local_date
from chassis.problems import Invalid, WrongState
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import feedback_tables
from services.proposals.appraisal import columns, figures, proposers, scoring_task
from services.proposals.rules.appraisal import Figures, check_weights
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.feedback_commands import OpenAppraisal
from tongxin_contracts.proposals.feedback_events import AppraisalOpened
from tongxin_contracts.words import AppraisalOutcome, AppraisalState, TaskKind


async def open_appraisal(command: OpenAppraisal, work: Work) -> Done:
    """Open it; raises WrongState when the year has one already or nothing was dispatched in it."""
    check_weights([(item.item, item.weight) for item in command.items])
    if command.scoring_until < local_date(work.now):
        raise Invalid(errors=[FieldProblem(field="scoring_until", message="评分截止日期不能早于今天。")])
    found = await figures(work, command.committee, command.year, command.appraisal_id)
    if not found:
        raise WrongState(f"{command.year} 年没有已交办的提案，没有可评议的主办单位")
    appraisal = await _made(command, work)
    await work.tx.sql.execute(
        insert(feedback_tables.appraised),
        [
            {
                "appraisal_id": appraisal.id,
                "unit_id": unit.unit_id,
                "committee": command.committee,
                "points": {},
                "outcome": AppraisalOutcome.NONE,
                **columns(unit),
            }
            for unit in found
        ],
    )
    appraisal.state(
        AppraisalOpened(
            appraisal_id=appraisal.id,
            year=command.year,
            scoring_until=command.scoring_until,
            units=tuple(unit.unit_id for unit in found),
        )
    )
    appraisal.note("open_appraisal", reason=f"参评主办单位 {len(found)} 个；依据：{command.source or '—'}")
    await _ask_everybody(command, appraisal, found, work)
    return Done(id=appraisal.id, version=appraisal.version)


async def _made(command: OpenAppraisal, work: Work) -> Aggregate:
    known = feedback_tables.appraisal
    if await work.tx.sql.scalar(
        select(known.c.id).where(known.c.committee == command.committee, known.c.year == command.year)
    ):
        raise WrongState(f"{command.year} 年的评议已经开始")
    return work.create(
        feedback_tables.appraisal,
        command.appraisal_id,
        committee=command.committee,
        year=command.year,
        state=AppraisalState.SCORING,
        items=[[item.item.value, item.weight] for item in command.items],
        scoring_until=command.scoring_until,
        rectify_days=command.rectify_days,
        praised=command.praised,
        rectifying=command.rectifying,
        source=command.source,
        opened_at=work.now,
    )


async def _ask_everybody(
    command: OpenAppraisal, appraisal: Aggregate, units: list[Figures], work: Work
) -> None:
    """One task for each proposer and each unit, whatever the number of their proposals."""
    due_at = deadline_instant(command.scoring_until)
    title = f"{command.year} 年度提案办理双向评议"
    people = await proposers(work, command.committee, command.year)
    opened = [
        Opened(
            kind=TaskKind.SCORE_UNITS,
            matter=scoring_task(appraisal.id, person),
            about=appraisal.id,
            title=title,
            person=person,
            due_at=due_at,
        )
        for person in people
    ]
    opened += [
        Opened(
            kind=TaskKind.SCORE_PROPOSALS,
            matter=scoring_task(appraisal.id, unit.unit_id),
            about=appraisal.id,
            title=title,
            role=Role.UNIT_HANDLER.value,
            unit=unit.unit_id,
            due_at=due_at,
        )
        for unit in units
    ]
    await work.open_tasks(opened)
