"""What a server of the bus says of a stream's majority, read right."""

from typing import Any

import pytest

from chassis.islands import HEARTBEATS, silence


def told(*active: float, leader: str | None = "nats-1") -> dict[str, Any]:
    """A stream's information; when the leader heard of each follower, in seconds ago."""
    replicas = [{"name": f"nats-{n}", "active": int(ago * 1e9)} for n, ago in enumerate(active, 2)]
    return {"cluster": {"leader": leader, "replicas": replicas}}


@pytest.mark.parametrize("followers", [(0.2, 0.9), (0.2, 60.0), (60.0, 1.0)])
def test_one_of_two_followers_makes_a_majority(followers: tuple[float, float]) -> None:
    found = silence(told(*followers))
    assert found is not None
    assert found < HEARTBEATS


def test_a_leader_that_hears_of_nobody_is_alone_since_then() -> None:
    assert silence(told(9.0, 12.0)) == pytest.approx(9.0)


def test_of_four_followers_two_are_needed() -> None:
    assert silence(told(0.5, 9.0, 9.5, 10.0)) == pytest.approx(9.0)


def test_without_a_leader_nothing_is_known() -> None:
    assert silence(told(0.1, 0.1, leader=None)) is None
    assert silence({"error": {"code": 503}}) is None


def test_one_server_and_a_missing_stream_are_no_islands() -> None:
    assert silence(told()) == 0.0
    assert silence({"error": {"code": 404}}) == 0.0
