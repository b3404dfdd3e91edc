"""What was handed over to an agency was sent."""

from chassis.invariants.invariant import Found


class HandedIsSent(Found):
    """Each delivery by an agency's account has its message in the outbox, for as long as the outbox keeps messages."""

    name = "handed_is_sent"
    reason = "The page says that an agency was told, and it never was."
    query = """
        select d.message_id as id from delivery d
        where d.road = 'account' and d.sent_as is not null
            and d.at between $1::timestamptz - interval '7 days' and $1::timestamptz - interval '1 minute'
            and not exists (select from outbox o where o.message_id = d.sent_as)
    """
