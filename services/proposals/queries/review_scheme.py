"""The review scheme in force, and those that come with the system."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.work import Work
from services.proposals.rules.review import ONE_ROUND, ReviewScheme, SchemeRefused, load_review_scheme
from services.proposals.schemes import BUNDLED, adopted_schemes, bundled_review_data
from tongxin_contracts.proposals import review_queries as contract
from tongxin_contracts.words import RoundTakes


async def review_scheme(query: contract.ReviewScheme, work: Work) -> contract.ReviewSchemeAnswer:
    """The one adopted last; the single round by the office where none was."""
    adopted = await adopted_schemes(work)
    now = adopted[0] if adopted else None
    bundled = [bundled_review_data(name) for name in BUNDLED]
    preview, problem = _preview(query.preview)
    return contract.ReviewSchemeAnswer(
        preview=preview,
        preview_problem=problem,
        current=scheme_row(now.scheme, now.data) if now else scheme_row(ONE_ROUND, bundled[0]),
        scheme_id=now.id if now else None,
        source=now.source if now else None,
        adopted_at=now.adopted_at if now else None,
        bundled=[scheme_row(load_review_scheme(data), data) for data in bundled],
    )


def _preview(text: str | None) -> tuple[contract.ReviewSchemeRow | None, str | None]:
    """A text read as a scheme, or what to mend in it."""
    if text is None:
        return None, None
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            return None, "应是一个 JSON 对象：以 { 开头，以 } 结尾。"
        return scheme_row(load_review_scheme(data), data), None
    except json.JSONDecodeError as error:
        return None, f"第 {error.lineno} 行不是有效的 JSON，请检查括号、引号和逗号。"
    except RecursionError:
        return None, "嵌套太深，请按示例的结构书写。"
    except SchemeRefused as refused:
        return None, refused.reason


def scheme_row(scheme: ReviewScheme, data: Mapping[str, Any]) -> contract.ReviewSchemeRow:
    """A scheme as a page shows it."""
    return contract.ReviewSchemeRow(
        code=scheme.code,
        version=scheme.version,
        name=scheme.name,
        rounds=round_rows(scheme),
        grounds=list(scheme.grounds),
        data=dict(data),
    )


def round_rows(scheme: ReviewScheme) -> list[contract.RoundRow]:
    """The rounds in their order; in the last one every outcome takes effect."""
    last = len(scheme.rounds) - 1
    return [
        contract.RoundRow(
            name=one.name,
            seats=list(one.seats),
            takes=RoundTakes(one.takes),
            outcomes=list(one.outcomes),
            final=list(one.outcomes if index == last else one.final),
        )
        for index, one in enumerate(scheme.rounds)
    ]
