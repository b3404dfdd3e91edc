"""What consultation holds about a person: their name in teams, and as who brought a topic."""

from typing import Final

from chassis.personal import Eraser, Erasure
from services.consultation import tables
from tongxin_contracts.members.erasure import ERASED_NAME

ERASURE: Final = Erasure(
    erasers=(
        Eraser(
            columns=(tables.process_team.c.name,),
            sql=f"update process_team set name = '{ERASED_NAME}' where person_id = any($1)",
        ),
        Eraser(
            columns=(tables.topic.c.brought_by,),
            sql=f"update topic set brought_by = '{ERASED_NAME}' where proposed_by = any($1) and brought_by <> ''",
        ),
    ),
    history="select id from topic where proposed_by = any($1) and brought_by <> ''",
)
