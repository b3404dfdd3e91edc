"""What must always hold in the data of consultation; one a file, each with its reason."""

from services.consultation.invariants.running_has_a_step import RunningHasAStep

INVARIANTS = (RunningHasAStep,)
