"""履职档案: who a member is, what they did in a duty year, and why their points are what they are."""

from typing import Any

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.problems import NotFound
from chassis.work import Work
from services.members import tables
from services.members.ledgers import current_year, ledgers, scheme_for
from services.members.queries.dossier_history import dossier_history
from services.members.queries.year_results import year_result
from services.members.rules.points import Ledger, Line
from services.members.rules.scheme import Scheme, points_text
from tongxin_contracts.members.queries import Dossier, DossierAnswer, LedgerLine, UncountedDuty
from tongxin_contracts.permissions import Scope
from tongxin_contracts.words import DutyKind, Party


async def dossier(query: Dossier, work: Work) -> DossierAnswer:
    """One's own dossier, or for the office anybody's of the committee; raises NotFound for everything else."""
    row = await _found(query, work)
    close = row.person_id == work.actor.person or row.committee == work.actor.committee
    adopted = await scheme_for(work, query.year)
    scheme = adopted.scheme if adopted else None
    year = query.year or current_year(scheme, local_date(work.now))
    ledger, facts = await _ledger(work, scheme, year, row.member_id)
    past = await dossier_history(work, row.member_id, row.person_id, personal=close)
    return DossierAnswer(
        member_id=row.member_id,
        person_id=row.person_id,
        committee=row.committee,
        version=row.version,
        name=row.name,
        gender=row.gender if close else None,
        born=row.born if close else None,
        party=await _party(row, work) if close else None,
        phone=row.phone if close else None,
        sector=row.sector,
        rank=row.rank,
        standing=row.standing,
        special_committee=row.special_committee,
        liaison_group=row.liaison_group,
        employer=row.employer if close else None,
        post=row.post if close else None,
        year=year,
        scheme=scheme.name if scheme else None,
        rule_version=scheme.rule_version if scheme else None,
        total=points_text(ledger.total) if ledger else "0",
        floor=points_text(scheme.floor) if scheme and scheme.floor is not None else None,
        grade=ledger.grade if ledger else None,
        lines=[_line(line, facts) for line in ledger.lines] if ledger else [],
        uncounted=_uncounted(ledger, facts),
        history=past.entries,
        history_intact=past.intact,
        result=await year_result(work, row.member_id, year),
    )


async def _found(query: Dossier, work: Work) -> Any:
    person, member = tables.person.c, tables.member.c
    statement = (
        select(
            tables.member,
            member.id.label("member_id"),
            person.name,
            person.phone,
            person.gender,
            person.born,
            person.party,
        )
        .join(tables.person, person.id == member.person_id)
        .where(member.committee == query.committee)
    )
    if query.member_id is not None:
        statement = statement.where(member.id == query.member_id)
    if query.member_id is None or work.scope is Scope.OWN:
        statement = statement.where(member.person_id == work.actor.person)
    row = (await work.tx.sql.execute(statement)).one_or_none()
    if row is None:
        raise NotFound("您在本级政协没有委员档案" if query.member_id is None else None)
    return row


async def _party(row: Any, work: Work) -> Party | None:
    """The party, opened for who may see it; that it was opened is noted."""
    opened = work.tools.sealer.open(row.party, row.person_id)
    if opened is None:
        return None
    await work.disclose(row.person_id, ["party"], "查看履职档案")
    return Party.of(opened)


async def _ledger(work: Work, scheme: Scheme | None, year: int, member: Any) -> tuple[Ledger | None, Any]:
    if scheme is None:
        return None, {}
    ledger, rows = (await ledgers(work, scheme, year, [member]))[member]
    return ledger, {row.id: row for row in rows}


def _line(line: Line, facts: Any) -> LedgerLine:
    fact = facts.get(line.fact_id)
    return LedgerLine(
        fact_id=line.fact_id,
        kind=line.kind,
        group=line.class_name,
        item=line.item_name,
        on=line.on,
        raw=points_text(line.raw),
        counted=points_text(line.counted),
        mark=line.mark,
        explanation=line.explanation,
        evidence=fact.evidence if fact else "",
        matter=fact.matter if fact else None,
        rule_version=line.rule_version,
    )


def _uncounted(ledger: Ledger | None, facts: Any) -> list[UncountedDuty]:
    return [
        UncountedDuty(
            fact_id=one.fact_id,
            kind=DutyKind.of(facts[one.fact_id].kind),
            on=facts[one.fact_id].on_day,
            evidence=facts[one.fact_id].evidence,
            matter=facts[one.fact_id].matter,
            reason=one.reason,
        )
        for one in (ledger.uncounted if ledger else ())
    ]
