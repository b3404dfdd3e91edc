"""What the portal keeps of sessions and of who is a member no more; people and accounts come by contact data alone."""

from collections.abc import Sequence
from uuid import UUID

from chassis.keepers import Keeper
from chassis.work import Work
from services.portal.reactions.member_changed import on_member_admitted, on_member_changed
from services.portal.reactions.session_opened import on_session_opened
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, SessionOpened


async def _keep_all(_ids: Sequence[UUID], _work: Work) -> None:
    """What is kept has no aggregate's id: a person is in or out of a committee, a committee has a name; the state says which."""


KEEPERS = (
    Keeper(of={SessionOpened: on_session_opened}, forget=_keep_all),
    Keeper(of={MemberAdmitted: on_member_admitted, MemberChanged: on_member_changed}, forget=_keep_all),
)
