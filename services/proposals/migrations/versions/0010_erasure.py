"""The way to empty their history."""

from chassis.migrations import run_script
from chassis.schema import erasing

revision = "0010"
down_revision = "0009"

TABLES = """
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES + erasing("proposals", "worker"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
