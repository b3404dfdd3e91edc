"""A draft of a reply counts its saves, so that two handlers of a unit do not overwrite each other."""

from chassis.migrations import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """A reply written before counts as saved once."""
    run_script("alter table reply add column revision integer not null default 1;")


def downgrade() -> None:
    """The counts would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
