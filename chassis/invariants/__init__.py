"""What must always hold, looked at in production: one class each, with its reason.

Tests show that the code keeps an invariant; these show that the data does, whatever wrote it: an older release, a
restored backup, a hand at the database. A violation is a metric, an alert and a line of `tongxin doctor`, never a repair.
"""

from chassis.invariants.deadlines_fire import DeadlinesFire
from chassis.invariants.events_in_stream import EventsAreInTheStream
from chassis.invariants.history_chains import HistoryChainsVerify
from chassis.invariants.invariant import Invariant, Look
from chassis.invariants.letters_go_on import LettersGoOn

__all__ = ["Invariant", "Look", "everywhere"]


def everywhere() -> list[Invariant]:
    """What holds in every service; made anew for each process, because some remember how far they have looked."""
    return [EventsAreInTheStream(), HistoryChainsVerify(), DeadlinesFire(), LettersGoOn()]
