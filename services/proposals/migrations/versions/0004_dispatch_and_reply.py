"""Responsibility lists, opinions of co-handlers, talks, replies, extensions."""

from chassis.migrations import run_script

revision = "0004"
down_revision = "0003"

TABLES = """
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
