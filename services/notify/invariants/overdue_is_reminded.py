"""Whoever is overdue was reminded."""

from chassis.invariants.invariant import Found


class OverdueIsReminded(Found):
    """Open work that fell due ten days ago has had a reminder for that date, whatever holidays lay between."""

    name = "overdue_is_reminded"
    reason = "A deadline passes unwarned, and who answers for it can truly say that nobody told them."
    query = """
        select t.task_id as id from todo t
        where t.closed_at is null and t.opened_at < t.due_at
            and t.due_at between $1::timestamptz - interval '13 days' and $1::timestamptz - interval '10 days'
            and not exists (select from reminder r where (r.task_id, r.due_at) = (t.task_id, t.due_at))
    """
