"""The unit reports what became of a promise that is due, with what somebody can check."""

from chassis.calendar import add_working_days, deadline_instant, local_date
from chassis.problems import NotFound
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals.commitments import locked, promise_name, step
from services.proposals.rules.commitments import COMMENT_WORKING_DAYS, CommitmentStep
from services.proposals.unit_people import units_of
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import ReportCommitment
from tongxin_contracts.proposals.feedback_events import CommitmentReported
from tongxin_contracts.words import TaskKind, UnitDuty


async def report_commitment(command: ReportCommitment, work: Work) -> Done:
    """Keep the report and ask the proposer for a word; raises NotFound for another unit's people."""
    row, handling, proposal = await locked(command.commitment_id, work)
    if row.unit_id not in await units_of(work, [UnitDuty.HANDLER]):
        raise NotFound
    settle_from = deadline_instant(add_working_days(local_date(work.now), COMMENT_WORKING_DAYS))
    await step(
        row,
        CommitmentStep.REPORT,
        work,
        done=command.done,
        evidence=command.evidence,
        reported_at=work.now,
        reported_by=work.actor.person,
        agrees=None,
        comment=None,
        settle_from=settle_from,
    )
    handling.state(
        CommitmentReported(
            handling_id=handling.id,
            proposal_id=row.proposal_id,
            commitment_id=row.id,
            title=proposal["title"],
            unit_id=row.unit_id,
            suggestion=row.suggestion,
            done=command.done,
            first_proposer=proposal["first_proposer"],
        )
    )
    handling.note("report_commitment", reason=f"{promise_name(row.suggestion, row.due_on)}：{command.done}")
    await work.close_tasks(row.id)
    title = proposal["title"]
    await work.open_task(
        Opened(
            kind=TaskKind.COMMENT_COMMITMENT,
            matter=row.id,
            title=title,
            person=proposal["first_proposer"],
            due_at=settle_from,
        )
    )
    await work.open_task(
        Opened(kind=TaskKind.SETTLE_COMMITMENT, matter=row.id, title=title, role=Role.PROPOSALS_OFFICE.value)
    )
    return Done(id=handling.id, version=handling.version)
