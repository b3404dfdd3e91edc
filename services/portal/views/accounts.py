"""Pages around the account: sign in, change the password, look after accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import Problem

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginView(View):
    """`/login`: POST `login`, `password`, `next` (a path, checked by the handler)."""

    template: ClassVar[str] = "login.html"
    login: str = ""
    next: str = "/work"
    problem: Problem | None = None
    """Wrong name or password, or locked and until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordView(View):
    """`/password`: POST `current`, `new`, `again`."""

    template: ClassVar[str] = "password.html"
    forced: bool
    """True where nothing else can be done before it is changed."""
    min_length: int = 12
    problem: Problem | None = None
    """Its fields are `current`, `new`, `again`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account as the administrator sees it."""

    account_id: UUID
    login: str
    name: str
    roles: tuple[str, ...]
    """「安和市 · 提案委」."""
    last_sign_in: datetime | None = None
    locked_until: datetime | None = None
    """Locked after too many wrong passwords."""
    must_change: bool = False
    """The password given by an administrator is still in use."""
    closed: bool = False
    confirmed: bool = True
    """False where phone and name say that it is the same person's, and the administrator has not said so yet."""
    at_home: bool = True
    """False where another committee's administrator looks after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password that was just made; shown once."""

    name: str
    login: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsView(View):
    """`/accounts`: POST `account_id` and `action` = `reset` | `unlock` | `confirm`; or `action` = `add`.

    With `add` go `login`, `name` and `roles` (several). Query: `search`, `after`.
    """

    template: ClassVar[str] = "accounts.html"
    accounts: Sequence[AccountRow]
    search: str = ""
    next: str | None = None
    new_password: NewPassword | None = None
    problem: Problem | None = None
    """Why the last account was not made; its fields are `login`, `name`, `roles`."""
    login: str = ""
    name: str = ""
    chosen: frozenset[Role] = frozenset()
    """What was filled in, where it was refused."""
    offered: tuple[Role, ...] = tuple(role for role in Role if role is not Role.MEMBER)
