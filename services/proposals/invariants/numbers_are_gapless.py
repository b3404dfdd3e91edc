"""A session's numbers are gapless."""

from chassis.invariants.invariant import Found


class NumbersAreGapless(Found):
    """As many proposals have a number in a session as numbers were given."""

    name = "numbers_are_gapless"
    reason = "A missing number in the register reads as a proposal that was made to disappear."
    query = """
        select concat_ws('/', n.committee, n.term, n.session) as id from numbering n
        where n.last_serial <> (
            select count(*) from proposal p
            where p.number is not null
                and (p.committee, p.term, p.session) = (n.committee, n.term, n.session)
        )
    """
