"""联名: who may be asked, what is confirmed, what happens when the text changes; files; taking a proposal back."""

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, VersionClash, WrongState
from tests.house import House, person
from tests.joint_at_work import (
    JPEG,
    PDF,
    PNG,
    answer,
    attach,
    draft_of,
    invite,
    office_file,
    saved,
    seen_invitation,
    serving_members,
)
from tests.members_at_work import download
from tests.proposals_at_work import TEXT, done, file, handed_in, mine, open_session
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import DiscardDraft, ReturnProposal, SubmitProposal
from tongxin_contracts.proposals.joint_commands import (
    AnswerInvitation,
    CancelInvitation,
    InviteCoProposers,
    RemoveAttachment,
    WithdrawProposal,
)
from tongxin_contracts.proposals.joint_queries import Attachment, AttachmentAnswer
from tongxin_contracts.proposals.queries import Proposal, ProposalAnswer
from tongxin_contracts.words import InvitationState, NoticeKind, ProposalKind, ProposalState, TaskKind

HERE = "361101"


@pytest.fixture(scope="module")
async def members(house: House) -> list[Actor]:
    await open_session(house, HERE)
    return await serving_members(house, HERE, 5)


def submit(draft_id: object) -> SubmitProposal:
    return SubmitProposal(committee=HERE, draft_id=draft_id)


async def seen(house: House, proposal_id: object, actor: Actor) -> ProposalAnswer:
    found = await house.ask(Proposal(committee=HERE, proposal_id=proposal_id), actor)
    assert isinstance(found, ProposalAnswer)
    return found


async def todos(house: House, actor: Actor) -> list[TaskKind]:
    found = await house.ask(MyWork(committee=HERE), actor)
    assert isinstance(found, MyWorkAnswer)
    return [todo.kind for todo in found.todos]


async def told(house: House, actor: Actor) -> list[NoticeKind]:
    found = await house.ask(Notices(committee=HERE), actor)
    assert isinstance(found, NoticePage)
    return [notice.kind for notice in found.notices]


async def test_two_confirm_the_text_and_it_is_handed_in_as_joint(house: House, members: list[Actor]) -> None:
    first, one, two, three, _ = members
    draft_id, _ = await saved(house, first)
    invitations = await invite(house, first, draft_id, one, two, three)
    read = await seen_invitation(house, one, invitations[0])
    assert (read.facts, read.mine_to_answer) == (TEXT["facts"], True)

    async def is_asked() -> bool:
        asked = TaskKind.CONFIRM_JOINT in await todos(house, one)
        return asked and NoticeKind.JOINT_INVITED in await told(house, one)

    await until_async(is_asked, "the co-proposer has a task and a notice")
    waiting = (await mine(house, one)).invitations
    assert invitations[0] in [row.invitation_id for row in waiting]

    await answer(house, one, invitations[0])
    with pytest.raises(Invalid) as refused:
        await house.ask(submit(draft_id), first)
    fields = [error.field for error in refused.value.errors]
    assert fields == [f"co_proposers.{two.person}", f"co_proposers.{three.person}"], "who has not answered"
    await answer(house, two, invitations[1])
    await answer(house, three, invitations[2], accept=False)
    await house.ask(submit(draft_id), first)

    proposal = await seen(house, draft_id, one)
    assert proposal.kind is ProposalKind.JOINT
    assert proposal.co_proposers == [one.person, two.person], "who declined is not named"
    assert draft_id in [row.proposal_id for row in (await mine(house, two)).proposals]
    with pytest.raises(NotFound):
        await seen(house, draft_id, three)
    with pytest.raises(NotFound):
        await seen_invitation(house, three, invitations[2])

    async def is_done() -> bool:
        return (
            TaskKind.CONFIRM_JOINT not in await todos(house, one)
            and (await told(house, first)).count(NoticeKind.JOINT_ANSWERED) == 3
            and NoticeKind.PROPOSAL_SUBMITTED in await told(house, two)
        )

    await until_async(
        is_done, "the task is closed, the first proposer heard three answers, co-proposers are told"
    )


async def test_what_changed_after_the_confirmation_is_asked_again_with_one_command(
    house: House, members: list[Actor]
) -> None:
    first, one, two, *_ = members
    draft_id, revision = await saved(house, first)
    invitations = await invite(house, first, draft_id, one, two)
    await answer(house, one, invitations[0])
    await answer(house, two, invitations[1])
    await saved(house, first, draft_id, revision=revision, facts="改过的情况，比原来多一句。")
    outdated = [row.outdated for row in (await draft_of(house, first, draft_id)).invitations]
    assert outdated == [True, True]
    with pytest.raises(Invalid) as refused:
        await house.ask(submit(draft_id), first)
    assert len(refused.value.errors) == 2
    assert "再次征求" in refused.value.errors[0].message

    await invite(house, first, draft_id, one, two)
    states = [row.state for row in (await draft_of(house, first, draft_id)).invitations]
    assert states == [InvitationState.INVITED] * 2
    for actor, invitation_id in ((one, invitations[0]), (two, invitations[1])):
        await answer(house, actor, invitation_id)
    await house.ask(submit(draft_id), first)
    assert (await seen(house, draft_id, two)).facts.startswith("改过")


async def test_typing_spaces_at_the_end_changes_nothing_confirmed(house: House, members: list[Actor]) -> None:
    first, one, *_ = members
    draft_id, revision = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    await answer(house, one, invitation_id)
    await saved(house, first, draft_id, revision=revision, title=TEXT["title"] + "  ")
    await house.ask(submit(draft_id), first)


async def test_a_text_changed_while_it_was_read_is_not_confirmed(house: House, members: list[Actor]) -> None:
    first, one, *_ = members
    draft_id, revision = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    await saved(house, first, draft_id, revision=revision, facts="另一个说法")
    late = AnswerInvitation(committee=HERE, invitation_id=invitation_id, accept=True, revision=revision)
    with pytest.raises(VersionClash):
        await house.ask(late, one)
    with pytest.raises(NotFound):
        await house.ask(late, members[3])


async def test_only_serving_members_of_the_committee_are_asked(house: House, members: list[Actor]) -> None:
    first = members[0]
    draft_id, _ = await saved(house, first)
    stranger = new_id()
    with pytest.raises(Invalid) as refused:
        await house.ask(
            InviteCoProposers(committee=HERE, draft_id=draft_id, persons=[first.person, stranger]), first
        )
    assert [error.field for error in refused.value.errors] == [
        f"persons.{first.person}",
        f"persons.{stranger}",
    ]
    with pytest.raises(NotFound):
        await house.ask(
            InviteCoProposers(committee=HERE, draft_id=draft_id, persons=[first.person]), members[1]
        )


async def test_a_cancelled_invitation_stands_in_nobodys_way(house: House, members: list[Actor]) -> None:
    first, one, *_ = members
    draft_id, _ = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    cancel = CancelInvitation(committee=HERE, invitation_id=invitation_id)
    with pytest.raises(NotFound):
        await house.ask(cancel, one)
    await house.ask(cancel, first)
    with pytest.raises(WrongState):
        await house.ask(cancel, first)
    with pytest.raises(WrongState):
        await house.ask(
            AnswerInvitation(committee=HERE, invitation_id=invitation_id, accept=True, revision=1), one
        )
    await house.ask(submit(draft_id), first)
    assert (await seen(house, draft_id, first)).kind is ProposalKind.INDIVIDUAL


async def test_a_discarded_draft_takes_its_invitations_along(house: House, members: list[Actor]) -> None:
    first, one, *_ = members
    draft_id, _ = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    await house.ask(DiscardDraft(committee=HERE, draft_id=draft_id), first)
    with pytest.raises(NotFound):
        await seen_invitation(house, one, invitation_id)


async def test_after_a_return_the_changed_text_is_confirmed_again(house: House, members: list[Actor]) -> None:
    first, one, *_ = members
    draft_id, _ = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    await answer(house, one, invitation_id)
    version = done(await house.ask(submit(draft_id), first)).version
    await house.ask(
        ReturnProposal(committee=HERE, proposal_id=draft_id, expected_version=version, reason="请写明数量"),
        person(Role.PROPOSALS_OFFICE, committee=HERE),
    )
    await saved(house, first, draft_id, revision=1, suggestions=["一是更换 1.2 公里主管。"])
    with pytest.raises(Invalid):
        await house.ask(submit(draft_id), first)
    await invite(house, first, draft_id, one)
    await answer(house, one, invitation_id)
    await house.ask(submit(draft_id), first)
    assert (await seen(house, draft_id, one)).co_proposers == [one.person]


# --- files ----------------------------------------------------------------------------------------------------------------


async def test_files_come_back_as_they_were_to_whoever_sees_the_proposal_whole(
    house: House, members: list[Actor]
) -> None:
    first, one, two, *_ = members
    draft_id = new_id()
    attached = await attach(house, first, draft_id, "现场照片.png", PNG)
    assert attached.media_type == "image/png"
    await saved(house, first, draft_id)
    (invitation_id,) = await invite(house, first, draft_id, one)
    assert [f.filename for f in (await seen_invitation(house, one, invitation_id)).attachments] == [
        "现场照片.png"
    ]
    query = Attachment(committee=HERE, proposal_id=draft_id, attachment_id=attached.attachment_id)
    for actor in (first, one):
        found = await house.ask(query, actor)
        assert isinstance(found, AttachmentAnswer)
        assert await download(house, found.file) == PNG
    with pytest.raises(NotFound):
        await house.ask(query, two)
    await answer(house, one, invitation_id)
    await house.ask(submit(draft_id), first)
    await house.ask(query, person(Role.PROPOSALS_OFFICE, committee=HERE))
    await file(house, draft_id, committee=HERE)
    with pytest.raises(NotFound):
        await house.ask(query, two)
    assert (await seen(house, draft_id, two)).attachments == [], "filed: the text is open, the files are not"


async def test_a_file_added_after_the_confirmation_is_a_change(house: House, members: list[Actor]) -> None:
    first, one, *_ = members
    draft_id, _ = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    await answer(house, one, invitation_id)
    attached = await attach(house, first, draft_id, "数据.xlsx", office_file("xlsx"))
    with pytest.raises(Invalid):
        await house.ask(submit(draft_id), first)
    await house.ask(
        RemoveAttachment(committee=HERE, draft_id=draft_id, attachment_id=attached.attachment_id), first
    )
    await house.ask(submit(draft_id), first)


async def test_a_file_is_known_by_its_content_and_there_are_five_at_most(
    house: House, members: list[Actor]
) -> None:
    first, draft_id = members[0], new_id()
    for filename, content in (
        ("说明.exe", b"MZ" + b"\0" * 50),
        ("说明.pdf", b"MZ" + b"\0" * 50),
        ("说明.pdf", PNG),
        ("宏.docx", office_file("docx", macros=True)),
        ("坏.docx", office_file("docx")[:40]),
        ("半截.pdf", PDF[:-8]),
    ):
        with pytest.raises(Invalid) as refused:
            await attach(house, first, draft_id, filename, content)
        assert refused.value.errors[0].field == "file"
    good = {
        "一.pdf": PDF,
        "二.jpg": JPEG,
        "三.png": PNG,
        "四.docx": office_file("docx"),
        "五.JPEG": JPEG + JPEG,
    }
    for filename, content in good.items():
        await attach(house, first, draft_id, filename, content)
    with pytest.raises(Invalid) as refused:
        await attach(house, first, draft_id, "六.pdf", PDF)
    assert "最多 5 个" in refused.value.errors[0].message
    with pytest.raises(NotFound):
        await attach(house, members[1], draft_id, "别人的.pdf", PDF)


# --- taking back ----------------------------------------------------------------------------------------------------------


async def test_the_first_proposer_takes_it_back_and_the_others_are_told(
    house: House, members: list[Actor]
) -> None:
    first, one, *_ = members
    draft_id, _ = await saved(house, first)
    (invitation_id,) = await invite(house, first, draft_id, one)
    await answer(house, one, invitation_id)
    version = done(await house.ask(submit(draft_id), first)).version
    withdraw = WithdrawProposal(
        committee=HERE, proposal_id=draft_id, expected_version=version, reason="问题已经解决"
    )
    with pytest.raises(Forbidden):
        await house.ask(withdraw, one)
    with pytest.raises(NotFound):
        await house.ask(withdraw, members[4])
    with pytest.raises(VersionClash):
        await house.ask(withdraw.model_copy(update={"expected_version": version + 1}), first)
    await house.ask(withdraw, first)
    assert (await seen(house, draft_id, first)).state is ProposalState.WITHDRAWN

    async def is_told() -> bool:
        return NoticeKind.PROPOSAL_WITHDRAWN in await told(house, one)

    await until_async(is_told, "the co-proposer is told")
    with pytest.raises(WrongState):
        await file(house, draft_id, committee=HERE, version=version + 1)


async def test_what_is_filed_is_not_taken_back(house: House, members: list[Actor]) -> None:
    first = members[0]
    proposal_id = await handed_in(house, first)
    await file(house, proposal_id, committee=HERE)
    with pytest.raises(WrongState):
        await house.ask(
            WithdrawProposal(committee=HERE, proposal_id=proposal_id, expected_version=2, reason="不提了"),
            first,
        )
