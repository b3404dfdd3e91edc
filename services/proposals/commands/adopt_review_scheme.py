"""Put a review scheme in force; it is data, checked as a whole, never changed afterwards, and touches no running review."""

from chassis.problems import Invalid
from chassis.work import Work
from services.proposals import review_tables
from services.proposals.rules.review import ReviewScheme, SchemeRefused, load_review_scheme
from services.proposals.schemes import Adopted, adopted_schemes
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.review_commands import AdoptReviewScheme, ReviewSchemeAdoptedAnswer
from tongxin_contracts.proposals.review_events import ReviewSchemeAdopted


async def adopt_review_scheme(command: AdoptReviewScheme, work: Work) -> ReviewSchemeAdoptedAnswer:
    """Adopt it; the one in force handed in again changes nothing. Raises Invalid with what to mend."""
    try:
        scheme = load_review_scheme(command.scheme)
    except SchemeRefused as refused:
        raise Invalid(errors=[FieldProblem(field="scheme", message=refused.reason)]) from refused
    known = await adopted_schemes(work)
    if known and known[0].scheme == scheme:
        return ReviewSchemeAdoptedAnswer(id=known[0].id, rule_version=scheme.rule_version)
    _refuse_second_meaning(scheme, known)
    adopted = work.create(
        review_tables.review_scheme,
        command.scheme_id,
        rule_version=scheme.rule_version,
        name=scheme.name,
        source=command.source,
        data=command.scheme,
        adopted_at=work.now,
    )
    adopted.state(
        ReviewSchemeAdopted(
            scheme_id=adopted.id,
            rule_version=scheme.rule_version,
            name=scheme.name,
            rounds=tuple(one.name for one in scheme.rounds),
            source=command.source,
        )
    )
    adopted.note("adopt_review_scheme", reason=command.source)
    return ReviewSchemeAdoptedAnswer(id=adopted.id, rule_version=scheme.rule_version)


def _refuse_second_meaning(scheme: ReviewScheme, known: list[Adopted]) -> None:
    """A rule version stands on every decision taken by it, so it may mean one thing only."""
    for one in known:
        if one.scheme.rule_version == scheme.rule_version and one.scheme != scheme:
            message = f"版本“{scheme.rule_version}”已用于另一份方案，内容有改动时请换一个版本号。"
            raise Invalid(errors=[FieldProblem(field="scheme", message=message)])
