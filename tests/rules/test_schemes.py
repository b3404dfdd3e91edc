"""A points scheme is data that is checked as a whole, and every mistake is named at its place."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from services.members.bundled_schemes import BUNDLED, bundled_data, bundled_scheme
from services.members.rules.scheme import points_text
from services.members.rules.scheme_reading import SchemeInvalid, load_scheme


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_scheme_loads_and_names_its_source(name: str) -> None:
    scheme = bundled_scheme(name)
    assert scheme.source
    assert scheme.rule_version == f"{scheme.code}@{scheme.version}"


def test_the_floor_is_the_mark_of_one_year() -> None:
    floors = [bundled_scheme(name).floor for name in BUNDLED]
    assert floors == [15, 60, 60, None]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (["code"], "", "code"),
        (["surprise"], 1, "surprise"),
        (["items", 0, "points"], 2.5, "items.0.points"),
        (["items", 0, "points"], "2.55", "items.0.points"),
        (["items", 0, "points"], "NaN", "items.0.points"),
        (["items", 0, "points"], True, "items.0.points"),
        (["items", 0, "points"], "1e9", "items.0.points"),
        (["items", 0, "cap"], 0, "items.0.cap"),
        (["items", 0, "kind"], "dancing", "items.0.kind"),
        (["items", 0, "class"], "nowhere", "items.0.class"),
        (["items", 1, "code"], "activity", "items.1.code"),
        (["items", 0, "when"], {"attendance": "asleep"}, "items.0.when.attendance"),
        (["items", 0, "when"], {"level": [1]}, "items.0.when.level"),
        (["items", 0, "share"], "most", "items.0.share"),
        (["items", 0, "skip_first"], -1, "items.0.skip_first"),
        (["items"], {}, "items"),
        (["items"], ["x"], "items.0"),
        (["classes"], [], "classes"),
        (["window"], {"start": "02-29", "end": "02-28"}, "window.start"),
        (["window"], {"start": "01-01", "end": "11-30"}, "window.end"),
        (["grades"], [{"name": "低", "at_least": 1}, {"name": "高", "at_least": 2}], "grades"),
        (["grades"], [{"name": "其余"}, {"name": "高", "at_least": 2}], "grades"),
        (["year_end", 0, "outcome"], "exile", "year_end.0.outcome"),
        (["negative_total"], "no", "negative_total"),
    ],
)
def test_a_mistake_is_named_at_its_place(path: list[Any], value: Any, where: str) -> None:
    data: Any = copy.deepcopy(dict(bundled_data("sandikou")))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(SchemeInvalid) as invalid:
        load_scheme(data)
    assert where in [problem.path for problem in invalid.value.problems]


@pytest.mark.parametrize("data", [{}, {"items": None}, {"window": 3, "classes": "x", "year_end": {}}])
def test_nonsense_is_refused_with_a_list_of_mistakes(data: dict[str, Any]) -> None:
    with pytest.raises(SchemeInvalid) as invalid:
        load_scheme(data)
    assert len(invalid.value.problems) > 3


def test_points_are_written_as_people_write_them() -> None:
    assert [points_text(Decimal(n)) for n in ("5", "5.0", "2.5", "-0.5", "100")] == [
        "5",
        "5",
        "2.5",
        "-0.5",
        "100",
    ]
