"""The code came back: the address is one's own and mail goes there from now on."""

import hmac
from typing import Final

from sqlalchemy import update

from chassis.problems import WrongState
from chassis.work import Work
from services.notify import tables
from services.notify.commands.set_preferences import CODE_LIFE, digest_of
from services.notify.preference_ids import preference_id
from services.notify.queries.preferences import own_row
from tongxin_contracts.notify.channels import ConfirmEmail, EmailConfirmed

TRIES: Final = 5


async def confirm_email(command: ConfirmEmail, work: Work) -> EmailConfirmed:
    """Take the address that waits; raises WrongState when there is nothing to confirm any more.

    A wrong code is an answer and no refusal, for a refusal would undo the count.
    """
    row = await own_row(work, lock=True)
    if row is None or row.code_digest is None:
        raise WrongState("没有等待确认的邮箱，请先填写邮箱地址")
    if row.code_tries >= TRIES or work.now > row.code_at + CODE_LIFE:
        raise WrongState("验证码已失效，请重新填写邮箱地址以获取新的验证码")
    right = hmac.compare_digest(
        digest_of(command.code, preference_id(work.committee, work.actor.person)), row.code_digest
    )
    values = (
        {"email": row.pending, "pending": None, "code_digest": None}
        if right
        else {"code_tries": row.code_tries + 1}
    )
    columns = tables.preference.c
    await work.tx.sql.execute(
        update(tables.preference)
        .where(columns.committee == work.committee, columns.person == work.actor.person)
        .values(values)
    )
    return EmailConfirmed(confirmed=right, tries_left=TRIES - row.code_tries - (not right))
