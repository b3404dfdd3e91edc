"""What notify holds about a person: everything they were told and how they were reached goes, row by row."""

from typing import Final

from chassis.personal import Eraser, Erasure
from services.notify import tables

ERASURE: Final = Erasure(
    erasers=(
        Eraser(
            columns=(tables.notice.c.title, tables.notice.c.body),
            sql="delete from notice where person = any($1)",
        ),
        Eraser(
            columns=(tables.mail.c.subject, tables.mail.c.content, tables.mail.c.address),
            sql="delete from mail where person = any($1)",
        ),
        Eraser(
            columns=(
                tables.preference.c.email,
                tables.preference.c.pending,
                tables.preference.c.code_digest,
            ),
            sql="delete from preference where person = any($1)",
        ),
        Eraser(columns=(), sql="delete from todo where person = any($1)"),
        Eraser(columns=(), sql="delete from role_holder where person = any($1)"),
        Eraser(columns=(), sql="update member_person set serving = false where person = any($1)"),
    ),
)
