"""Who leads, as a monitoring page says it: one that knows of no leader is none."""

import pytest

from infra.nats.monitoring import _leads


@pytest.mark.parametrize(
    ("detail", "leads"),
    [
        ({}, True),
        ({"cluster": {"leader": "a", "replicas": []}}, True),
        ({"cluster": {"leader": "b"}}, False),
        ({"cluster": {"name": "city", "replicas": [{"name": "b"}]}}, False),
    ],
    ids=["alone", "itself", "another", "nobody it knows of"],
)
def test_a_server_leads_when_it_is_alone_or_named(detail: dict[str, object], leads: bool) -> None:
    assert _leads(detail, "a") is leads
