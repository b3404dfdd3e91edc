"""What a mail says: what happened, a link to the page, and nothing sensitive beyond the title.

Always holds: everything in the HTML part is escaped; a mail can be made again from what is stored, the same each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

FOOT = "这是同心政协履职平台的自动邮件，请勿直接回复。"
_PAGE = (
    '<!doctype html><html lang="zh-CN"><body style="margin:0;background:#f4f1ec;color:#222;'
    "font:16px/1.7 'PingFang SC','Microsoft YaHei',sans-serif\">"
    '<div style="max-width:600px;margin:0 auto;padding:24px">'
    '<div style="background:#7a1518;color:#fff;padding:12px 20px;font-weight:bold">同心 · 政协履职平台</div>'
    '<div style="background:#fff;padding:20px">{content}</div>'
    '<p style="color:#666;font-size:13px">{foot}</p></div></body></html>'
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a list: a title that leads somewhere, and a few words beside it."""

    title: str
    words: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A list with its heading."""

    heading: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Content:
    """A mail before it has an address; stored as it is."""

    heading: str
    paragraphs: Sequence[str] = ()
    groups: Sequence[Group] = ()
    path: str = ""
    """Where the button leads, within the portal."""
    button: str = ""

    def stored(self) -> dict[str, Any]:
        """As a table keeps it."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Content":
        """From what a table kept."""
        groups = [
            Group(group["heading"], [Line(**line) for line in group["lines"]]) for group in stored["groups"]
        ]
        return cls(**{**stored, "groups": groups})


def plain(content: Content, public_url: str) -> str:
    """The text part."""
    blocks = [content.heading, *content.paragraphs]
    for group in content.groups:
        lines = [group.heading]
        for line in group.lines:
            lines.append(f"· {line.title}" + (f"（{line.words}）" if line.words else ""))
            if line.path:
                lines.append(f"  {public_url}{line.path}")
        blocks.append("\n".join(lines))
    if content.path:
        blocks.append(f"{content.button}：{public_url}{content.path}")
    blocks.append(f"--\n{FOOT}\n调整接收方式：{public_url}/preferences")
    return "\n\n".join(blocks) + "\n"


def html(content: Content, public_url: str) -> str:
    """The HTML part: readable everywhere, nothing is fetched from anywhere."""
    parts = [f'<h1 style="font-size:20px;margin:0 0 12px">{escape(content.heading)}</h1>']
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in content.paragraphs]
    for group in content.groups:
        parts.append(f'<h2 style="font-size:16px;margin:20px 0 4px">{escape(group.heading)}</h2><ul>')
        for line in group.lines:
            title = escape(line.title)
            shown = f'<a href="{escape(public_url + line.path)}">{title}</a>' if line.path else title
            words = f'<br><span style="color:#666">{escape(line.words)}</span>' if line.words else ""
            parts.append(f"<li>{shown}{words}</li>")
        parts.append("</ul>")
    if content.path:
        parts.append(
            f'<p><a href="{escape(public_url + content.path)}" style="display:inline-block;background:#7a1518;'
            f'color:#fff;padding:8px 20px;text-decoration:none">{escape(content.button)}</a></p>'
        )
    foot = f'{FOOT}<br><a href="{escape(public_url)}/preferences">调整接收方式</a>'
    return _PAGE.format(content="".join(parts), foot=foot)
