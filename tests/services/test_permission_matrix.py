"""Who may do what: every request by every role from every direction, and the sentences that people care about.

The matrix is made from the catalogue and expects what `GRANTS` says as data; how a scope is reckoned is written here a
second time on purpose. The sentences are written by hand, so that a wrong line in `GRANTS` shows as well.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis import bus
from chassis.clock import SystemClock
from chassis.identity import Actor, TokenSigner
from chassis.ids import new_id
from chassis.problems import Fault, Forbidden, NotFound, NotSignedIn, Refusal, Unavailable
from tests.house import House, person
from tests.members_at_work import some_members
from tests.proposals_at_work import file, handed_in, open_session
from tests.sample_bodies import sample
from tongxin_contracts.catalogue import REQUESTS
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.queries import Topics
from tongxin_contracts.envelope import COMMAND_ID, STATUS
from tongxin_contracts.members.commands import DecideExit, ExportRoster, OpenSession
from tongxin_contracts.members.queries import Dossier, Roster, Scheme
from tongxin_contracts.message import Request
from tongxin_contracts.notify.commands import UnsubscribeAgency
from tongxin_contracts.notify.queries import Agencies, MyWork
from tongxin_contracts.permissions import GRANTS, Role, Scope
from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    DiscardDraft,
    FileProposal,
    ReturnProposal,
    SaveDraft,
)
from tongxin_contracts.proposals.queries import Draft, Proposal, Proposals, ReviewDesk
from tongxin_contracts.subjects import OWNERS
from tongxin_contracts.words import ExitDecision, Ground

CITY, COUNTY, BESIDE, ELSEWHERE = "350900", "350931", "350932", "360131"
"""Committees of this module's own, so that what is allowed here disturbs no other test."""

FROM: Final = {"own": COUNTY, "below": CITY, "beside": BESIDE, "above": COUNTY, "none": ELSEWHERE}
"""Where somebody acts; what they ask is of `TO`. 「below」 asks down, 「above」 asks up, 「none」 is unrelated."""
TO: Final = {"own": COUNTY, "below": COUNTY, "beside": COUNTY, "above": CITY, "none": COUNTY}
REACHES: Final = {
    None: set[str](),
    Scope.OWN: {"own"},
    Scope.COMMITTEE: {"own"},
    Scope.BELOW: {"own", "below"},
}
AT_ONCE: Final = 32
WAIT: Final = 20.0
"""Seconds; many wait in line here."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One cell of the matrix."""

    request: type[Request]
    role: Role
    relation: str

    @property
    def allowed(self) -> bool:
        """What the table of grants says."""
        return self.relation in REACHES[GRANTS[self.role].get(self.request.permission())]

    def __str__(self) -> str:
        return f"{self.request.permission()} by {self.role.value}, {self.relation}"


MATRIX: Final = [
    Combination(request, role, relation) for request in REQUESTS for role in Role for relation in FROM
]


async def refusal_of(house: House, request: Request, actor: Actor) -> type[Refusal] | None:
    """How it was refused, None when it was done."""
    try:
        await house.caller.call(request, actor, new_id(), timeout=WAIT)
    except Refusal as refused:
        return type(refused)
    return None


def wrong(combination: Combination, refused: type[Refusal] | None) -> bool:
    """Whether it went otherwise than the table says; a fault of ours is never right."""
    if refused in (Fault, Unavailable, NotSignedIn):
        return True
    return (refused is Forbidden) == combination.allowed


@pytest.mark.parametrize("service", OWNERS)
async def test_every_role_may_exactly_what_it_is_granted(
    house: House, service: str, record_property: Callable[[str, object], None]
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def tried(cell: Combination) -> str | None:
        async with gate:
            request = sample(cell.request, TO[cell.relation])
            refused = await refusal_of(house, request, person(cell.role, committee=FROM[cell.relation]))
        if not wrong(cell, refused):
            return None
        expected = "allowed" if cell.allowed else "forbidden"
        return f"{cell}: expected {expected}, was {refused.kind if refused else 'done'}"

    cells = [cell for cell in MATRIX if cell.request.service == service]
    found = await asyncio.gather(*map(tried, cells))
    assert [fault for fault in found if fault] == []
    record_property("combinations", len(cells))


def test_the_matrix_is_whole() -> None:
    assert len(MATRIX) == len(REQUESTS) * len(Role) * len(FROM)
    assert {cell.request.service for cell in MATRIX} == set(OWNERS)
    assert 0 < sum(cell.allowed for cell in MATRIX) < len(MATRIX)


async def test_who_is_not_signed_in_may_nothing(house: House) -> None:
    async def kind(request: type[Request]) -> str:
        headers = {COMMAND_ID: str(new_id())}
        body = sample(request, COUNTY).model_dump_json().encode()
        reply = await house.connection.request(request.subject(), body, timeout=WAIT, headers=headers)
        assert (reply.headers or {})[STATUS] == "401"
        return Problem.model_validate_json(reply.data).type

    kinds = await asyncio.gather(*map(kind, REQUESTS))
    assert set(kinds) == {"urn:tongxin:problem:not-signed-in"}


async def test_a_signature_of_somebody_else_is_none(house: House) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    forger = bus.Caller(house.connection, TokenSigner(key), SystemClock())

    async def refused(request: type[Request]) -> type[Refusal] | None:
        try:
            await forger.call(
                sample(request, COUNTY), person(*Role, committee=COUNTY), new_id(), timeout=WAIT
            )
        except Refusal as refusal:
            return type(refusal)
        return None

    assert set(await asyncio.gather(*map(refused, REQUESTS))) == {NotSignedIn}


async def test_who_holds_no_role_may_nothing(house: House) -> None:
    refused = await asyncio.gather(
        *(refusal_of(house, sample(request, COUNTY), person(committee=COUNTY)) for request in REQUESTS)
    )
    assert set(refused) == {Forbidden}


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is when the sentences are tried."""

    author: UUID
    draft: UUID
    waiting: UUID
    filed: UUID
    city_filed: UUID
    member: UUID
    member_person: UUID


@pytest.fixture(scope="module")
async def scene(house: House) -> Scene:
    """A draft, a proposal that waits, one that is filed, one of the city's, and a member of the county."""
    await open_session(house, COUNTY)
    await open_session(house, CITY)
    author = person(Role.MEMBER, committee=COUNTY)
    draft = new_id()
    await house.ask(SaveDraft(committee=COUNTY, draft_id=draft, revision=0, title="未写完"), author)
    waiting, filed = await handed_in(house, author), await handed_in(house, author)
    await file(house, filed, committee=COUNTY)
    of_city = await handed_in(house, person(Role.MEMBER, committee=CITY))
    await file(house, of_city, committee=CITY)
    (member, *_) = await some_members(house, COUNTY, 2)
    return Scene(author.person, draft, waiting, filed, of_city, member.member_id, member.person_id)


Ask = Callable[[Scene], Request]
Who = Callable[[Scene], Actor]


def at(committee: str, *roles: Role) -> Who:
    """Somebody else than everybody in the scene."""
    return lambda _scene: person(*roles, committee=committee)


def author(scene: Scene) -> Actor:
    """The member who wrote what there is."""
    return person(Role.MEMBER, committee=COUNTY, person_id=scene.author)


def listed_member(scene: Scene) -> Actor:
    """The member on the county's roster."""
    return person(Role.MEMBER, committee=COUNTY, person_id=scene.member_person)


def proposal(which: str, committee: str = COUNTY) -> Ask:
    return lambda scene: Proposal(committee=committee, proposal_id=getattr(scene, which))


def draft(scene: Scene) -> Request:
    return Draft(committee=COUNTY, draft_id=scene.draft)


def filing(committee: str = COUNTY, which: str = "waiting", version: int = 99) -> Ask:
    """With a version that is never right: who may file is told of the clash, and nothing changes."""
    return lambda scene: FileProposal(
        committee=committee, proposal_id=getattr(scene, which), expected_version=version
    )


def dossier(committee: str = COUNTY) -> Ask:
    return lambda scene: Dossier(committee=committee, member_id=scene.member)


def plain(request: Request) -> Ask:
    return lambda _scene: request


M, P, R = Role.MEMBER, Role.PROPOSALS_OFFICE, Role.MEMBERS_OFFICE
C, A, S, U = Role.COMMITTEE_OFFICE, Role.ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR
YES: Final = "yes"

SENTENCES: Final[list[tuple[str, Who, Ask, Any]]] = [
    ("本人看得到自己的草稿", author, draft, YES),
    ("别的委员看不到我的草稿", at(COUNTY, M), draft, NotFound),
    ("县提案委看不到委员的草稿", at(COUNTY, P), draft, Forbidden),
    ("市提案委看不到县委员的草稿", at(CITY, P), draft, Forbidden),
    (
        "别的委员删不掉我的草稿",
        at(COUNTY, M),
        lambda scene: DiscardDraft(committee=COUNTY, draft_id=scene.draft),
        NotFound,
    ),
    ("县委员不能立案", at(COUNTY, M), filing(), Forbidden),
    ("作者不能给自己的提案立案", author, filing(), Forbidden),
    ("市提案委不能替县里立案", at(CITY, P), filing(), Forbidden),
    ("县提案委不能给市里立案", at(COUNTY, P), filing(CITY, "city_filed"), Forbidden),
    ("兄弟县提案委不能替清源县立案", at(BESIDE, P), filing(), Forbidden),
    (
        "兄弟县提案委以本县名义也碰不到清源县的提案",
        at(BESIDE, P),
        filing(BESIDE),
        NotFound,
    ),
    (
        "委员联络室不能退回提案",
        at(COUNTY, R),
        lambda scene: ReturnProposal(
            committee=COUNTY, proposal_id=scene.waiting, expected_version=1, reason="越权"
        ),
        Forbidden,
    ),
    (
        "专委会办公室不能不予立案",
        at(COUNTY, C),
        lambda scene: DeclineProposal(
            committee=COUNTY, proposal_id=scene.waiting, expected_version=1, ground=next(iter(Ground))
        ),
        Forbidden,
    ),
    ("县提案委看得到待审的提案", at(COUNTY, P), proposal("waiting"), YES),
    ("作者看得到自己待审的提案", author, proposal("waiting"), YES),
    ("别的委员看不到待审的提案", at(COUNTY, M), proposal("waiting"), NotFound),
    ("别的委员看得到已立案的提案", at(COUNTY, M), proposal("filed"), YES),
    ("市提案委看得到县里已立案的提案", at(CITY, P), proposal("filed"), YES),
    ("市提案委看不到县里待审的提案", at(CITY, P), proposal("waiting"), NotFound),
    ("市委员看不到县里的提案", at(CITY, M), proposal("filed"), Forbidden),
    ("市提案委看不到县里的审查台", at(CITY, P), plain(ReviewDesk(committee=COUNTY)), Forbidden),
    ("兄弟县提案委看不到清源县的提案", at(BESIDE, P), proposal("filed"), Forbidden),
    ("兄弟县提案委以本县名义也查不到清源县的提案", at(BESIDE, P), proposal("filed", BESIDE), NotFound),
    ("兄弟县委员看不到清源县的提案目录", at(BESIDE, M), plain(Proposals(committee=COUNTY)), Forbidden),
    ("兄弟县管理员看不到清源县的外部机构", at(BESIDE, A), plain(Agencies(committee=COUNTY)), Forbidden),
    ("县提案委看不到市里的提案目录", at(COUNTY, P), plain(Proposals(committee=CITY)), Forbidden),
    ("县提案委看不到市里的提案", at(COUNTY, P), proposal("city_filed", CITY), Forbidden),
    ("提案委看不到名册", at(COUNTY, P), plain(Roster(committee=COUNTY)), Forbidden),
    ("市委员联络室看不到县里的名册", at(CITY, R), plain(Roster(committee=COUNTY)), Forbidden),
    (
        "市委员联络室导不出县里的名册",
        at(CITY, R),
        lambda _scene: ExportRoster(committee=COUNTY, export_id=new_id()),
        Forbidden,
    ),
    ("市委员联络室看得到县里的履职办法", at(CITY, R), plain(Scheme(committee=COUNTY)), YES),
    ("县委员联络室看得到本县委员的档案", at(COUNTY, R), dossier(), YES),
    ("委员看得到自己的档案", listed_member, dossier(), YES),
    ("委员看不到别人的档案", at(COUNTY, M), dossier(), NotFound),
    ("市委员联络室看不到县委员的档案", at(CITY, R), dossier(), Forbidden),
    ("兄弟县以本县名义也查不到清源县委员的档案", at(BESIDE, R), dossier(BESIDE), NotFound),
    (
        "市委员联络室不能决定县委员的去留",
        at(CITY, R),
        lambda scene: DecideExit(
            committee=COUNTY,
            member_id=scene.member,
            year=2026,
            decision=next(iter(ExitDecision)),
            reason="越权",
        ),
        Forbidden,
    ),
    (
        "提案委不能开届次",
        at(COUNTY, P),
        lambda _scene: sample(OpenSession, COUNTY),
        Forbidden,
    ),
    ("市专委会办公室看得到县里的议题", at(CITY, C), plain(Topics(committee=COUNTY)), YES),
    (
        "市专委会办公室不能替县里定议题",
        at(CITY, C),
        lambda scene: TakeTopic(committee=COUNTY, topic_id=new_id(), proposal_id=scene.filed),
        Forbidden,
    ),
    (
        "委员不能定议题",
        at(COUNTY, M),
        lambda scene: TakeTopic(committee=COUNTY, topic_id=new_id(), proposal_id=scene.filed),
        Forbidden,
    ),
    ("系统管理员看不到提案", at(COUNTY, A), proposal("filed"), Forbidden),
    ("安全员看不到名册", at(COUNTY, S), plain(Roster(committee=COUNTY)), Forbidden),
    ("审计员看不到委员的档案", at(COUNTY, U), dossier(), Forbidden),
    ("市管理员看得到县里的外部机构", at(CITY, A), plain(Agencies(committee=COUNTY)), YES),
    (
        "市管理员不能取消县里的订阅",
        at(CITY, A),
        lambda _scene: UnsubscribeAgency(committee=COUNTY, subscription_id=new_id(), reason="越权"),
        Forbidden,
    ),
    ("没有身份的人连自己的待办也没有", at(COUNTY), plain(MyWork(committee=COUNTY)), Forbidden),
    ("审计员看得到自己的待办", at(COUNTY, U), plain(MyWork(committee=COUNTY)), YES),
    ("兼任委员和提案委的人看得到审查台", at(COUNTY, M, P), plain(ReviewDesk(committee=COUNTY)), YES),
]


@pytest.mark.parametrize(
    ("sentence", "who", "ask", "expected"), SENTENCES, ids=[line[0] for line in SENTENCES]
)
async def test_sentence(house: House, scene: Scene, sentence: str, who: Who, ask: Ask, expected: Any) -> None:
    refused = await refusal_of(house, ask(scene), who(scene))
    assert (refused or YES) == expected, sentence


async def test_the_office_that_may_file_is_told_of_the_clash(house: House, scene: Scene) -> None:
    """What `filing()` counts on: for who may, the wrong version is the only obstacle."""
    refused = await refusal_of(house, filing()(scene), person(P, committee=COUNTY))
    assert refused is not None
    assert refused.kind == "version-clash"
