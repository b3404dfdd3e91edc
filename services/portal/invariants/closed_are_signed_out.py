"""Who has no account any more is signed in nowhere."""

from chassis.invariants.invariant import Found


class ClosedAreSignedOut(Found):
    """No session belongs to a closed account."""

    name = "closed_are_signed_out"
    reason = "Who left goes on reading what is not theirs."
    query = """
        select distinct s.account_id as id from session s join account a on a.id = s.account_id
        where a.closed_at is not null and s.expires_at > $1::timestamptz
    """
