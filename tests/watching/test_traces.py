"""One trace from the browser's request to the agency's event, and failures kept whatever is sampled."""

import asyncio

from chassis.ids import new_id
from tests.portal_at_work import signed_in, words
from tests.waiting import until
from tests.watching.conftest import Watched
from tests.watching.work import AGENCY, Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.subjects import SERVICES

WAY = {
    ("portal", "POST /api/v1/proposals/file_proposal"),
    ("portal", "send cmd.proposals.file_proposal"),
    ("proposals", "process cmd.proposals.file_proposal"),
    ("proposals", "send evt.{committee}.proposals.proposal_filed.v1"),
    ("members", "process evt.{committee}.proposals.proposal_filed.v1"),
    ("consultation", "process evt.{committee}.proposals.proposal_filed.v1"),
    ("notify", "process evt.{committee}.proposals.proposal_filed.v1"),
    ("notify", "send agency.{agency}.proposal_filed.v1"),
}
"""From the door through the command, the relay and every reaction to the agency's stream."""


def of_trace(watched: Watched, trace: str) -> list[tuple[str, dict[str, object]]]:
    """Service and span of everything in one trace."""
    return [
        (service, span)
        for service in SERVICES
        for span in watched.spans(service)
        if span["context"]["trace_id"] == f"0x{trace}"
    ]


async def test_one_trace_leads_from_the_request_to_the_agency(watched: Watched, done: Done) -> None:
    assert done.received.traceparent is not None
    assert done.received.traceparent.split("-")[1] == done.trace

    def missing() -> set[tuple[str, str]]:
        return WAY - {(service, str(span["name"])) for service, span in of_trace(watched, done.trace)}

    await asyncio.to_thread(until, lambda: not missing(), f"in the trace: {missing()}")


async def test_each_span_hangs_on_another_of_its_trace(watched: Watched, done: Done) -> None:
    def loose() -> list[str]:
        spans = [span for _service, span in of_trace(watched, done.trace)]
        known = {span["context"]["span_id"] for span in spans}  # type: ignore[index]
        return [str(span["name"]) for span in spans if span["parent_id"] and span["parent_id"] not in known]

    await asyncio.to_thread(until, lambda: not loose(), f"parents are there: {loose()}")
    roots = [span["name"] for _service, span in of_trace(watched, done.trace) if not span["parent_id"]]
    assert roots == ["POST /api/v1/proposals/file_proposal"]


async def test_spans_name_templates_and_nobody(watched: Watched, done: Done) -> None:
    for service, span in of_trace(watched, done.trace):
        text = str(span["name"]) + str(span["attributes"])
        for secret in (str(done.proposal_id), AGENCY, "易涝点", "340921"):
            assert secret not in text, (service, text)


async def test_an_error_page_shows_the_trace_id_of_its_answer(watched: Watched) -> None:
    async with signed_in(watched.stack, Role.MEMBER) as somebody:
        answer = await somebody.open(f"/proposals/{new_id()}")
    assert answer.status_code == 404
    assert answer.headers["x-trace-id"] in words(answer)
