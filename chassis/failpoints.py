"""Places where a fault test can have the process die, as `kill -9` would have it, and nowhere else.

`TONGXIN_FAILPOINT=name` arms one place for one hit; in a process started without it every call is a string compare.
"""

import os
import signal
from typing import Literal

Place = Literal[
    "after_commit_before_relay",
    "after_publish_before_mark",
    "after_reaction_before_ack",
    "after_send_before_mark",
]


class Failpoints:
    """Knows the one armed place."""

    def __init__(self, armed: str = "") -> None:
        self._armed = armed

    def reach(self, place: Place) -> None:
        """Die here if this place is armed."""
        if self._armed == place:
            os.kill(os.getpid(), signal.SIGKILL)
