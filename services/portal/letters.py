"""The reply to a proposal as a letter, in the form of GB/T 9704: sizes, margins and order of an official letter.

A pure function of what proposals says of the handling. Always holds: a letter that is not signed says on its face that
it is a draft and has no number; the class mark stands top right; every suggestion is answered in the order it was made.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Final
from uuid import UUID

from docx import Document
from docx.document import Document as Letter
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from chassis.calendar import local_date
from tongxin_contracts.proposals.handling_queries import HandlingAnswer, Reply, UnitPart
from tongxin_contracts.words import AllocationPart, AllocationState, ReplyStage

BODY: Final = "仿宋_GB2312"
TITLE: Final = "方正小标宋简体"
HEAD: Final = "黑体"
SIZE: Final = Pt(16)
"""三号."""
TITLE_SIZE: Final = Pt(22)
"""二号."""
LINE: Final = Pt(28)
RED: Final = RGBColor(0xC0, 0x00, 0x00)
_CHINESE: Final = "一二三四五六七八九十"
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def reply_letter(found: HandlingAnswer, round_: int, names: Mapping[UUID, str], today: date) -> bytes:
    """The letter as a .docx file; a draft is dated today. Raises LookupError without such a reply."""
    reply = _reply(found, round_)
    signed = reply.stage is ReplyStage.SIGNED
    unit = _lead(found)
    name = unit.full_name or unit.unit if unit else "承办单位"
    document = _paper()
    _head(document, name, reply, signed)
    _line(document, f"关于{found.number}提案的答复", TITLE, TITLE_SIZE, _CENTRE, spaced=True)
    if round_ > 1:
        _line(document, "（重新办理）", BODY, SIZE, _CENTRE)
    people = [names.get(person, "（姓名暂缺）") for person in (found.first_proposer, *found.co_proposers)]
    _line(document, f"{'、'.join(people)}委员：")
    _paragraphs(document, reply.opening)
    for line in sorted(reply.lines, key=lambda line: line.suggestion):
        heading = f"{_ordinal(line.suggestion)}、{_asked(found, line.suggestion)}"
        _line(document, heading, HEAD, indent=True)
        _paragraphs(document, line.text)
        if line.reply_class is not None:
            promised = f"，{_day(line.promised_by)}前办结" if line.promised_by else ""
            _line(document, f"（{line.reply_class.label}{promised}）", indent=True)
    _paragraphs(document, reply.closing)
    _signature(document, name, local_date(reply.signed_at) if reply.signed_at else today, signed)
    properties = document.core_properties
    properties.title, properties.author = f"关于{found.number}提案的答复", name
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def filename(found: HandlingAnswer, round_: int) -> str:
    """What the file is called when it is downloaded."""
    draft = "" if _reply(found, round_).stage is ReplyStage.SIGNED else "（草稿）"
    again = "（重新办理）" if round_ > 1 else ""
    return f"关于{found.number}提案的答复{again}{draft}.docx"


def _reply(found: HandlingAnswer, round_: int) -> Reply:
    for reply in found.replies:
        if reply.round == round_:
            return reply
    raise LookupError(round_)


def _lead(found: HandlingAnswer) -> UnitPart | None:
    lead = AllocationPart.LEAD
    parts = [part for part in found.units if part.part is lead and part.state is not AllocationState.REPLACED]
    return parts[0] if parts else None


def _paper() -> Letter:
    """A4 with the margins and the type of the standard."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY, SIZE
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    return document


def _head(document: Letter, unit: str, reply: Reply, signed: bool) -> None:
    """Class mark, who writes, the red line, the number."""
    kinds = [line.reply_class.name for line in reply.lines if line.reply_class]
    mark = f"〔{reply.reply_class.name if reply.reply_class else max(kinds)}〕" if kinds else ""
    if not signed:
        mark = f"{mark}草稿"
    _line(document, mark, HEAD, SIZE, _RIGHT)
    written_by = _line(document, unit, TITLE, Pt(32), _CENTRE, colour=RED, spacing=Pt(44))
    _red_line_under(written_by)
    _line(document, reply.letter_number or "（签发时编号）", BODY, SIZE, _RIGHT)


def _signature(document: Letter, unit: str, on: date, signed: bool) -> None:
    _line(document, "")
    _line(document, unit, align=_RIGHT)
    _line(document, _day(on) if signed else f"{_day(on)}（草稿）", align=_RIGHT)


def _paragraphs(document: Letter, text: str) -> None:
    for part in text.splitlines():
        if part.strip():
            _line(document, part.strip(), indent=True)


def _line(
    document: Letter,
    text: str,
    font: str = BODY,
    size: Pt = SIZE,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    *,
    indent: bool = False,
    spaced: bool = False,
    colour: RGBColor | None = None,
    spacing: Pt = LINE,
) -> Paragraph:
    """One paragraph; `indent` by two characters, as running text is."""
    paragraph = document.add_paragraph()
    look = paragraph.paragraph_format
    look.line_spacing_rule, look.line_spacing = WD_LINE_SPACING.EXACTLY, spacing
    look.space_before, look.space_after = (LINE, LINE) if spaced else (Pt(0), Pt(0))
    if indent:
        look.first_line_indent = Pt(size.pt * 2)
    paragraph.alignment = align
    # Typed texts may hold characters that XML has no place for.
    run = paragraph.add_run("".join(letter for letter in text if _fits_xml(letter)))
    run.font.name, run.font.size = font, size
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _fits_xml(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs") and letter not in "\ufffe\uffff"


def _red_line_under(paragraph: Paragraph) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "thinThickSmallGap"), ("sz", "18"), ("space", "6"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    # The schema wants the borders before spacing and alignment.
    properties = paragraph._p.get_or_add_pPr()
    properties.insert(0, borders)


def _ordinal(place: int) -> str:
    if place < len(_CHINESE):
        return _CHINESE[place]
    return f"十{_CHINESE[place - 10]}" if place < 19 else "二十"


def _asked(found: HandlingAnswer, place: int) -> str:
    """What the suggestion was about, in a line."""
    asked = found.suggestions[place] if place < len(found.suggestions) else ""
    first = " ".join(asked.split())
    return f"关于“{first if len(first) <= 40 else first[:39] + '…'}”"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
