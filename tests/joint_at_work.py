"""What tests do with joint proposals: members who may be asked, a draft, invitations, files of every kind."""

import hashlib
import zipfile
from io import BytesIO
from typing import Any
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Invalid
from tests.house import House, person
from tests.members_at_work import as_xlsx, import_roster, roster_page, roster_rows, upload
from tests.proposals_at_work import TEXT
from tests.waiting import until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import DiscardDraft, DraftSaved, SaveDraft
from tongxin_contracts.proposals.joint_commands import (
    AnswerInvitation,
    Attached,
    AttachFile,
    InviteCoProposers,
)
from tongxin_contracts.proposals.joint_queries import Invitation, InvitationAnswer
from tongxin_contracts.proposals.queries import Draft, DraftAnswer

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9"


def office_file(kind: str, *, macros: bool = False) -> bytes:
    """The least that is a Word or Excel file."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr({"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind], "<x/>")
        if macros:
            archive.writestr("word/vbaProject.bin", "x")
    return content.getvalue()


async def serving_members(house: House, committee: str, count: int) -> list[Actor]:
    """So many members of the roster, known to proposals when this returns."""
    await import_roster(house, committee, as_xlsx(roster_rows(committee, count + 1)))
    rows = (await roster_page(house, committee)).members
    people = [person(Role.MEMBER, committee=committee, person_id=row.person_id) for row in rows[: count + 1]]
    probe, *members = people
    draft_id, _ = await saved(house, probe)

    async def known() -> bool:
        command = InviteCoProposers(
            committee=committee, draft_id=draft_id, persons=[one.person for one in members[:10]]
        )
        try:
            await house.ask(command, probe)
        except Invalid:
            return False
        return True

    await until_async(known, f"proposals knows who serves in {committee}")
    await house.ask(DiscardDraft(committee=committee, draft_id=draft_id), probe)
    return members


async def saved(house: House, author: Actor, draft_id: UUID | None = None, **text: Any) -> tuple[UUID, int]:
    """A draft as saved; its id and revision."""
    draft_id = draft_id or new_id()
    revision = text.pop("revision", 0)
    answer = await house.ask(
        SaveDraft(committee=author.committee, draft_id=draft_id, revision=revision, **(TEXT | text)), author
    )
    assert isinstance(answer, DraftSaved)
    return draft_id, answer.revision


async def invite(house: House, author: Actor, draft_id: UUID, *others: Actor) -> list[UUID]:
    """Ask them; the ids of invitations in their order."""
    await house.ask(
        InviteCoProposers(
            committee=author.committee, draft_id=draft_id, persons=[other.person for other in others]
        ),
        author,
    )
    rows = {row.person: row.invitation_id for row in (await draft_of(house, author, draft_id)).invitations}
    return [rows[other.person] for other in others]


async def answer(house: House, actor: Actor, invitation_id: UUID, *, accept: bool = True) -> None:
    """Read and answer."""
    read = await seen_invitation(house, actor, invitation_id)
    await house.ask(
        AnswerInvitation(
            committee=actor.committee, invitation_id=invitation_id, accept=accept, revision=read.revision
        ),
        actor,
    )


async def seen_invitation(house: House, actor: Actor, invitation_id: UUID) -> InvitationAnswer:
    """The invitation with its text."""
    found = await house.ask(Invitation(committee=actor.committee, invitation_id=invitation_id), actor)
    assert isinstance(found, InvitationAnswer)
    return found


async def draft_of(house: House, author: Actor, draft_id: UUID) -> DraftAnswer:
    """One's draft."""
    found = await house.ask(Draft(committee=author.committee, draft_id=draft_id), author)
    assert isinstance(found, DraftAnswer)
    return found


async def attach(house: House, author: Actor, draft_id: UUID, filename: str, content: bytes) -> Attached:
    """Upload and attach."""
    digest = await upload(house, content)
    assert digest == hashlib.sha256(content).hexdigest()
    attached = await house.ask(
        AttachFile(
            committee=author.committee,
            draft_id=draft_id,
            attachment_id=new_id(),
            file=digest,
            filename=filename,
        ),
        author,
    )
    assert isinstance(attached, Attached)
    return attached
