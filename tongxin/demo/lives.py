"""Tells each proposal's life as its people lived it: written, reviewed, dispatched, handled, judged; step by step, in the past.

Every step is a command of the person who does it, as of the day it happened. A life stops where its fate says.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.identity import Actor
from tongxin.demo.cast import Office, Unit
from tongxin.demo.handled import Handled
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.fates import Fate, Stage
from tongxin.demo_data.written import Written
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.message import Command, Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import (
    Decided,
    DeclineProposal,
    FileProposal,
    ReturnProposal,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.proposals.joint_commands import AnswerInvitation, InviteCoProposers, Invited
from tongxin_contracts.proposals.review_commands import AddReviewNote, ConvertProposal, MergeProposal
from tongxin_contracts.words import ConvertTarget, Ground

RETURNED_BECAUSE: Final = "情况部分请补充近两年的数据；建议第二条请写明责任单位和完成时间。"
DECLINED: Final = (
    (Ground.EMPTY, "建议不够具体，尚不能交办。欢迎调研后写明可操作的措施，再次提交。"),
    (Ground.IN_LITIGATION, "所反映的事项已进入诉讼程序，请等待司法结果。"),
    (Ground.PERSONAL_MATTER, "反映的是个别家庭的具体困难，已转有关部门按信访程序办理。"),
    (Ground.ACADEMIC, "内容属于学术研讨，已转文史资料部门参考。"),
)
SEATS: Final = {
    "提案组初审": Role.REVIEW_GROUP,
    "提案委员会复审": Role.PROPOSALS_COMMITTEE,
    "三方会审": Role.INSPECTION_OFFICE,
    "主席会议终审": Role.CHAIRS_MEETING,
}
"""Who decides in the rounds of row 58; in one round it is the office."""
NOTES: Final = ("与去年 0113 号相近，办理时可参考当时的答复。", "建议第三条涉及两个部门，交办时注意主次。")


@dataclass(slots=True)
class Life:
    """One proposal and those who write it."""

    office: Office
    place: int
    written: Written
    fate: Fate
    author: MemberRow
    friends: Sequence[MemberRow]
    first_role: Role
    """Who sits in the first round of review."""
    merged: list["Life"] = field(default_factory=list)
    """Those that are merged into this one."""

    @property
    def id(self) -> UUID:
        """The proposal's id."""
        return made_id(self.office.committee, "proposal", self.place)

    @property
    def chance(self) -> random.Random:
        """Its own dice, the same every time."""
        return random.Random(f"life {self.office.committee} {self.place}")  # noqa: S311  (nothing secret)


def member(row: MemberRow, committee: str) -> Actor:
    """A member at work."""
    return Actor(id=str(row.person_id), committee=committee, roles=(Role.MEMBER,))


async def tell_life(life: Life, script: Script) -> None:
    """From the first word to where its fate stops."""
    version = await _write(life, script)
    stage = life.fate.stage
    if stage is Stage.WAITING:
        await _note(life, script)
        return
    for other in life.merged:
        other_version = await _write(other, script)
        await _merge(other, life, other_version, script)
    version += len(life.merged)  # each is one change; not asked for, so that a second attempt says the same
    decided_at = life.fate.on(2 + life.chance.random() * 5)
    what = {"committee": life.office.committee, "proposal_id": life.id}
    if stage is Stage.RETURNED:
        await _decide(
            life,
            ReturnProposal(**what, expected_version=version, reason=RETURNED_BECAUSE),
            decided_at,
            script,
        )
    elif stage is Stage.NOT_FILED:
        ground, explanation = life.chance.choice(DECLINED)
        await _decide(
            life,
            DeclineProposal(**what, expected_version=version, ground=ground, explanation=explanation),
            decided_at,
            script,
        )
    elif stage is Stage.CONVERTED:
        await _decide(
            life,
            ConvertProposal(
                **what,
                expected_version=version,
                target=life.chance.choice(list(ConvertTarget)),
                explanation="反映的情况有参考价值，转有关部门参阅。",
            ),
            decided_at,
            script,
        )
    else:
        await _decide(life, FileProposal(**what, expected_version=version), decided_at, script)
        if stage > Stage.FILED:
            lead, co = _units(life)
            proposers = [
                life.author,
                *life.friends,
                *(row for other in life.merged for row in _authors(other)),
            ]
            people = [member(row, life.office.committee) for row in proposers]
            await Handled(life.office, life.id, life.fate, lead, co, people, life.chance, script).go(
                decided_at + timedelta(days=3)
            )


def _authors(life: Life) -> list[MemberRow]:
    return [life.author, *life.friends]


def _units(life: Life) -> tuple[Unit, list[Unit]]:
    units = life.office.units
    return units[life.written.lead], [
        units[short] for short in life.written.co[: life.chance.choice((0, 1, 1, 2))]
    ]


async def _write(life: Life, script: Script) -> int:
    """Written, confirmed by the co-proposers, handed in; the version then."""
    author = member(life.author, life.office.committee)
    said = life.written.proposal
    draft = SaveDraft(
        committee=life.office.committee,
        draft_id=life.id,
        revision=0,
        title=said.title,
        facts=said.facts,
        analysis=said.analysis,
        suggestions=list(said.suggestions),
        category=said.category,
    )
    await script.do(draft, author, at=life.fate.on(-3))
    if life.friends:
        invite = InviteCoProposers(
            committee=life.office.committee,
            draft_id=life.id,
            persons=[friend.person_id for friend in life.friends],
        )
        invited = await script.do(invite, author, at=life.fate.on(-2))
        assert isinstance(invited, Invited)
        by_person = {friend.person_id: friend for friend in life.friends}
        for invitation, friend in zip(invited.invitations, by_person.values(), strict=True):
            answer = AnswerInvitation(
                committee=life.office.committee, invitation_id=invitation, accept=True, revision=1
            )
            await script.do(answer, member(friend, life.office.committee), at=life.fate.on(-1))
    handed_in = await script.do(
        SubmitProposal(committee=life.office.committee, draft_id=life.id), author, at=life.fate.handed_in
    )
    assert isinstance(handed_in, Done)
    return handed_in.version


async def _note(life: Life, script: Script) -> None:
    if life.place % 2:
        note = AddReviewNote(
            committee=life.office.committee,
            proposal_id=life.id,
            note_id=made_id("note", life.id),
            note=life.chance.choice(NOTES),
        )
        await script.do(note, life.office.acting(life.first_role), at=life.fate.on(0.5))


async def _merge(other: Life, into: Life, version: int, script: Script) -> None:
    command = MergeProposal(
        committee=other.office.committee,
        proposal_id=other.id,
        expected_version=version,
        into=into.id,
        explanation="两件提案反映同一问题，合并办理，全体提案人都会收到答复。",
    )
    await _decide(other, command, max(other.fate.on(1.5), into.fate.on(1.5)), script)


async def _decide(life: Life, command: Command, at: datetime, script: Script) -> datetime:
    """Through all rounds: what the first recommends, the later ones follow."""
    role = life.first_role
    while True:
        answer = await script.do(command, life.office.acting(role), at=at, what=role.value)
        assert isinstance(answer, Decided)
        if answer.next_round is None:
            return at
        role = SEATS[answer.next_round]
        at += timedelta(days=1)
        command = command.model_copy(update={"expected_version": answer.version})


def lives(
    office: Office,
    members: Sequence[MemberRow],
    stories: Sequence[tuple[Written, Fate]],
    first_role: Role,
) -> list[Life]:
    """Who writes what: authors by chance; those to be merged hang on the one nearest to them that is filed."""
    chance = random.Random(f"authors {office.committee}")  # noqa: S311  (nothing secret)
    made = []
    for place, (written, fate) in enumerate(stories):
        author, *friends = chance.sample(list(members), 1 + fate.co_proposers)
        made.append(Life(office, place, written, fate, author, friends, first_role))
    survivors = [life for life in made if life.fate.stage > Stage.FILED]
    kept = []
    for life in made:
        if life.fate.stage is Stage.MERGED and survivors:
            nearest = min(survivors, key=lambda one: abs(one.fate.handed_in - life.fate.handed_in))
            if _authors_apart(life, nearest):
                nearest.merged.append(life)
                continue
        kept.append(life)
    return kept


def _authors_apart(one: Life, other: Life) -> bool:
    return not {row.person_id for row in _authors(one)} & {row.person_id for row in _authors(other)}
