"""How much of its whole size a bench runs at: all of it, or `SCALE=0.1` of it while somebody works on it."""

import os

_SCALE = float(os.environ.get("SCALE") or 1)


def scaled(count: int) -> int:
    """So many, or the share of them that was asked for; never less than 500."""
    return max(500, int(count * _SCALE))
