"""Pages about oneself: what is to do, and what one was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tongxin_contracts.notify.queries import MyWorkAnswer, NoticePage
from tongxin_contracts.words import NoticeKind, TaskKind

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class MyWorkView(View):
    """`/work`: 待办 first, by deadline, then notices. Query: `kind`, `after`. Hints: `task`, `notice`."""

    template: ClassVar[str] = "my_work.html"
    work: MyWorkAnswer
    kind: TaskKind | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesView(View):
    """`/notices`: all notices. POST `notices` (repeated) marks these read, `action=all` every one.

    Query: `kind`, `unread`, `after`. Hint: `notice`.
    """

    template: ClassVar[str] = "notices.html"
    page: NoticePage
    kind: NoticeKind | None = None
    unread_only: bool = False
    kinds: Sequence[NoticeKind] = tuple(NoticeKind)
