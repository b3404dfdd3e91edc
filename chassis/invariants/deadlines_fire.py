"""No deadline stays open long after it passed."""

from chassis.invariants.invariant import Found


class DeadlinesFire(Found):
    """A deadline that passed ten minutes ago has fired or was cancelled."""

    name = "deadlines_fire"
    reason = "A deadline that passes in silence is a proposal nobody reviews and a promise nobody asks about."
    query = """
        select id from deadline
        where fired_at is null and cancelled_at is null and due_at < $1::timestamptz - interval '10 minutes'
    """
