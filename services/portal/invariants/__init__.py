"""What must always hold in the data of the portal; one a file, each with its reason."""

from services.portal.invariants.closed_are_signed_out import ClosedAreSignedOut

INVARIANTS = (ClosedAreSignedOut,)
