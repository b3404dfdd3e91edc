"""Who is there, for operators: sessions that are in use; one statement a round."""

from typing import Any, Final

from prometheus_client import Gauge

SESSIONS: Final = Gauge("tongxin_sessions", "Signed in and seen within fifteen minutes.")

_QUERY: Final = "select count(*) from session where last_seen > now() - interval '15 minutes'"


async def read_figures(sql: Any) -> None:
    """Ask and set."""
    SESSIONS.set(await sql.fetchval(_QUERY))
