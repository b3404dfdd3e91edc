"""A running process is at a step."""

from chassis.invariants.invariant import Found


class RunningHasAStep(Found):
    """Who runs a process finds its present step open; who concluded it finds none."""

    name = "running_has_a_step"
    reason = "A process between two steps has nobody who must do something, and stops in silence."
    query = """
        select p.id from process p
        where (p.state = 'running') <> exists (
            select from step_run s
            where s.process_id = p.id and s.run = p.run and s.step = p.step and s.done_at is null
        )
    """
