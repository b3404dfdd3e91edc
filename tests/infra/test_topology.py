"""Provisioning makes the server what the specs say, changes nothing twice, and sees what somebody else changed."""

from datetime import timedelta

import pytest
from nats.js.api import ConsumerConfig

from chassis.topology import (
    agency_consumer_spec,
    consumer_spec,
    consumer_specs,
    drift,
    event_stream_spec,
    stream_specs,
)
from infra.local.stack import Stack
from infra.nats import provision as provisioning
from infra.nats.follows import FOLLOWS
from tests.infra.bus_users import connected
from tongxin_contracts.subjects import SERVICES


def test_what_is_as_wanted_does_not_drift() -> None:
    spec = event_stream_spec("members", 1)
    assert drift(event_stream_spec("members", 1), spec) == []


def test_what_is_missing_is_named() -> None:
    assert drift(None, event_stream_spec("members", 1)) == ["stream EVT_MEMBERS is missing"]
    assert drift(None, agency_consumer_spec("audit")) == ["consumer agency_audit is missing"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_age", 3600.0),
        ("allow_atomic", False),
        ("subjects", ["evt.>"]),
        ("num_replicas", 3),
        ("max_bytes", -1),
    ],
)
def test_each_changed_setting_of_a_stream_is_named(setting: str, value: object) -> None:
    actual = event_stream_spec("members", 1).evolve(**{setting: value})
    (found,) = drift(actual, event_stream_spec("members", 1))
    assert f"stream EVT_MEMBERS: {setting} is" in found


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ack_wait", 99.0), ("max_ack_pending", 10), ("max_deliver", 3), ("filter_subject", "agency.other.>")],
)
def test_each_changed_setting_of_a_consumer_is_named(setting: str, value: object) -> None:
    actual: ConsumerConfig = agency_consumer_spec("audit").evolve(**{setting: value})
    (found,) = drift(actual, agency_consumer_spec("audit"))
    assert f"consumer agency_audit: {setting} is" in found


def test_a_service_has_one_consumer_on_each_stream_it_follows_and_none_else() -> None:
    for service in SERVICES:
        wanted = consumer_specs(service, FOLLOWS, timedelta(seconds=3))
        assert [consumer.stream for consumer in wanted] == list(FOLLOWS[service])
        assert {consumer.name for consumer in wanted} <= {service}


def test_provisioning_twice_changes_nothing(stack: Stack) -> None:
    stack.provision()
    assert stack.provision() == []
    assert stack.drift() == []


async def test_a_stream_somebody_changed_is_seen_and_mended(stack: Stack) -> None:
    async with connected(stack, "operator") as operator:
        jetstream = operator.client.jetstream()
        changed = (await jetstream.stream_info("EVT_NOTIFY")).config.evolve(max_age=3600.0)
        await jetstream.update_stream(changed)
        assert any("EVT_NOTIFY: max_age is" in line for line in stack.drift())
        assert any("EVT_NOTIFY: max_age" in line for line in stack.provision())
        assert stack.drift() == []


async def test_a_consumer_somebody_deleted_is_seen_and_made_again(stack: Stack) -> None:
    async with connected(stack, "operator") as operator:
        await operator.client.jetstream().delete_consumer("EVT_MEMBERS", "portal")
    assert stack.drift() == ["EVT_MEMBERS: consumer portal is missing"]
    assert stack.provision() == ["consumer portal on EVT_MEMBERS made"]


async def test_a_consumer_nobody_wants_is_named_and_left_alone(stack: Stack) -> None:
    async with connected(stack, "operator") as operator:
        jetstream = operator.client.jetstream()
        await jetstream.add_consumer("EVT_MEMBERS", consumer_spec("stranger", timedelta(seconds=3)))
        (said,) = stack.provision()
        assert "stranger" in said
        assert (await jetstream.consumer_info("EVT_MEMBERS", "stranger")).name == "stranger"
        await jetstream.delete_consumer("EVT_MEMBERS", "stranger")


async def test_every_stream_is_on_disk_and_limited(stack: Stack) -> None:
    async with connected(stack, "operator") as operator:
        for spec in stream_specs(1):
            assert spec.name is not None
            config = (await operator.client.jetstream().stream_info(spec.name)).config
            assert config.storage == "file"
            assert (config.max_age or 0) > 0
            assert (config.max_bytes or 0) > 0


class _OldServer:
    """As much of a client as the version check looks at."""

    class connected_server_version:  # noqa: N801 - the client's own name
        major, minor = 2, 9


def test_an_old_server_is_refused() -> None:
    with pytest.raises(provisioning.ProvisionError, match=r"2\.9"):
        provisioning.require_server(_OldServer())  # type: ignore[arg-type]
