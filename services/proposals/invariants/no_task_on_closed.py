"""No task is open on what is closed."""

from chassis.invariants.invariant import Found


class NoTaskOnClosed(Found):
    """Units' parts that were replaced or whose handling is closed, and windows that closed, have no open task."""

    name = "no_task_on_closed"
    reason = "Somebody is reminded, day after day, of work that cannot be done any more."
    query = """
        select t.id from task t
        join allocation a on a.id = t.matter join handling h on h.id = a.handling_id
        where t.open and (h.state = 'closed' or a.state = 'replaced')
        union all
        select t.id from task t
        join feedback f on f.id = t.matter join feedback_window w on w.id = f.window_id
        where t.open and t.kind = 'give_feedback' and w.closed_at is not null
    """
