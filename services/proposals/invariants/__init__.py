"""What must always hold in the data of proposals; one a file, each with its reason."""

from services.proposals.invariants.handled_has_deadline import HandledHasDeadline
from services.proposals.invariants.no_task_on_closed import NoTaskOnClosed
from services.proposals.invariants.numbers_are_gapless import NumbersAreGapless

INVARIANTS = (HandledHasDeadline, NoTaskOnClosed, NumbersAreGapless)
