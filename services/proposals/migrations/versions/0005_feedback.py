"""Feedback on replies, commitments, appraisal of units."""

from chassis.migrations import run_script

revision = "0005"
down_revision = "0004"

TABLES = """
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
