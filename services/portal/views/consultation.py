"""Pages of consultation."""

from dataclasses import dataclass
from typing import ClassVar

from tongxin_contracts.consultation.queries import TopicsAnswer

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView(View):
    """`/topics`: topics and filed proposals that could become one. POST `proposal_id` takes one. Hint: `topic`."""

    template: ClassVar[str] = "topics.html"
    topics: TopicsAnswer
