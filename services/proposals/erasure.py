"""What proposals holds about a person: drafts go, who took part in talks goes; what was filed is record and stays.

A proposal's text, its reply and what proposers said of it are documents of the committee (档案法); they name people by
ids, so with the name gone they name nobody.
"""

from typing import Final

from chassis.personal import Eraser, Erasure
from services.proposals import feedback_tables, handling_tables, review_tables, tables
from tongxin_contracts.members.erasure import ERASED_NAME

_DRAFTS: Final = "(select id from draft where author = any($1))"
_RECORD: Final = "part of the case's file; written in office, names its author by id alone"

ERASURE: Final = Erasure(
    erasers=(
        Eraser(
            columns=(review_tables.attachment.c.filename, review_tables.attachment.c.content),
            sql=f"delete from attachment where proposal_id in {_DRAFTS}",
        ),
        Eraser(
            columns=(review_tables.invitation.c.title,),
            sql="""
            update invitation set title = '（已删除的草稿）'
            where first_proposer = any($1) and not exists (select from proposal where proposal.id = draft_id)
            """,
        ),
        Eraser(
            columns=(
                tables.draft.c.title,
                tables.draft.c.facts,
                tables.draft.c.analysis,
                tables.draft.c.suggestions,
                tables.draft.c.returned_because,
            ),
            sql="delete from draft where author = any($1)",
        ),
        Eraser(
            columns=(handling_tables.talk.c.with_whom,),
            sql=f"""
            update talk set with_whom = '{ERASED_NAME}'
            from handling join proposal on proposal.id = handling.proposal_id
            where handling.id = talk.handling_id
                and (proposal.first_proposer = any($1) or proposal.co_proposers && $1 or proposal.joined && $1)
            """,
        ),
    ),
    kept={
        feedback_tables.feedback.c.words: _RECORD,
        feedback_tables.commitment.c.comment: _RECORD,
        handling_tables.responsibility.c.who: "who in a unit answers for a promise: staff in office, changed by the unit",
    },
    history="""
    select id from invitation
    where first_proposer = any($1) and not exists (select from proposal where proposal.id = draft_id)
    """,
)
