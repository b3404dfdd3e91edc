"""Tables of what follows a reply: feedback, promises, the appraisal of lead units. Beside those of `tables`."""

from sqlalchemy import UUID, Boolean, Column, Date, DateTime, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import PERSONAL
from services.proposals.tables import metadata
from tongxin_contracts.words import AppraisalState, CommitmentState, HandlingState

window = Table(
    "feedback_window",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("unit_id", UUID),
    Column("round", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("closes_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
)
"""When proposers were asked, and until when they can answer; changed only under the handling's lock."""

feedback = Table(
    "feedback",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("window_id", UUID, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("is_first", Boolean, nullable=False),
    Column("visited", Text),
    Column("attitude", Text),
    Column("heard", Text),
    Column("fit", Text),
    Column("result", Text),
    Column("words", Text, nullable=False, info=PERSONAL),
    Column("given_at", DateTime(timezone=True)),
)
"""One asked person's answer; an aggregate, so that its history is its own. Empty until it is given."""

commitment = Table(
    "commitment",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("unit_id", UUID),
    Column("round", Integer, nullable=False),
    Column("suggestion", Integer, nullable=False),
    Column("reply_class", Text, nullable=False),
    Column("promise", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("postponed", Boolean, nullable=False),
    Column("done", Text),
    Column("evidence", Text),
    Column("reported_at", DateTime(timezone=True)),
    Column("reported_by", UUID),
    Column("agrees", Boolean),
    Column("comment", Text, info=PERSONAL),
    Column("settle_from", DateTime(timezone=True)),
    Column("reason", Text),
    Column("settled_at", DateTime(timezone=True)),
)
"""A promise of a reply; changed only under the handling's lock."""

appraisal = Table(
    "appraisal",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("scoring_until", Date, nullable=False),
    Column("rectify_days", Integer, nullable=False),
    Column("praised", Integer, nullable=False),
    Column("rectifying", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
)
"""The appraisal of one year's lead units; an aggregate. `items` is [[item, weight], …]."""

appraised = Table(
    "appraised_unit",
    metadata,
    Column("appraisal_id", UUID, primary_key=True),
    Column("unit_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("led", Integer, nullable=False),
    Column("on_time", Integer, nullable=False),
    Column("overdue", Integer, nullable=False),
    Column("extended", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("satisfied", Integer, nullable=False),
    Column("agreed", Integer, nullable=False),
    Column("commitments", Integer, nullable=False),
    Column("commitments_kept", Integer, nullable=False),
    Column("scored_by", Integer, nullable=False),
    Column("points", JSONB, nullable=False),
    Column("total", Numeric(5, 2)),
    Column("rank", Integer),
    Column("outcome", Text, nullable=False),
    Column("rectify_by", DateTime(timezone=True)),
    Column("rectification", Text),
    Column("rectified_at", DateTime(timezone=True)),
    Column("accepted_at", DateTime(timezone=True)),
)
"""A lead unit in an appraisal; changed only under the appraisal's lock."""

vote = Table(
    "appraisal_vote",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("appraisal_id", UUID, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("in_favour", Integer, nullable=False),
    Column("against", Integer, nullable=False),
    Column("abstained", Integer, nullable=False),
    Column("carried", Boolean, nullable=False),
)

score = Table(
    "score",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("appraisal_id", UUID, nullable=False),
    Column("side", Text, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("unit_id", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("mark_1", Integer, nullable=False),
    Column("mark_2", Integer, nullable=False),
    Column("mark_3", Integer, nullable=False),
    Column("mark_4", Integer, nullable=False),
    Column("scored_at", DateTime(timezone=True), nullable=False),
)
"""Four marks of one person for a unit, or of one unit for a proposal; an aggregate."""

MARKS = ("mark_1", "mark_2", "mark_3", "mark_4")
COMMITMENT_STATES = {state.value: state for state in CommitmentState}
APPRAISAL_STATES = {state.value: state for state in AppraisalState}
HANDLING_STATES = {state.value: state for state in HandlingState}
