"""The committee's own times for objecting, answering and handling."""

from chassis.ids import derived_id
from chassis.work import Work
from services.proposals.handling_tables import dispatch_rules
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import AdoptDispatchRules
from tongxin_contracts.proposals.handling_events import DispatchRulesAdopted


async def adopt_dispatch_rules(command: AdoptDispatchRules, work: Work) -> Done:
    """Hold them for what is pre-dispatched and dispatched from now on; dates already given stay."""
    rules_id = derived_id("dispatch_rules", command.committee)
    said = {
        "object_days": command.object_days,
        "answer_days": command.answer_days,
        "lead_months": command.lead_months,
        "co_months": command.co_months,
        "source": command.source,
    }
    found = await work.load_many(dispatch_rules, [rules_id])
    if found:
        rules = found[0]
        rules.change(**said)
        if not rules.changes:
            return Done(id=rules_id, version=rules.version)
    else:
        rules = work.create(dispatch_rules, rules_id, committee=command.committee, **said)
    rules.state(
        DispatchRulesAdopted(
            rules_id=rules_id,
            object_days=command.object_days,
            answer_days=command.answer_days,
            lead_months=command.lead_months,
            co_months=command.co_months,
            source=command.source,
        )
    )
    rules.note("adopt_dispatch_rules", reason=command.source)
    return Done(id=rules_id, version=rules.version)
