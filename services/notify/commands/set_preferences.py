"""Say how one wants to be reached; a new address gets a code and counts when the code comes back."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.notify import tables
from services.notify.preference_ids import preference_id
from services.notify.queries.preferences import own_row
from services.notify.rules.mail_texts import Content
from services.notify.workers.digesting import next_turn
from tongxin_contracts.notify.channels import PreferencesSet, SetPreferences
from tongxin_contracts.problems import FieldProblem

CODE_LIFE: Final = timedelta(hours=24)
_BETWEEN: Final = timedelta(minutes=1)
"""A code is sent once a minute at most, so that nobody's mailbox is flooded from here."""
_DIGITS: Final = 8


async def set_preferences(command: SetPreferences, work: Work) -> PreferencesSet:
    """Keep them; raises Invalid for half of the quiet hours, WrongState for codes asked too fast."""
    if (command.quiet_from is None) != (command.quiet_to is None):
        message = "免打扰时段的开始与结束要同时填写，或都留空"
        raise Invalid(errors=[FieldProblem(field="quiet_to", message=message)])
    row = await own_row(work, lock=True)
    values: dict[str, Any] = {
        "digest": command.digest.value,
        "without_mail": sorted({kind.value for kind in command.without_mail}),
        "quiet_from": command.quiet_from,
        "quiet_to": command.quiet_to,
    }
    values["digest_at"] = next_turn(work.now, values)
    values |= await _address(command.email, row, work)
    statement = insert(tables.preference).values(
        committee=work.committee, person=work.actor.person, **({"code_tries": 0} | values)
    )
    await work.tx.sql.execute(
        statement.on_conflict_do_update(index_elements=["committee", "person"], set_=values)
    )
    return PreferencesSet(to_confirm="code_at" in values)


async def _address(email: str | None, row: Any, work: Work) -> dict[str, Any]:
    """What changes about the address: nothing, gone, or a new one to be confirmed."""
    if email is None:
        return {"email": None, "pending": None, "code_digest": None}
    sealed_for = preference_id(work.committee, work.actor.person)
    if row is not None and email == work.tools.sealer.open(row.email, sealed_for):
        return {"pending": None, "code_digest": None}
    again = row is not None and email == work.tools.sealer.open(row.pending, sealed_for)
    if again and work.now < row.code_at + CODE_LIFE / 2 and row.code_digest is not None:
        return {}
    if row is not None and row.code_at is not None and work.now < row.code_at + _BETWEEN:
        raise WrongState("验证码发送过于频繁，请一分钟后再试")
    code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    await _send_code(email, code, work)
    return {
        "pending": work.tools.sealer.seal(email, sealed_for),
        "code_digest": digest_of(code, sealed_for),
        "code_at": work.now,
        "code_tries": 0,
    }


def digest_of(code: str, sealed_for: UUID) -> bytes:
    """What is kept of a code."""
    return hashlib.sha256(sealed_for.bytes + code.encode()).digest()


async def _send_code(email: str, code: str, work: Work) -> None:
    mail_id = new_id()
    content = Content(
        heading="确认您的邮箱",
        paragraphs=[
            f"验证码：{code}",
            "请在 24 小时内回到平台填写验证码，或点击下面的链接。如果不是您本人操作，请忽略此邮件。",
        ],
        path=f"/preferences?code={code}",
        button="确认邮箱",
    )
    await work.tx.raw.execute(
        "insert into mail (id, committee, person, kind, subject, content, address, made_at, next_at)"
        " values ($1, $2, $3, 'confirm', '同心：确认您的邮箱', $4, $5, $6, $6)",
        mail_id,
        work.committee,
        work.actor.person,
        json.dumps(content.stored(), ensure_ascii=False),
        work.tools.sealer.seal(email, mail_id),
        work.now,
    )
