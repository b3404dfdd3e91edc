"""How one is reached; one's own address is shown to oneself and nobody else."""

from typing import Any

from sqlalchemy import select

from chassis.work import Work
from services.notify import tables
from services.notify.preference_ids import preference_id
from tongxin_contracts.notify.channels import Preferences, PreferencesAnswer
from tongxin_contracts.words import Digest, NoticeKind


async def preferences(_query: Preferences, work: Work) -> PreferencesAnswer:
    """As it stands, or as it is for everybody who set nothing."""
    return shown(await own_row(work), work)


async def own_row(work: Work, *, lock: bool = False) -> Any:
    """One's row, None where nothing was set."""
    columns = tables.preference.c
    statement = select(tables.preference).where(
        columns.committee == work.committee, columns.person == work.actor.person
    )
    return (await work.tx.sql.execute(statement.with_for_update() if lock else statement)).one_or_none()


def shown(row: Any, work: Work) -> PreferencesAnswer:
    """A row as its person sees it."""
    if row is None:
        return PreferencesAnswer()
    sealed_for = preference_id(row.committee, row.person)
    known = {kind.value for kind in NoticeKind}
    return PreferencesAnswer(
        email=work.tools.sealer.open(row.email, sealed_for),
        pending=work.tools.sealer.open(row.pending, sealed_for),
        digest=Digest(row.digest),
        without_mail=[NoticeKind(kind) for kind in row.without_mail if kind in known],
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
    )
