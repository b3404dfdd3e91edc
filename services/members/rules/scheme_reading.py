"""Reading a points scheme from its JSON form, with every mistake named at its place.

Always holds: either a whole `Scheme` comes out, or `SchemeInvalid` with all mistakes in Chinese; nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from tongxin_contracts.words import Attendance, Authorship, DutyKind, Word, YearEndOutcome

from .scheme import TENTH, Award, Grade, Item, PointsClass, Scheme, Share, YearEndRule

W = TypeVar("W", bound=Word)

_MOST_POINTS: Final = 10_000
_MOST_ENTRIES: Final = 200
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Without 29 February: a year cannot start on a day that three years in four do not have."""
_KNOWN_CONDITIONS: Final[Mapping[str, type[Word]]] = {"attendance": Attendance, "authorship": Authorship}
_KEYS: Final = {
    "scheme": {
        "code",
        "version",
        "name",
        "source",
        "notes",
        "window",
        "base",
        "negative_total",
        "classes",
        "items",
        "grades",
        "year_end",
        "awards",
        "allowances",
    },
    "window": {"start", "end"},
    "class": {"code", "name", "cap"},
    "item": {
        "code",
        "name",
        "class",
        "kind",
        "when",
        "points",
        "unit",
        "cap",
        "skip_first",
        "share",
        "max_authors",
    },
    "grade": {"name", "at_least"},
    "award": {"name", "at_least", "top_percent"},
    "year_end": {"below", "years", "outcome", "decided_by", "text"},
}


@dataclass(frozen=True, slots=True)
class SchemeProblem:
    """One mistake in a scheme."""

    path: str
    """Where: `items.3.points`."""
    message: str
    """What is wrong and what is expected, in Chinese."""


class SchemeInvalid(ValueError):
    """The data is no scheme; every mistake is listed."""

    def __init__(self, problems: tuple[SchemeProblem, ...]) -> None:
        super().__init__("；".join(f"{problem.path}：{problem.message}" for problem in problems))
        self.problems = problems


def load_scheme(data: Mapping[str, object]) -> Scheme:
    """Read a scheme as its JSON file has it; raises SchemeInvalid with all mistakes."""
    problems: list[SchemeProblem] = []
    top = _Part(data, "", problems, "scheme")
    scheme = Scheme(
        code=top.text("code"),
        version=top.text("version"),
        name=top.text("name"),
        source=top.text("source"),
        window_start=_window(top),
        base=top.points("base", default=Decimal(0)),
        negative_total=top.flag("negative_total"),
        classes=tuple(_class(part) for part in top.parts("classes", "class")),
        items=tuple(_item(part) for part in top.parts("items", "item")),
        grades=tuple(_grade(part) for part in top.parts("grades", "grade", optional=True)),
        year_end=tuple(_year_end(part) for part in top.parts("year_end", "year_end", optional=True)),
        awards=tuple(_award(part) for part in top.parts("awards", "award", optional=True)),
        allowances=tuple(_grade(part) for part in top.parts("allowances", "grade", optional=True)),
    )
    problems.extend(_inconsistencies(scheme))
    if problems:
        raise SchemeInvalid(tuple(problems))
    return scheme


class _Part:
    """One JSON object of the scheme, read key by key; mistakes are collected, not raised."""

    def __init__(self, data: object, path: str, problems: list[SchemeProblem], keys: str) -> None:
        self._data: Mapping[str, object] = {}
        self._path = path
        self._problems = problems
        if not isinstance(data, Mapping):
            self.wrong("", "应是一个对象。")
            return
        self._data = data
        for key in data:
            if key not in _KEYS[keys]:
                self.wrong(str(key), f"没有这一项，可用的是：{'、'.join(sorted(_KEYS[keys]))}。")

    def wrong(self, key: str, message: str) -> None:
        """Note a mistake at a key of this part."""
        self._problems.append(SchemeProblem(".".join(part for part in (self._path, key) if part), message))

    def text(self, key: str, default: str | None = None) -> str:
        """A short text that must not be blank."""
        value = self._data.get(key, default)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if default is None or value != default:
            self.wrong(key, "应填写文字。")
        return default or ""

    def flag(self, key: str) -> bool:
        """true or false; false when it is not there."""
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, "应是 true 或 false。")
        return value is True

    def whole(self, key: str, default: int | None, least: int) -> int | None:
        """A whole number of at least `least`."""
        value = self._data.get(key, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST_POINTS:
            self.wrong(key, f"应是不小于 {least} 的整数。")
            return default
        return value

    def points(self, key: str, default: Decimal | None = None, *, positive: bool = False) -> Decimal:
        """Points: a whole number, or a text or Decimal with at most one place; never a float."""
        found = self.optional_points(key, default, positive=positive)
        if found is None:
            self.wrong(key, "应填写分值。")
        return found if found is not None else Decimal(0)

    def optional_points(
        self, key: str, default: Decimal | None = None, *, positive: bool = False
    ) -> Decimal | None:
        """The same, or None where nothing is given."""
        value = self._data.get(key, default)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
                raise InvalidOperation
            points = Decimal(value)
            if not points.is_finite() or points != points.quantize(TENTH) or abs(points) > _MOST_POINTS:
                raise InvalidOperation
        except InvalidOperation:
            self.wrong(key, '分值应是整数，或写成带一位小数的文字（如 "2.5"）。')
            return default if default is not None else Decimal(0)
        if positive and points <= 0:
            self.wrong(key, "应大于零。")
        return points

    def word(self, key: str, words: type[W], default: W) -> W:
        """One value of a closed list."""
        value = self._data.get(key, default.value)
        found = next((word for word in words if word.value == value), None)
        if found is None:
            self.wrong(key, f"应是其中之一：{'、'.join(word.value for word in words)}。")
        return found or default

    def required_word(self, key: str, words: type[W]) -> W:
        """The same where there is no default."""
        if key not in self._data:
            self.wrong(key, f"必须填写，可用的是：{'、'.join(word.value for word in words)}。")
        return self.word(key, words, next(iter(words)))

    def part(self, key: str, keys: str) -> "_Part":
        """An object inside this one."""
        return _Part(self._data.get(key), ".".join(p for p in (self._path, key) if p), self._problems, keys)

    def parts(self, key: str, keys: str, *, optional: bool = False) -> list["_Part"]:
        """A list of objects."""
        value = self._data.get(key, [] if optional else None)
        if not isinstance(value, list) or not (value or optional) or len(value) > _MOST_ENTRIES:
            self.wrong(key, f"应是列表，最多 {_MOST_ENTRIES} 项。")
            return []
        path = ".".join(p for p in (self._path, key) if p)
        return [_Part(entry, f"{path}.{index}", self._problems, keys) for index, entry in enumerate(value)]

    def conditions(self, key: str) -> dict[str, frozenset[str]]:
        """Attribute -> accepted values; a single value may stand without a list."""
        value = self._data.get(key, {})
        if not isinstance(value, Mapping):
            self.wrong(key, "应是“属性: 值”的对象。")
            return {}
        conditions: dict[str, frozenset[str]] = {}
        for attribute, accepted in value.items():
            values = [accepted] if isinstance(accepted, str) else accepted
            known = _KNOWN_CONDITIONS.get(str(attribute))
            if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
                self.wrong(f"{key}.{attribute}", "应是文字或文字的列表。")
            elif known and not set(values) <= {word.value for word in known}:
                self.wrong(f"{key}.{attribute}", f"可用的是：{'、'.join(word.value for word in known)}。")
            else:
                conditions[str(attribute)] = frozenset(values)
        return conditions


def _window(top: _Part) -> tuple[int, int]:
    part = top.part("window", "window")
    start, end = _month_day(part, "start"), _month_day(part, "end")
    if start and end and _day_of_year(start) != _day_of_year(end) % sum(_DAYS) + 1:
        part.wrong("end", "考核年度应是整整一年，结束日应是开始日的前一天。")
    return start or (1, 1)


def _month_day(part: _Part, key: str) -> tuple[int, int] | None:
    month, _, day = part.text(key).partition("-")
    if month.isdecimal() and day.isdecimal() and 1 <= int(month) <= len(_DAYS):
        found = int(month), int(day)
        if 1 <= found[1] <= _DAYS[found[0] - 1]:
            return found
    part.wrong(key, "应写成“月-日”，如 12-01；不能用 2 月 29 日。")
    return None


def _day_of_year(month_day: tuple[int, int]) -> int:
    return sum(_DAYS[: month_day[0] - 1]) + month_day[1]


def _class(part: _Part) -> PointsClass:
    return PointsClass(part.text("code"), part.text("name"), part.optional_points("cap", positive=True))


def _item(part: _Part) -> Item:
    return Item(
        code=part.text("code"),
        name=part.text("name"),
        class_code=part.text("class"),
        kind=part.required_word("kind", DutyKind),
        when=part.conditions("when"),
        points=part.points("points"),
        unit=part.text("unit", "次"),
        cap=part.optional_points("cap", positive=True),
        skip_first=part.whole("skip_first", 0, 0) or 0,
        share=part.word("share", Share, Share.WHOLE),
        max_authors=part.whole("max_authors", None, 1),
    )


def _grade(part: _Part) -> Grade:
    return Grade(part.text("name"), part.optional_points("at_least"))


def _award(part: _Part) -> Award:
    percent = part.whole("top_percent", None, 1)
    if percent is not None and percent > 100:
        part.wrong("top_percent", "应是 1 到 100 的整数。")
    return Award(part.text("name"), part.points("at_least"), percent)


def _year_end(part: _Part) -> YearEndRule:
    return YearEndRule(
        below=part.points("below"),
        years=part.whole("years", 1, 1) or 1,
        outcome=part.required_word("outcome", YearEndOutcome),
        decided_by=part.text("decided_by"),
        text=part.text("text"),
    )


def _inconsistencies(scheme: Scheme) -> Iterator[SchemeProblem]:
    """What is wrong between parts that are each right."""
    classes = [one.code for one in scheme.classes]
    for key, codes in (("classes", classes), ("items", [item.code for item in scheme.items])):
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield SchemeProblem(f"{key}.{index}.code", f"代码“{code}”重复。")
    for index, item in enumerate(scheme.items):
        if item.class_code not in classes:
            yield SchemeProblem(f"items.{index}.class", f"没有“{item.class_code}”这一类。")
    for key, steps in (("grades", scheme.grades), ("allowances", scheme.allowances)):
        marks = [step.at_least for step in steps]
        if any(mark is None for mark in marks[:-1]):
            yield SchemeProblem(key, "只有最低一等可以不写 at_least。")
        known = [mark for mark in marks if mark is not None]
        if known != sorted(known, reverse=True) or len(set(known)) != len(known):
            yield SchemeProblem(key, "等次应从高到低排列，分数线不能相同。")
