"""Open work has somebody."""

from chassis.invariants.invariant import Found


class WorkHasSomebody(Found):
    """Whatever is to be done is to be done by a person or by a role."""

    name = "work_has_somebody"
    reason = "Work without anybody is on nobody's page and is reminded of to nobody."
    query = "select task_id as id from todo where closed_at is null and person is null and role is null"
