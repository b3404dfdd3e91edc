"""What a server of the bus says of a stream's majority, read right."""

from typing import Any

import pytest

from chassis.bus import connection_options
from chassis.islands import HEARTBEATS, PATIENCE, SURE, Bearings, silence
from chassis.settings import Settings


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


def test_a_server_is_left_when_no_stream_was_answered_for_in_time() -> None:
    bearings = Bearings(arrived=0.0, heard=0.0)
    assert not bearings.should_leave([0.3], now=20.0)
    assert not bearings.should_leave([None, None], now=19.0 + PATIENCE)
    assert bearings.should_leave([None, None], now=20.0 + PATIENCE)


def test_one_stream_that_is_answered_for_is_enough_to_stay() -> None:
    """While one stream's leader is chosen, or with nobody behind another's, this server is no island."""
    bearings = Bearings(arrived=0.0, heard=0.0)
    assert not bearings.should_leave([None, 60.0, 0.4], now=100.0)
    assert not bearings.should_leave([None, 60.0, 0.4], now=107.0)


def test_a_leader_that_is_alone_is_left_that_long_after_the_cut() -> None:
    """It goes on answering: what counts is what it says of the others."""
    bearings = Bearings(arrived=0.0, heard=0.0)
    cut = 50.0
    left = next(n for n in range(60, 700) if bearings.should_leave([max(0.1, n / 10 - cut)], now=n / 10))
    assert left / 10 == pytest.approx(cut + PATIENCE, abs=0.3)


def test_a_leader_just_chosen_is_not_left_for_what_it_heard_long_ago() -> None:
    """Where a connection arrived a moment ago the new leader's first word may be of before it was one."""
    bearings = Bearings(arrived=0.0, heard=0.0)
    bearings.arrived = 30.0
    assert not bearings.should_leave([25.0], now=31.0)
    assert not bearings.should_leave([0.2], now=32.0)
    assert not bearings.should_leave([None], now=39.0)


def test_who_lands_on_the_island_goes_on_soon() -> None:
    """All leaders there have heard of nobody since the cut: no second patience is needed to know it."""
    bearings = Bearings(arrived=0.0, heard=20.0)
    bearings.arrived = 29.0
    assert not bearings.should_leave([9.5], now=29.5)
    assert bearings.should_leave([9.5 + SURE], now=29.5 + SURE)


def test_every_server_is_tried_before_one_is_come_back_to() -> None:
    """nats-py would shuffle at each reconnection, and who left an island would be back one time in three."""
    settings = Settings.model_construct(nats_url="nats://a:1,nats://b:1,nats://c:1")
    options = [connection_options(settings, "members") for _ in range(60)]
    assert all(option["dont_randomize"] for option in options)
    assert len({tuple(option["servers"]) for option in options}) == 6, "each begins where it likes"
