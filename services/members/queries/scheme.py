"""The points scheme in force, as data."""

from chassis.work import Work
from services.members.ledgers import scheme_for
from tongxin_contracts.members.queries import Scheme, SchemeAnswer


async def scheme(_query: Scheme, work: Work) -> SchemeAnswer:
    """The one adopted last; empty where none was."""
    adopted = await scheme_for(work, None)
    if adopted is None:
        return SchemeAnswer(scheme_id=None, rule_version=None, scheme=None, source=None)
    return SchemeAnswer(
        scheme_id=adopted.id,
        rule_version=adopted.scheme.rule_version,
        scheme=dict(adopted.data),
        source=adopted.source,
    )
