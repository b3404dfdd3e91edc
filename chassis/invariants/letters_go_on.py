"""Nothing waits for what is there already."""

from chassis.invariants.invariant import Found


class LettersGoOn(Found):
    """An event held for an earlier version goes on once that version has taken effect."""

    name = "letters_go_on"
    reason = (
        "An event that waits for one that was taken long ago never takes effect, and nothing else says so."
    )
    query = """
        select h.event_id as id from held h join gate g using (consumer, aggregate)
        where h.reason = 'gap' and h.version <= g.last_version + 1
            and h.held_at < $1::timestamptz - interval '5 minutes'
    """
