"""Invented pages to look at: every template with realistic content, and with none.

Titles are those of real matters; every person is invented. Used by the gallery and by the tests of how pages look.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from services.portal.views import Committee, PageContext, SignedIn

NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
"""A Friday, 14:03 in China."""
CITY = Committee(code="340900", name="政协安和市委员会")
COUNTY = Committee(code="340921", name="政协清源县委员会")

PEOPLE = ["沈望舒", "陆青禾", "顾砚秋", "唐知夏", "许岚", "邵景明", "䶮𠮷文", "温若谷"]
MEMBER = frozenset(
    {
        "notify.my_work",
        "notify.notices",
        "proposals.save_draft",
        "proposals.my_proposals",
        "proposals.proposals",
        "members.dossier",
        "consultation.topics",
    }
)
STAFF = frozenset(
    {
        "notify.my_work", "notify.notices", "proposals.review_desk", "proposals.proposals", "proposals.file_proposal",
        "consultation.topics", "consultation.take_topic", "members.roster", "members.import_roster", "members.export_roster",
        "notify.agencies", "portal.live",
    }
)  # fmt: skip
ADMIN = frozenset({"notify.my_work", "notify.notices", "notify.agencies", "portal.accounts", "portal.live"})


def ident(*words: object) -> UUID:
    """The same id for the same words, so that two runs make the same files."""
    return uuid5(UUID(int=0), " ".join(str(word) for word in words))


def ago(**parts: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**parts)


def due(days: int) -> datetime:
    """The end of the day that is so many days from today."""
    return datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC) + timedelta(days=days)


NAMES = {ident("person", name): name for name in PEOPLE}


def who(name: str, roles: tuple[str, ...], permissions: frozenset[str], **more: object) -> SignedIn:
    """Somebody signed in for the city; staff may switch to the county."""
    both = permissions is not MEMBER
    return SignedIn(
        account_id=ident("account", name),
        name=name,
        roles=roles,
        acting=CITY,
        committees=(CITY, COUNTY) if both else (CITY,),
        permissions=permissions,
        **more,  # type: ignore[arg-type]
    )


THE_MEMBER = who("沈望舒", ("委员",), MEMBER, unread=2, todo=1)
THE_OFFICER = who("邵景明", ("提案委", "委员联络室"), STAFF, unread=3, todo=4)
THE_ADMIN = who("温若谷", ("系统管理员",), ADMIN)


def page(path: str, signed_in: SignedIn | None, **more: object) -> PageContext:
    """The frame of an example."""
    return PageContext(
        path=path,
        now=NOW,
        csrf="example",
        trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        who=signed_in,
        names=NAMES,
        command_id=ident("command", path),
        **more,  # type: ignore[arg-type]
    )


def day(month: int, number: int) -> date:
    """A day of the example's year."""
    return date(2026, month, number)
