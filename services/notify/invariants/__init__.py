"""What must always hold in the data of notify; one a file, each with its reason."""

from services.notify.invariants.handed_is_sent import HandedIsSent
from services.notify.invariants.overdue_is_reminded import OverdueIsReminded

INVARIANTS = (HandedIsSent, OverdueIsReminded)
