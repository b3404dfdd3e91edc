"""Who was erased, so that contact data that comes late makes nobody known again."""

from chassis.migrations import run_script
from chassis.schema import erasing

revision = "0004"
down_revision = "0003"

TABLES = """
alter table person add column erased_at timestamptz;
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES + erasing("portal", "worker"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
