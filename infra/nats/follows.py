"""Which streams each service follows.

The one place for it until the services' own tables of contents say it; everything else takes it as an argument.
"""

from typing import Final

from chassis.topology import Follows
from tongxin_contracts.subjects import PERSON_STREAM, event_stream

FOLLOWS: Final[Follows] = {
    "members": (event_stream("proposals"),),
    "proposals": (event_stream("members"),),
    "consultation": (event_stream("proposals"), event_stream("members")),
    "notify": (
        event_stream("members"),
        event_stream("proposals"),
        event_stream("consultation"),
        PERSON_STREAM,
    ),
    "portal": (event_stream("members"), PERSON_STREAM),
}
