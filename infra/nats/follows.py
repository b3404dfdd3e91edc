"""Which streams each service follows, for who gives them their consumers.

What a service reacts to says so in its table of contents; it is said here a second time, and held to it by
`tests/infra/test_follows.py`, because reading five services for these lines costs every start 0.8 s and 34 MB.
"""

from typing import Final

from chassis.topology import Follows

FOLLOWS: Final[Follows] = {
    "members": ("EVT_CONSULTATION", "EVT_PROPOSALS"),
    "proposals": ("EVT_CONSULTATION", "EVT_MEMBERS"),
    "consultation": ("EVT_MEMBERS", "EVT_PROPOSALS"),
    "notify": ("EVT_CONSULTATION", "EVT_MEMBERS", "EVT_PROPOSALS"),
    "portal": ("EVT_MEMBERS", "PERSON"),
}
