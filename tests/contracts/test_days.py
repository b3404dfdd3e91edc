"""No request takes a day that nobody can reckon from: found by fuzzing, where a day before the first one was a fault."""

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.sample_bodies import sample
from tongxin_contracts.catalogue import REQUESTS
from tongxin_contracts.message import Request, _dated, _days

COMMITTEE = "340921"
DATED = [request for request in REQUESTS if _dated(request)]


def moved(value: Any, day: str) -> Any:
    """The same with every day in it another one."""
    if isinstance(value, dict):
        return {name: moved(part, day) for name, part in value.items()}
    if isinstance(value, list):
        return [moved(part, day) for part in value]
    if not isinstance(value, str) or len(value) < 10:
        return value
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return value
    return day + value[10:]


def given(request: type[Request], day: str) -> dict[str, Any]:
    """The request's sample with every day moved, and one where it may be left out."""
    fields: dict[str, Any] = moved(sample(request, COMMITTEE).model_dump(mode="json"), day)
    empty = {name: day for name in _dated(request) if fields[name] is None}
    return fields | empty


WITH_DAYS = [request for request in DATED if "2026-06-01" in str(given(request, "2026-06-01"))]


@pytest.mark.parametrize("request_", WITH_DAYS, ids=lambda request: request.permission())
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_refused(request_: type[Request], day: str) -> None:
    request_.model_validate(given(request_, "2026-06-01"))
    with pytest.raises(ValidationError, match="日期应在1900年到2199年之间"):
        request_.model_validate(given(request_, day))


def test_nearly_every_request_with_days_is_tried() -> None:
    assert len(WITH_DAYS) >= len(DATED) - 3
    assert list(_days([date(2026, 1, 1), {"x": date(2026, 1, 2)}])) == [date(2026, 1, 1), date(2026, 1, 2)]
