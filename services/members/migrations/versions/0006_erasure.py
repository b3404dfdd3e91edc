"""When a person was erased; indexes for finding what is theirs; the way to empty their history."""

from chassis.migrations import run_script
from chassis.schema import erasing

revision = "0006"
down_revision = "0005"

TABLES = """
alter table person add column erased_at timestamptz;
create index appeal_person on appeal (person_id);
create index party_person on link_party (person_id) where person_id is not null;
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES + erasing("members", "worker", "app"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
