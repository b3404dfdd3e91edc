"""Whether a grid holds its ratios, and who stands behind a place.

Always holds: nobody looks after more than the rule allows; a rule is held when everybody to be looked after has exactly as
many as it says. Whoever could look after somebody and does not is named, and breaks nothing: 34 sectors may serve 13
communities.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tongxin_contracts.members.coverage import Link, LinkRule, Party, Venue
from tongxin_contracts.refusals import FieldError
from tongxin_contracts.words import Fixture, PartyKind, VenueKind

PLACES = (PartyKind.TOWNSHIP, PartyKind.COMMUNITY)
BASIC = (VenueKind.CONVENER_ROOM, VenueKind.ACTIVITY_ROOM)
"""What every place with a venue at all has to have (2+2)."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many somebody has, and how many the rule says."""

    name: str
    has: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Held:
    """How far one rule is held."""

    takers: int
    gaps: tuple[Count, ...]
    taken_too_often: tuple[Count, ...]
    giving_too_much: tuple[Count, ...]
    idle: tuple[str, ...]

    @property
    def surplus(self) -> tuple[Count, ...]:
        """Everybody with too many, on either end."""
        return (*self.taken_too_often, *self.giving_too_much)

    @property
    def held(self) -> bool:
        """Whether the ratio is held."""
        return self.takers > 0 and not self.gaps and not self.surplus


def rule_faults(parties: Sequence[Party], rules: Sequence[LinkRule]) -> list[FieldError]:
    """Names and codes said twice, and rules from a kind to itself."""
    keys = [(party.kind, party.name) for party in parties]
    codes = [rule.code for rule in rules]
    errors = [
        FieldError(f"parties.{place}", f"{kind.label}“{name}”写了两次，请去掉一个。")
        for place, (kind, name) in enumerate(keys)
        if keys.index((kind, name)) < place
    ]
    errors += [
        FieldError(f"rules.{place}", f"规则代号“{code}”重复，请改一个。")
        for place, code in enumerate(codes)
        if codes.index(code) < place
    ]
    errors += [
        FieldError(
            f"rules.{place}", f"“{rule.name}”不能由{rule.from_kind.label}联系{rule.to_kind.label}自己。"
        )
        for place, rule in enumerate(rules)
        if rule.from_kind is rule.to_kind
    ]
    return errors


def held(rule: LinkRule, parties: Iterable[Party], links: Iterable[Link]) -> Held:
    """Count both ends."""
    every = list(parties)
    givers = [party.name for party in every if party.kind is rule.from_kind]
    takers = [party.name for party in every if party.kind is rule.to_kind]
    pairs = list(links)
    gives, takes = Counter(link.giver for link in pairs), Counter(link.taker for link in pairs)
    return Held(
        takers=len(takers),
        gaps=tuple(Count(name, takes[name], rule.per_to) for name in takers if takes[name] < rule.per_to),
        taken_too_often=tuple(
            Count(name, takes[name], rule.per_to) for name in takers if takes[name] > rule.per_to
        ),
        giving_too_much=tuple(
            Count(name, gives[name], rule.per_from) for name in givers if gives[name] > rule.per_from
        ),
        idle=tuple(name for name in givers if not gives[name]),
    )


def link_faults(
    rule: LinkRule, parties: Sequence[Party], links: Sequence[Link], *, partial: bool
) -> list[FieldError]:
    """Everything wrong with a set of links, by name."""
    known = {(party.kind, party.name) for party in parties}
    errors = []
    for place, link in enumerate(links):
        if links.index(link) < place:
            errors.append(FieldError(f"links.{place}", f"“{link.giver}—{link.taker}”写了两次。"))
        for kind, name in ((rule.from_kind, link.giver), (rule.to_kind, link.taker)):
            if (kind, name) not in known:
                errors.append(FieldError(f"links.{place}", f"名单里没有{kind.label}“{name}”，请先加入名单。"))
    if errors:
        return errors
    found = held(rule, parties, links)
    giver, taker = rule.from_kind.label, rule.to_kind.label
    errors += [
        FieldError("links", f"{taker}“{count.name}”有 {count.has} 个{giver}联系，只能有 {count.wanted} 个。")
        for count in found.taken_too_often
    ]
    errors += [
        FieldError("links", f"{giver}“{count.name}”联系了 {count.has} 个{taker}，最多 {count.wanted} 个。")
        for count in found.giving_too_much
    ]
    if not partial:
        errors += [
            FieldError(
                "links",
                f"{taker}“{count.name}”"
                + (f"只有 {count.has} 个" if count.has else "还没有")
                + f"{giver}联系，应有 {count.wanted} 个。",
            )
            for count in found.gaps
        ]
    return errors


def behind(
    place: Party, rules: Sequence[LinkRule], links: Mapping[str, Sequence[Link]]
) -> list[tuple[LinkRule, str, str]]:
    """Rule, name and through whom: those who look after a place, and those who look after them."""
    found: list[tuple[LinkRule, str, str]] = []
    for rule in rules:
        if rule.to_kind is not place.kind:
            continue
        for link in links.get(rule.code, ()):
            if link.taker != place.name:
                continue
            found.append((rule, link.giver, ""))
            found += [
                (above, further.giver, link.giver)
                for above in rules
                if above.to_kind is rule.from_kind
                for further in links.get(above.code, ())
                if further.taker == link.giver
            ]
    return found


def venue_lacks(venues: Sequence[Venue]) -> list[str]:
    """What a place's venues lack, in words: the two basic ones, and the five things each of those has to have."""
    lacks = []
    for kind in BASIC:
        there = [venue for venue in venues if venue.kind is kind]
        if not there:
            lacks.append(f"没有{kind.label}")
        for venue in there:
            missing = [fixture.label.removeprefix("有") for fixture in Fixture if fixture not in venue.has]
            if missing:
                lacks.append(f"{venue.name}缺{'、'.join(missing)}")
    return lacks
