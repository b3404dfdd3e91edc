"""Who looks after whom on a day, whether the ratios are held, and who stands behind each place."""

from chassis.calendar import local_date
from chassis.work import Work
from services.members.grids import as_links, links_on, parties_of, rules_of, venues_of, version_of
from services.members.rules.coverage import PLACES, Count, behind, held, venue_lacks
from tongxin_contracts.members.coverage import (
    CoveredBy,
    Gap,
    LinkCoverage,
    LinkCoverageAnswer,
    LinkRow,
    LinkRule,
    Party,
    PlaceCoverage,
    RuleCoverage,
)


async def link_coverage(query: LinkCoverage, work: Work) -> LinkCoverageAnswer:
    """Five statements; gaps and surplus by name."""
    day = query.on or local_date(work.now)
    parties, rules = await parties_of(work), await rules_of(work)
    links = await links_on(work, day, {party.name: party.person_id for party in parties})
    venues = await venues_of(work)
    pairs = {code: as_links(rows) for code, rows in links.items()}
    return LinkCoverageAnswer(
        version=await version_of(work),
        on=day,
        parties=parties,
        rules=[_rule(rule, parties, links.get(rule.code, [])) for rule in rules],
        places=[
            PlaceCoverage(
                kind=place.kind,
                name=place.name,
                covered_by=[
                    CoveredBy(rule=rule.code, kind=rule.from_kind, name=name, through=through)
                    for rule, name, through in behind(place, rules, pairs)
                ],
                venues=venues.get(place.name, []),
                lacks=venue_lacks(venues.get(place.name, [])),
            )
            for place in parties
            if place.kind in PLACES
        ],
    )


def _rule(rule: LinkRule, parties: list[Party], rows: list[LinkRow]) -> RuleCoverage:
    found = held(rule, parties, as_links(rows))
    return RuleCoverage(
        rule=rule,
        held=found.held,
        covered=found.takers - len(found.gaps),
        takers=found.takers,
        links=rows,
        gaps=[_gap(count) for count in found.gaps],
        surplus=[_gap(count) for count in found.surplus],
        idle=list(found.idle),
    )


def _gap(count: Count) -> Gap:
    return Gap(name=count.name, has=count.has, wanted=count.wanted)
