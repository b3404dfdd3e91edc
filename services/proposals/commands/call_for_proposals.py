"""征集提案: the call goes out with its topics, or is refused because it comes too late to be of use."""

from sqlalchemy import insert

from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.problems import Invalid
from chassis.work import Work
from services.proposals import call_tables
from services.proposals.rules.calls import call_problems
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.calls import CallForProposals, CallOpened, TopicHint


async def call_for_proposals(command: CallForProposals, work: Work) -> Done:
    """Call; raises Invalid less than one month before the session opens, with the last day it could have gone out."""
    problems = call_problems(local_date(work.now), command.opens_on, command.closes_on)
    if errors := [FieldProblem(field=field, message=message) for field, message in problems]:
        raise Invalid(errors=errors)
    call = work.create(
        call_tables.call,
        command.call_id,
        committee=command.committee,
        year=command.year,
        opens_on=command.opens_on,
        closes_on=command.closes_on,
        document=command.document,
        called_at=work.now,
    )
    hints = tuple(
        TopicHint(
            hint_id=derived_id("hint", call.id, place), title=one.title, text=one.text, category=one.category
        )
        for place, one in enumerate(command.hints, 1)
    )
    call.state(
        CallOpened(
            call_id=call.id,
            year=command.year,
            opens_on=command.opens_on,
            closes_on=command.closes_on,
            document=command.document,
            hints=hints,
        )
    )
    call.note("call_for_proposals", reason=command.document)
    await work.tx.sql.execute(
        insert(call_tables.hint).values(
            [
                {
                    "id": one.hint_id,
                    "committee": command.committee,
                    "call_id": call.id,
                    "place": place,
                    "title": one.title,
                    "text": one.text,
                    "category": one.category,
                }
                for place, one in enumerate(hints, 1)
            ]
        )
    )
    return Done(id=call.id, version=call.version)
