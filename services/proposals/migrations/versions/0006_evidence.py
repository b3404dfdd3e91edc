"""What consultation brought back to a proposal."""

from chassis.migrations import run_script

revision = "0006"
down_revision = "0005"

TABLES = """
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
