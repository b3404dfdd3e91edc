"""The page of calls for proposals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.calls import CallRow
from tongxin_contracts.words import Category

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsView(View):
    """`/calls`: calls with their topics; the office calls, members begin to write.

    The office: POST `opens_on`, `closes_on`, `document`, `hints_<category>` (a topic a line, 「题目：说明」).
    Members: POST `hint_id` to `/calls/write`. Hint: `call`.
    """

    template: ClassVar[str] = "calls.html"
    calls: Sequence[CallRow]
    may_call: bool
    may_write: bool
    earliest: date
    """A session that opens on this day or later can be called for today."""
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    """Its fields are `opens_on`, `closes_on`, `document`, `hints`, `hints_<category>`."""
    categories: Sequence[Category] = tuple(Category)
