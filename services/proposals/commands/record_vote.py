"""常委会表决: without more than half of those present in favour, nothing is published."""

from sqlalchemy import insert

from chassis.ids import derived_id
from chassis.problems import Invalid
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals import feedback_tables
from services.proposals.appraisal import require
from services.proposals.rules.appraisal import carried
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.feedback_commands import RecordVote
from tongxin_contracts.proposals.feedback_events import AppraisalVoted
from tongxin_contracts.words import AppraisalState, TaskKind


async def record_vote(command: RecordVote, work: Work) -> Done:
    """Keep the vote; carried, the office can publish; not carried, it can be put to the vote again."""
    appraisal = await work.load(feedback_tables.appraisal, command.appraisal_id)
    require(appraisal, AppraisalState.SCORED)
    if command.in_favour + command.against + command.abstained == 0:
        raise Invalid(errors=[FieldProblem(field="in_favour", message="请填写表决票数。")])
    passed = carried(command.in_favour, command.against, command.abstained)
    await work.tx.sql.execute(
        insert(feedback_tables.vote).values(
            id=derived_id("vote", work.request_id),
            committee=appraisal["committee"],
            appraisal_id=appraisal.id,
            at=work.now,
            in_favour=command.in_favour,
            against=command.against,
            abstained=command.abstained,
            carried=passed,
        )
    )
    if passed:
        appraisal.change(state=AppraisalState.APPROVED)
    appraisal.state(
        AppraisalVoted(
            appraisal_id=appraisal.id,
            year=appraisal["year"],
            in_favour=command.in_favour,
            against=command.against,
            abstained=command.abstained,
            carried=passed,
        )
    )
    counted = f"赞成 {command.in_favour}，反对 {command.against}，弃权 {command.abstained}"
    appraisal.note("record_vote", reason=f"{counted}：{'通过' if passed else '未通过'}")
    if passed:
        await work.close_tasks(appraisal.id, kinds=[TaskKind.VOTE_APPRAISAL])
        await work.open_task(
            Opened(
                kind=TaskKind.PUBLISH_APPRAISAL,
                matter=appraisal.id,
                title=f"{appraisal['year']} 年度承办单位评议结果",
                role=Role.PROPOSALS_OFFICE.value,
            )
        )
    return Done(id=appraisal.id, version=appraisal.version)
