"""Open a session of a term: 届 and 次, by which proposals are numbered from then on."""

from typing import Any

from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.members import tables
from services.members.queries.current_session import latest_session
from tongxin_contracts.members.commands import OpenSession
from tongxin_contracts.members.events import SessionOpened
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem


async def open_session(command: OpenSession, work: Work) -> Done:
    """Open it; raises WrongState when it or a later one is open, Invalid for days that cannot be."""
    await work.tx.raw.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"session:{work.committee}"
    )
    _check(command, await latest_session(work))
    session = work.create(
        tables.session,
        command.session_id,
        committee_name=command.committee_name,
        term=command.term,
        session=command.session,
        opens_on=command.opens_on,
        cutoff_on=command.cutoff_on,
    )
    session.state(
        SessionOpened(
            session_id=session.id,
            committee_name=command.committee_name,
            term=command.term,
            session=command.session,
            opens_on=command.opens_on,
            cutoff_on=command.cutoff_on,
        )
    )
    session.note("open_session")
    return Done(id=session.id, version=session.version)


def _check(command: OpenSession, latest: Any) -> None:
    if latest is not None and (command.term, command.session) <= (latest.term, latest.session):
        raise WrongState(
            f"第 {latest.term} 届第 {latest.session} 次会议已经开启，只能开启它之后的会议，请核对届次"
        )
    errors = []
    if command.cutoff_on <= command.opens_on:
        errors.append(FieldProblem(field="cutoff_on", message="提案截止日应在开幕日之后，请核对这两个日期。"))
    if latest is not None and command.opens_on <= latest.opens_on:
        errors.append(FieldProblem(field="opens_on", message=f"应晚于上次会议的开幕日 {latest.opens_on}。"))
    if latest is not None and command.cutoff_on <= latest.cutoff_on:
        errors.append(
            FieldProblem(field="cutoff_on", message=f"应晚于上次会议的提案截止日 {latest.cutoff_on}。")
        )
    if errors:
        raise Invalid(errors=errors)
