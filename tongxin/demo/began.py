"""The instant that counts as today in the demo: when loading began first, so that a second attempt tells the same."""

from datetime import datetime
from pathlib import Path

from infra.local.private_files import write_private


def began_at(data: Path, now: datetime) -> datetime:
    """The instant kept in the data folder; `now` when this is the first attempt."""
    record = data / "demo.began"
    if not record.exists():
        write_private(record, now.isoformat().encode())
    return datetime.fromisoformat(record.read_text())
