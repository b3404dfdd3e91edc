"""The stock way's tables as the SQLAlchemy tutorial maps them: accounts, members, facts, history, outbox, inbox."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import Text


class Base(DeclarativeBase):
    """All tables."""


class Account(Base):
    """Who signs in, and as what they act in a committee."""

    __tablename__ = "account"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    committee: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))


class SignIn(Base):
    """A signed-in browser."""

    __tablename__ = "sign_in"
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    csrf: Mapped[str]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    account: Mapped[Account] = relationship(lazy="joined")


class Member(Base):
    """The aggregate."""

    __tablename__ = "member"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    committee: Mapped[str]
    version: Mapped[int]


class Fact(Base):
    """What a member did."""

    __tablename__ = "fact"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"), index=True)
    committee: Mapped[str]
    kind: Mapped[str]
    on_day: Mapped[date]
    quantity: Mapped[int]
    note: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class History(Base):
    """Who changed what, in a hash chain."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("aggregate", "sequence"),)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    aggregate: Mapped[UUID]
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[UUID]
    action: Mapped[str]
    detail: Mapped[dict[str, object]] = mapped_column(JSONB)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class CommandSeen(Base):
    """A command's id and its answer, so that sent twice it happens once."""

    __tablename__ = "command_seen"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    answer: Mapped[dict[str, object]] = mapped_column(JSONB)


class Outbox(Base):
    """Events on their way out."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    event_id: Mapped[UUID]
    subject: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class Inbox(Base):
    """Events taken."""

    __tablename__ = "inbox"
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    consumer: Mapped[str] = mapped_column(primary_key=True)


class Projection(Base):
    """What another service keeps: how many facts each member has."""

    __tablename__ = "projection"
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    facts: Mapped[int]
