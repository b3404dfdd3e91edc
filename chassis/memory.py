"""When the garbage collector looks through a process' memory: seldom, and never through what was loaded at the start.

A full look takes half a second where a portal holds 5,000 open pages, and nobody is answered meanwhile (docs/performance.md).
Nearly everything here is freed by its reference count; only cycles wait for the collector.
"""

import gc
from typing import Final

YOUNG: Final = 20_000
"""Objects more than were freed, before the youngest are looked through; Python's own 700 has each busy moment's
short-lived ones grow old, and the old ones looked through for it."""
_OLDER: Final = (10, 50)


def begin_to_load() -> None:
    """No looks while modules are loaded: all of it stays."""
    gc.disable()


def settle() -> None:
    """Everything is loaded: free what loading left over, keep the rest out of all later looks, begin to look."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *_OLDER)
    gc.enable()
