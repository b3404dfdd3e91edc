"""What the wider portal keeps."""

from chassis.migrations import run_script

revision = "0002"
down_revision = "0001"

TABLES = """
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
