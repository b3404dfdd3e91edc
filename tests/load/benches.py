"""The list of benches. A bench is a module here with `async def measure() -> list[Figure]`; it makes what it needs
(servers, processes, data) and ends it."""

from typing import Final

BENCHES: Final[dict[str, str]] = {
    "relay": "tests.load.relay",
    "reactions": "tests.load.reactions",
    "latency": "tests.load.latency",
    "commands": "tests.load.commands",
    "circular": "tests.load.circular",
    "live": "tests.load.live",
    "rest": "tests.load.rest",
    "size": "tests.load.size",
}
"""Name for `make bench ONLY=name` -> module; run in this order."""
