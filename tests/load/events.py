"""Events as proposals states them, in any number: what relays, inboxes and their peers are measured with."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from chassis.ids import new_id
from chassis.outbox import Outgoing
from tests.house import COUNTY
from tongxin_contracts.envelope import MESSAGE_ID, Envelope
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.words import Category, ProposalKind

STREAM: Final = ProposalFiled.stream()


def filed(count: int) -> list[Outgoing]:
    """So many proposals filed, each the first event of an aggregate of its own."""
    return [_one(number) for number in range(count)]


def headers(message: Outgoing) -> dict[str, str]:
    """As the relay puts them on a message."""
    return message.envelope.headers() | {MESSAGE_ID: str(message.envelope.id)}


def in_batches(messages: Sequence[Outgoing], size: int = 500) -> list[Sequence[Outgoing]]:
    """Cut into pieces that keep their order."""
    return [messages[start : start + size] for start in range(0, len(messages), size)]


def _one(number: int) -> Outgoing:
    proposal, event_id, command = new_id(), new_id(), new_id()
    event = ProposalFiled(
        proposal_id=proposal,
        number=f"十一届二次第{number:05}号",
        term=11,
        session=2,
        serial=number,
        kind=next(iter(ProposalKind)),
        category=next(iter(Category)),
        title="加快交通基础设施建设，改善农村生产生活条件",
        suggestions=("编制三年提升计划，优先实施通自然村组道路。", "设立管护专项资金，明确乡村两级责任。"),
        facts="全县仍有一百二十个自然村组未通硬化路，雨季出行困难，农产品运输成本高。",
        analysis="资金来源单一，管护责任不清，规划与产业布局脱节。",
        first_proposer=new_id(),
        co_proposers=(new_id(), new_id()),
    )
    return Outgoing(
        envelope=Envelope(
            id=event_id,
            type=ProposalFiled.type_name(),
            source="proposals",
            time=datetime.now(UTC),
            committee=COUNTY,
            actor=str(new_id()),
            aggregate=proposal,
            version=1,
            correlation_id=command,
            causation_id=command,
            traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        ),
        stream=STREAM,
        subject=ProposalFiled.subject(COUNTY),
        payload=event.model_dump_json().encode(),
    )
