"""One request of a person: who they are, what they ask the services, and the page they get.

Always holds: a form that changes something carries the session's secret, or is refused before anything is read from
it; a page is rendered with the work and notices its reader has now.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlparse
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Forbidden, Malformed, NotSignedIn, Refusal
from services.portal.accounts import sessions
from services.portal.accounts.sessions import Session
from services.portal.portal import Portal
from services.portal.views import Committee, Flash, PageContext, SignedIn, View
from tongxin_contracts import message
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer

A = TypeVar("A", bound=message.Answer)
FORM_FIELDS: Final = 400
_FRAME_LIMIT: Final = 1.0
"""Seconds that a page waits for the numbers in its frame."""


class MustSignIn(NotSignedIn):
    """A page was asked for without a session; the reader is sent to sign in and back."""


class MustChangePassword(Refusal):
    """Nothing else can be done before the password is changed."""

    kind, status, title = "must-change-password", 403, "请先修改初始密码"


@dataclass(slots=True)
class Visit:
    """A signed-in person's request."""

    portal: Portal
    request: Request
    session: Session

    @property
    def actor(self) -> Actor:
        """Who asks; raises Forbidden for an account that may act nowhere."""
        actor = self.session.actor()
        if actor is None:
            raise Forbidden("您的账号尚未确认所属单位，请联系本级政协系统管理员")
        return actor

    @property
    def committee(self) -> str:
        """The committee one acts in."""
        return self.actor.committee

    def may(self, permission: str) -> bool:
        """Whether the acting roles open this; for what a page offers, not for what is allowed."""
        return permission in self.session.permissions()

    async def ask(self, kind: type[A], request: message.Request, request_id: UUID | None = None) -> A:
        """The owner's answer; raises its refusal."""
        answer = await self.portal.caller.call(request, self.actor, request_id or new_id())
        assert isinstance(answer, kind)
        return answer

    async def page(
        self, view: View, *, people: Iterable[UUID | None] = (), status: int = 200
    ) -> HTMLResponse:
        """The page of a view, with the names of the people it mentions."""
        flashes = []
        if self.session.flash:
            flashes = [Flash(tone="success", text=self.session.flash)]
            async with self.portal.database.transaction() as tx:
                await sessions.set_flash(tx, self.session, None)
        names = await self.portal.names({person for person in people if person is not None})
        context = PageContext(
            path=self.request.url.path,
            now=self.portal.clock.now(),
            csrf=self.session.csrf,
            trace_id=telemetry.trace_id() or "",
            who=await self._who(),
            flashes=tuple(flashes),
            names=names,
            command_id=new_id(),
        )
        return HTMLResponse(self.portal.renderer.render(context, view), status)

    async def _who(self) -> SignedIn:
        session = self.session
        acting = session.acting
        todo = unread = 0
        if acting is not None and not session.must_change:
            try:
                work = await self.portal.caller.call(
                    MyWork(committee=acting.committee, limit=1), self.actor, new_id(), timeout=_FRAME_LIMIT
                )
                assert isinstance(work, MyWorkAnswer)
                todo, unread = sum(count.open for count in work.counts), work.unread
                await self.portal.roles_shown.show(
                    self.actor, self.portal.caller, self.portal.clock.now(), timeout=_FRAME_LIMIT
                )
            except Refusal as refusal:
                # The numbers in the frame are an ornament: a page is not refused because notify is away.
                telemetry.keep_failure("frame", refusal)
        return SignedIn(
            account_id=session.account_id,
            name=session.name,
            roles=tuple(role.label for role in acting.roles) if acting else (),
            acting=Committee(code=acting.committee, name=acting.name)
            if acting
            else Committee(code="", name="—"),
            committees=tuple(Committee(code=post.committee, name=post.name) for post in session.posts),
            permissions=session.permissions(),
            unread=unread,
            todo=todo,
        )

    async def form(self) -> FormData:
        """The form that was sent; raises Forbidden without the session's secret."""
        form = await self.request.form(max_fields=FORM_FIELDS, max_files=1)
        self.check_csrf(str(form.get("csrf", "")))
        return form

    def check_csrf(self, given: str | None) -> None:
        """Raise Forbidden unless this is the session's secret."""
        if not given or not secrets.compare_digest(
            given.encode(errors="replace"), self.session.csrf.encode()
        ):
            raise Forbidden("页面已过期，请刷新后重试；已填写的内容请先复制保存")

    async def go(self, path: str, said: str | None = None) -> Response:
        """Send the reader on after a change (303), with a sentence for the next page."""
        if said:
            async with self.portal.database.transaction() as tx:
                await sessions.set_flash(tx, self.session, said)
        return RedirectResponse(path, 303)


def cookie_name(portal: Portal) -> str:
    """`__Host-` where browsers come over TLS: then no other host can set it."""
    return "__Host-tongxin" if portal.settings.secure else "tongxin"


def portal_of(request: Request) -> Portal:
    """The portal behind a request."""
    found: Portal = request.app.state.portal
    return found


async def visit_of(request: Request) -> Visit:
    """The visit of a signed-in person; raises MustSignIn or MustChangePassword."""
    visit = await visit_while_changing_password(request)
    if visit.session.must_change:
        raise MustChangePassword
    return visit


async def visit_while_changing_password(request: Request) -> Visit:
    """The same, also for somebody who has to change their password first."""
    portal = portal_of(request)
    cookie = request.cookies.get(cookie_name(portal))
    if cookie:
        session = await sessions.find(portal.database, cookie, portal.clock.now())
        if session is not None:
            return Visit(portal, request, session)
    raise MustSignIn


Visiting = Annotated[Visit, Depends(visit_of)]
Changing = Annotated[Visit, Depends(visit_while_changing_password)]


def command_id(form: FormData) -> UUID:
    """The id made when the form opened; raises Malformed for anything else."""
    return uuid_field(form, "command_id")


def uuid_field(form: FormData, name: str) -> UUID:
    """A field that holds an id; raises Malformed."""
    try:
        return UUID(str(form.get(name, "")))
    except ValueError as error:
        raise Malformed("表单不完整，请刷新页面后重试") from error


def inner_path(value: Any, otherwise: str = "/work") -> str:
    """A path of ours to send somebody to; anything that leads elsewhere becomes `otherwise`."""
    text = str(value or "")
    parsed = urlparse(text)
    safe = (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and not parsed.scheme
        and not parsed.netloc
    )
    return text if safe and "\\" not in text and text.isprintable() else otherwise
