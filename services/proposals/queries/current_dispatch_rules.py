"""The times that hold for what is dispatched now."""

from chassis.work import Work
from services.proposals.handlings import rules_of
from tongxin_contracts.proposals.handling_queries import CurrentDispatchRules, DispatchRulesAnswer


async def current_dispatch_rules(query: CurrentDispatchRules, work: Work) -> DispatchRulesAnswer:
    """The committee's own, or those that hold where none were adopted."""
    rules = await rules_of(work, query.committee)
    return DispatchRulesAnswer(
        object_days=rules.object_days,
        answer_days=rules.answer_days,
        lead_months=rules.lead_months,
        co_months=rules.co_months,
        source=rules.source,
    )
