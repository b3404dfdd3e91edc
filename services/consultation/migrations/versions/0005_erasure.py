"""An index for finding where an erased person took part; the way to empty their history."""

from chassis.migrations import run_script
from chassis.schema import erasing

revision = "0005"
down_revision = "0004"

TABLES = """
create index team_person on process_team (person_id) where person_id is not null;
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES + erasing("consultation", "worker"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
