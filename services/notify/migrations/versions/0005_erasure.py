"""An index for finding the mail of an erased person; the way to empty their history."""

from chassis.migrations import run_script
from chassis.schema import erasing

revision = "0005"
down_revision = "0004"

TABLES = """
create index mail_person on mail (person);
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES + erasing("notify", "worker"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
