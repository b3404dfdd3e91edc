"""What restoring needs: aggregates that went back, and whether the database was reconciled since."""

from chassis.migrations import run_script
from chassis.schema import RESTORE

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(RESTORE)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
