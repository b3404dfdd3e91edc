"""Every handled proposal has a deadline."""

from chassis.invariants.invariant import Found


class HandledHasDeadline(Found):
    """A unit's part that was dispatched and is not done has a due date, and a deadline that fires or has fired."""

    name = "handled_has_deadline"
    reason = "A proposal without a deadline can lie with a unit for ever, and nobody is reminded."
    query = """
        select a.id from allocation a join handling h on h.id = a.handling_id
        where a.state in ('dispatched', 'signed') and a.done_at is null
            and h.state in ('dispatched', 'in_hand', 'rehandling')
            and (
                a.due_at is null
                or not exists (
                    select from deadline d
                    where d.matter = a.id and d.kind = 'unit_due' and d.cancelled_at is null
                )
            )
    """
