"""Put a points scheme in force; it is data, checked as a whole, and never changed afterwards."""

from collections.abc import Mapping

from chassis.problems import Invalid
from chassis.work import Work
from services.members import tables
from services.members.ledgers import Adopted, adopted_schemes
from services.members.rules.scheme import Scheme
from services.members.rules.scheme_reading import SchemeInvalid, load_scheme
from tongxin_contracts.members.commands import AdoptScheme, SchemeAdoptedAnswer
from tongxin_contracts.members.events import SchemeAdopted
from tongxin_contracts.problems import FieldProblem


async def adopt_scheme(command: AdoptScheme, work: Work) -> SchemeAdoptedAnswer:
    """Adopt it; the one in force handed in again changes nothing. Raises Invalid with every mistake at its place."""
    scheme = read_scheme(command.scheme)
    known = await adopted_schemes(work)
    if known and known[0].scheme == scheme:
        return SchemeAdoptedAnswer(id=known[0].id, rule_version=scheme.rule_version)
    _refuse_second_meaning(scheme, known)
    adopted = work.create(
        tables.scheme,
        command.scheme_id,
        rule_version=scheme.rule_version,
        name=scheme.name,
        source=command.source,
        data=command.scheme,
        adopted_at=work.now,
    )
    adopted.state(
        SchemeAdopted(
            scheme_id=adopted.id,
            rule_version=scheme.rule_version,
            name=scheme.name,
            source=command.source,
        )
    )
    adopted.note("adopt_scheme", reason=command.source)
    return SchemeAdoptedAnswer(id=adopted.id, rule_version=scheme.rule_version)


def read_scheme(data: Mapping[str, object]) -> Scheme:
    """A scheme as it was handed in; raises Invalid with every mistake at its place."""
    try:
        return load_scheme(data)
    except SchemeInvalid as invalid:
        raise Invalid(
            "积分办法有误，请按提示逐项修改",
            errors=[
                FieldProblem(
                    field=f"scheme.{problem.path}" if problem.path else "scheme", message=problem.message
                )
                for problem in invalid.problems
            ],
        ) from invalid


def _refuse_second_meaning(scheme: Scheme, known: list[Adopted]) -> None:
    """A rule version stands on every point given by it, so it may mean one thing only."""
    for one in known:
        if one.scheme.rule_version == scheme.rule_version and one.scheme != scheme:
            message = f"版本“{scheme.rule_version}”已用于另一份办法，内容有改动时请换一个版本号。"
            raise Invalid(errors=[FieldProblem(field="scheme.version", message=message)])
