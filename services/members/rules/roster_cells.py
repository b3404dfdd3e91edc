"""One cell of a roster read as what its column means, or a sentence on what is wrong with it.

Always holds: a reader either gives a value that reads the same when it is exported and imported again, or raises
`CellWrong` with what is wrong and what to do; nothing is guessed, only the writing of phones, dates and sectors is
made uniform.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import unique
from typing import Final, TypeVar

from tongxin_contracts.plain_text import (
    CODE_POINTS_PER_CHARACTER,
    tidy,
    tidy_line,
    unusable_characters,
    visible_length,
)
from tongxin_contracts.words import Gender, MemberRank, Party, Sector, Word

from .roster_columns import Cell
from .roster_words import PARTIES, RANKS, SECTORS, sector_key

W = TypeVar("W", bound=Word)

NAME_MAX: Final = 50
_SECTOR_MAX: Final = 30
"""Nobody's sector is longer; a longer text is not compared with every name."""
_EARLIEST_BIRTH: Final = date(1900, 1, 1)
_ADULT: Final = 18
_SERIAL_ZERO: Final = date(1899, 12, 30)
"""Day 0 of the spreadsheet calendar; right from 1 March 1900 on, because it believes in 29 February 1900."""
_SERIAL: Final = re.compile(r"\d{5}", re.ASCII)
_SERIALS: Final = range(10_000, 73_051)
"""1927-05-18 to 2099-12-31; with fewer digits it is rather a year."""
_JANUARY_OR_OCTOBER: Final = re.compile(r"\d{4}\.1", re.ASCII)
"""What a spreadsheet makes of 1975.10 when it takes it for a number."""
_SPREADSHEET_ERRORS: Final = frozenset(
    {"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!"}
)
_PHONE_DIGITS: Final = 11
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?", re.ASCII)
_EIGHT_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


@unique
class Fault(Word):
    """What can be wrong with a row."""

    MISSING = "missing", "没有填写"
    BAD_NAME = "bad_name", "姓名有误"
    UNKNOWN_WORD = "unknown_word", "不在规定的名称里"
    UNKNOWN_SECTOR = "unknown_sector", "界别不认识"
    BAD_PHONE = "bad_phone", "手机号码有误"
    IMPOSSIBLE_DATE = "impossible_date", "日期有误"
    TOO_LONG = "too_long", "太长"
    UNUSABLE = "unusable", "含有不能保存的字符"
    FORMULA = "formula", "公式没有结果"
    DUPLICATE_PERSON = "duplicate_person", "同一人重复"
    DUPLICATE_PHONE = "duplicate_phone", "手机号码重复"
    UNKNOWN_GROUP = "unknown_group", "联络组不认识"
    NOT_SERVING = "not_serving", "已不在任"


class CellWrong(ValueError):
    """A cell cannot be read as what its column means."""

    def __init__(self, fault: Fault, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.fault = fault
        self.problem = problem
        self.remedy = remedy


def cell_text(cell: Cell) -> str:
    """The cell as a person would read it, tidied; raises CellWrong for a formula without a result."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    text = tidy(str(cell))
    if text in _SPREADSHEET_ERRORS:
        raise CellWrong(
            Fault.FORMULA, f"单元格是公式，没有可用的结果（{text}）。", "请改成文字或数值后重新导入。"
        )
    return text


def read_name(cell: Cell) -> str:
    """A person's name: padding spaces between Chinese characters go, every kind of middle dot becomes `·`."""
    text = tidy_line(cell_text(cell))
    text = re.sub(r"\s*[·•・‧∙⋅●．]\s*", "·", text)
    text = re.sub(r"(?<=[^\x00-\xff])\s+(?=[^\x00-\xff])", "", text)
    if not text:
        raise CellWrong(Fault.MISSING, "姓名没有填写。", "请填写姓名后重新导入这一行。")
    _check(text, "姓名", NAME_MAX, lines=False)
    if not any(unicodedata.category(character)[0] == "L" or _private(character) for character in text):
        raise CellWrong(Fault.BAD_NAME, "姓名里没有文字。", "请核对这一行是否错列，填写真实姓名。")
    return text


def read_text(cell: Cell, label: str, most: int) -> str | None:
    """Free text of at most `most` visible characters; None for an empty cell."""
    text = cell_text(cell)
    if not text:
        return None
    _check(text, label, most, lines=True)
    return text


def read_phone(cell: Cell) -> str:
    """A mainland mobile number as eleven digits, whatever spreadsheet or habit did to it."""
    text = unicodedata.normalize("NFKC", cell_text(cell))
    if not text:
        raise CellWrong(Fault.MISSING, "手机号码没有填写。", "请填写 11 位手机号码，登录和接收通知都要用。")
    digits = re.sub(r"[\s'\u2010-\u2015-]", "", text)
    digits = re.sub(r"^(?:\+|00)?86(?=1\d{10})", "", digits)
    digits = _from_number(digits)
    if re.fullmatch(r"1\.\d+[eE]\+?10", digits, re.ASCII):
        raise CellWrong(
            Fault.BAD_PHONE,
            "表格软件把号码变成了科学记数，丢了后几位。",
            "请把这一列设为文本格式，重新填写号码。",
        )
    if not _MOBILE.fullmatch(digits):
        raise CellWrong(
            Fault.BAD_PHONE, "不是大陆手机号码。", "请填写 1 开头的 11 位手机号码，只填一个，不要填固定电话。"
        )
    return digits


def read_birth(cell: Cell, today: date) -> date | None:
    """A date of birth; where only a month is known, its first day. None for an empty cell."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    day = read_date(cell)
    if day > today:
        raise CellWrong(Fault.IMPOSSIBLE_DATE, f"{day} 还没有到。", "请核对出生日期。")
    if day < _EARLIEST_BIRTH:
        raise CellWrong(Fault.IMPOSSIBLE_DATE, f"{day} 早于 1900 年。", "请核对出生日期，或留空。")
    if (today.year - day.year, today.month, today.day) < (_ADULT, day.month, day.day):
        raise CellWrong(Fault.IMPOSSIBLE_DATE, f"按 {day} 计算不满 {_ADULT} 岁。", "请核对出生日期的年份。")
    return day


def read_date(cell: Cell) -> date:
    """A day in any of the usual writings, or a spreadsheet's serial number; raises CellWrong for no such day."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell_text(cell)))
    text = re.sub(r"(?<=\d)T?00:00(?::00)?(?:\.0+)?$", "", text)
    if _SERIAL.fullmatch(text) and int(text) in _SERIALS:
        return _SERIAL_ZERO + timedelta(days=int(text))
    if _JANUARY_OR_OCTOBER.fullmatch(text):
        raise _no_date("分不清是 1 月还是 10 月")
    found = _EIGHT_DIGITS.fullmatch(text) or _DATE.fullmatch(text)
    if not found:
        raise _no_date("看不出是哪一天")
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_date("没有这一天") from None


def read_sector(cell: Cell, sectors: Collection[Sector]) -> Sector:
    """The sector of this name; raises CellWrong with the nearest one when nobody knows it."""
    text = cell_text(cell)
    if not text:
        raise CellWrong(Fault.MISSING, "界别没有填写。", "请填写委员所在界别。")
    found = SECTORS.get(sector_key(text))
    if found is not None and found in sectors:
        return found
    known = {key: sector for key, sector in SECTORS.items() if sector in sectors}
    near = difflib.get_close_matches(sector_key(text)[:_SECTOR_MAX], known, n=1, cutoff=0.5)
    if near:
        raise CellWrong(
            Fault.UNKNOWN_SECTOR,
            "没有这个界别。",
            f"是不是“{known[near[0]].label}”？请改正后重新导入这一行。",
        )
    names = "、".join(sector.label for sector in Sector if sector in sectors)
    raise CellWrong(Fault.UNKNOWN_SECTOR, "没有这个界别。", f"请从本届界别中选填：{names}。")


def read_party(cell: Cell) -> Party | None:
    """The party of this name or of the usual words for its people (民盟盟员)."""
    return _read_word(cell, Party, PARTIES, "党派")


def read_gender(cell: Cell) -> Gender | None:
    """男 or 女; None for an empty cell."""
    return _read_word(cell, Gender, {word.label: word for word in Gender}, "性别")


def read_rank(cell: Cell) -> MemberRank:
    """What the member is in the committee; an empty cell means a plain member."""
    return _read_word(cell, MemberRank, RANKS, "政协职务") or MemberRank.MEMBER


def _read_word(cell: Cell, words: type[W], known: Mapping[str, W], label: str) -> W | None:
    text = re.sub(r"\s", "", cell_text(cell))
    if not text:
        return None
    found = known.get(text)
    if found is None:
        names = "、".join(word.label for word in words)
        raise CellWrong(Fault.UNKNOWN_WORD, f"{label}不认识。", f"请填写其中之一：{names}；或留空。")
    return found


def _check(text: str, label: str, most: int, *, lines: bool) -> None:
    length = visible_length(text)
    if length > most or len(text) > most * CODE_POINTS_PER_CHARACTER:
        raise CellWrong(
            Fault.TOO_LONG, f"{label}太长：最多 {most} 个字，现在 {length} 个字。", "请删减后重新导入这一行。"
        )
    unusable = unusable_characters(text, lines=lines)
    if unusable:
        raise CellWrong(
            Fault.UNUSABLE,
            f"{label}含有不能保存的字符（{'、'.join(unusable[:3])}）。",
            "请重新输入这个单元格。",
        )


def _from_number(text: str) -> str:
    """13900000000 out of 13900000000.0 or 1.3900000000E10; anything else as it is.

    With fewer digits than a phone has (1.39E+10) the spreadsheet threw some away and nobody may fill them with zeros.
    """
    if not re.fullmatch(r"\d+\.\d+(?:[eE]\+?\d{1,2})?", text, re.ASCII):
        return text
    number = Decimal(text)
    complete = len(number.as_tuple().digits) >= _PHONE_DIGITS and number == number.to_integral_value()
    return str(int(number)) if complete else text


def _no_date(what: str) -> CellWrong:
    return CellWrong(Fault.IMPOSSIBLE_DATE, f"日期有误：{what}。", "请写成 1975-06-18 的样子，或留空。")


def _private(character: str) -> bool:
    """Old fonts keep rare characters in the private area; they are somebody's name all the same."""
    return unicodedata.category(character) == "Co"
