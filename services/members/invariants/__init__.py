"""What must always hold in the data of members; one a file, each with its reason."""

from services.members.invariants.points_are_the_ledger import PointsAreTheLedger

INVARIANTS = (PointsAreTheLedger,)
