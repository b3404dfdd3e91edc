"""The reply letter as a file: opened again with python-docx, part by part."""

import io
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from docx import Document
from docx.document import Document as Letter
from docx.oxml.ns import qn
from docx.shared import Length, Pt

from services.portal.letters import filename, reply_letter
from tests.browser.example_handling import SIGNED, handling, reply
from tests.browser.examples import NAMES, PEOPLE, ago, ident
from tongxin_contracts.proposals.handling_queries import HandlingAnswer, ReplyLineShown
from tongxin_contracts.words import HandlingState, ReplyClass, ReplyStage

TODAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter read again."""

    letter: Letter
    lines: list[str]


def opened(found: HandlingAnswer, round_: int = 1, names: dict[UUID, str] | None = None) -> Opened:
    letter = Document(io.BytesIO(reply_letter(found, round_, NAMES if names is None else names, TODAY)))
    return Opened(letter, [paragraph.text for paragraph in letter.paragraphs])


def found(stage: ReplyStage = ReplyStage.SIGNED, **more: object) -> HandlingAnswer:
    named = tuple(one.model_copy(update={"full_name": f"安和{one.unit}"}) for one in SIGNED)
    signed: dict[str, object] = {}
    if stage is ReplyStage.SIGNED:
        signed = {
            "letter_number": "水利局提案复〔2026〕12号",
            "reply_class": ReplyClass.C,
            "signed_at": ago(days=2),
        }
    return handling(HandlingState.REPLIED, named, replies=[reply(stage, **(signed | more))])


def test_a_signed_letter_has_its_parts_in_their_order() -> None:
    lines = opened(found()).lines
    parts = [
        "〔C〕",
        "安和市水利局",
        "水利局提案复〔2026〕12号",
        "关于八届二次第0011号提案的答复",
        f"{PEOPLE[0]}、{PEOPLE[2]}委员：",
        "已更换沿河路主管 3 处，共 860 米，惠及 1240 户，11 月 2 日全部通水。",
        "（B类：正在解决或列入计划，2026年12月30日前办结）",
        "感谢您对我们工作的关心和支持。",
        "2026年11月18日",
    ]
    places = [lines.index(part) for part in parts]
    assert places == sorted(places), "each after the one before"
    assert lines[-2:] == ["安和市水利局", "2026年11月18日"], "signed by the unit, with the day it was signed"
    assert [line for line in lines if line.startswith(("一、", "二、", "三、"))] == [
        line for line in lines if "、关于“" in line
    ]
    assert not any("草稿" in line for line in lines)


def test_the_paper_is_that_of_an_official_letter() -> None:
    letter = opened(found()).letter
    section = letter.sections[0]
    assert [_mm(one) for one in (section.page_width, section.page_height)] == [210, 297]
    assert [_mm(one) for one in (section.top_margin, section.left_margin)] == [37, 28]
    normal = letter.styles["Normal"]
    assert normal.font.size == Pt(16)
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    title = next(one for one in letter.paragraphs if one.text.startswith("关于八届"))
    assert title.runs[0].font.size == Pt(22)


def _mm(length: Length | None) -> int:
    return round(length.mm) if length is not None else 0


def test_a_draft_says_so_and_has_no_number() -> None:
    draft = opened(found(ReplyStage.CHECKING)).lines
    assert draft[0] == "〔C〕草稿", "the class it would have is the one that leaves most open"
    assert "（签发时编号）" in draft
    assert draft[-1] == "2026年11月20日（草稿）"
    assert filename(found(ReplyStage.CHECKING), 1) == "关于八届二次第0011号提案的答复（草稿）.docx"


def test_suggestions_stand_in_their_order_and_odd_letters_do_no_harm() -> None:
    lines = [
        ReplyLineShown(suggestion=1, text="后\u3000面", reply_class=ReplyClass.A, promised_by=None),
        ReplyLineShown(suggestion=0, text="前\x0b\x01面 𠮷", reply_class=ReplyClass.A, promised_by=None),
    ]
    text = opened(found(lines=[line.model_dump() for line in lines])).lines
    assert "后\u3000面" in text
    first = next(place for place, line in enumerate(text) if line.endswith("面 𠮷"))
    assert first < text.index("后\u3000面")


def test_names_nobody_told_of_are_said_to_be_missing_and_a_missing_round_is_an_error() -> None:
    assert "（姓名暂缺）、顾砚秋委员：" in opened(found(), names={ident("person", PEOPLE[2]): "顾砚秋"}).lines
    with pytest.raises(LookupError):
        reply_letter(found(), 2, NAMES, TODAY)
