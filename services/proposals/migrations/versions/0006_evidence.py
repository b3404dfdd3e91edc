"""What consultation brought back to a proposal: one row a process."""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0006"
down_revision = "0005"

TABLES = """
create table evidence (
    process_id uuid primary key,
    committee text not null,
    proposal_id uuid not null,
    template_name text not null,
    outcome text not null,
    summary text not null,
    consensus boolean not null,
    rating text,
    documents jsonb not null,
    at timestamptz not null
);
create index evidence_proposal on evidence (proposal_id, at desc);
"""


def upgrade() -> None:
    """Make the table and put it behind the wall."""
    run_script(TABLES + wall("evidence"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
