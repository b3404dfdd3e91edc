"""The rules of webhooks: where one may lead, how it is signed, when it is tried again, how large it is."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.notify.rules.addresses import Blocked, check_all, target
from services.notify.rules.signatures import headers, sign
from services.notify.rules.webhook_bodies import MAX_BODY, body
from services.notify.rules.webhook_times import JITTER, SCHEDULE, wait_after

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLIC = "https://hooks.example.gov.cn/in"


def test_a_signature_is_the_one_of_the_specification() -> None:
    made = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_sign_side_by_side() -> None:
    other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    at = datetime(2026, 11, 21, tzinfo=UTC)
    made = headers([other, SECRET], "id", at, b"{}")
    assert made["webhook-signature"].split(" ") == [
        sign(secret, "id", int(at.timestamp()), b"{}") for secret in (other, SECRET)
    ]
    assert made["webhook-timestamp"] == str(int(at.timestamp()))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.gov.cn/in",
        "http://127.0.0.1/in",
        "ftp://hooks.example.gov.cn/in",
        "https://hooks.example.gov.cn:22/in",
        "https://hooks.example.gov.cn:8080/in",
        "https://user:word@hooks.example.gov.cn/in",
        "https://user@hooks.example.gov.cn/in",
        "https://hooks.example.gov.cn/in#part",
        "https://hooks.example.gov.cn\\@127.0.0.1/",
        "https://hooks.example.gov.cn/a b",
        "https://督查室.example/in",
        "https://localhost/in",
        "https://intranet/in",
        "https:///in",
        "https://[::1/in",
        "https://hooks.example.gov.cn:99999/in",
        "https://127.0.0.1/in",
        "https://10.1.2.3/in",
        "https://[::1]/in",
        "https://[::ffff:127.0.0.1]/in",
        "https://169.254.169.254/latest/meta-data",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_leads_nowhere_good_is_refused(url: str) -> None:
    with pytest.raises(Blocked):
        target(url)


def test_a_public_https_address_is_taken() -> None:
    found = target("https://Hooks.example.gov.cn.:8443/in?x=1")
    assert (found.host, found.port, found.path) == ("hooks.example.gov.cn", 8443, "/in?x=1")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:0:53aa:64c:0:fbff:f5ff:fffe",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_inside_is_refused_also_beside_a_good_one(address: str) -> None:
    with pytest.raises(Blocked):
        check_all([address], target(PUBLIC))
    with pytest.raises(Blocked):
        check_all(["223.5.5.5", address], target(PUBLIC))


@pytest.mark.parametrize("address", ["223.5.5.5", "8.8.8.8", "2400:3200::1", "2a00:1450:4001:81b::200e"])
def test_a_global_address_is_taken(address: str) -> None:
    assert check_all([address, "223.6.6.6"], target(PUBLIC)) == address


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(Blocked):
        check_all([], target(PUBLIC))


def test_this_machine_is_reached_only_where_development_allows_it() -> None:
    found = target("http://127.0.0.1:8911/in", local=True)
    assert (found.host, found.port) == ("127.0.0.1", 8911)
    assert check_all(["127.0.0.1"], found) == "127.0.0.1"
    for url in ("http://localhost:8911/in", "http://10.0.0.1/in", "https://127.0.0.1/in"):
        with pytest.raises(Blocked):
            target(url, local=True)
    with pytest.raises(Blocked):
        check_all(["127.0.0.1", "10.0.0.1"], found)


def test_the_schedule_is_that_of_the_specification() -> None:
    waits = [wait_after(attempt, 0) for attempt in range(1, 11)]
    hours = [2, 5, 10, 14, 20, 24]
    assert waits == [
        timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *(timedelta(hours=h) for h in hours), None,
    ]  # fmt: skip
    assert all(one < other for one, other in pairwise(SCHEDULE))
    longest = wait_after(9, 1)
    assert longest is not None
    assert timedelta(hours=24) < longest <= timedelta(hours=24) * (1 + JITTER)


HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "0198c5d4-0000-7000-8000-000000000001",
    "ce-type": "tongxin.proposals.proposal_filed.v1",
    "ce-time": "2026-11-21T08:00:00+00:00",
    "ce-aggregateversion": "2",
    "ce-actor": "%E6%9F%90",
    "content-type": "application/json",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


def test_the_body_is_a_cloud_event() -> None:
    read = json.loads(body(HEADERS, {"title": "加装电梯"}, "提案立案"))
    assert read["specversion"] == "1.0"
    assert (read["id"], read["aggregateversion"], read["actor"]) == (HEADERS["ce-id"], 2, "某")
    assert (read["data"], read["label"], read["traceparent"]) == (
        {"title": "加装电梯"},
        "提案立案",
        HEADERS["traceparent"],
    )
    assert "truncated" not in read
    assert all(name.isalnum() and name.islower() for name in read), "attribute names of CloudEvents"


def test_what_is_too_large_keeps_its_ids_and_says_so() -> None:
    data = {"proposal_id": "p-1", "facts": "实" * 7000, "title": "加装电梯", "suggestions": ["x" * 9000] * 3}
    made = body(HEADERS, data, "提案立案")
    assert len(made) < MAX_BODY
    read = json.loads(made)
    assert read["truncated"] is True
    assert read["data"] == {"proposal_id": "p-1", "title": "加装电梯"}


def test_even_thousands_of_short_values_stay_below_the_limit() -> None:
    made = body(HEADERS, {f"field_{n}": "值" * 100 for n in range(500)}, "提案立案")
    assert len(made) < MAX_BODY
    assert json.loads(made)["data"]["field_0"] == "值" * 100
