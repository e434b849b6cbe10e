"""Host names and the address of the client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.front.conftest import Peer, peer

from medrd_kg.problems import Problem
from medrd_kg.web.front.peers import TrustedHosts, TrustedProxies


@pytest.mark.parametrize(
    ("header", "trusted"),
    [
        ("kg.example", True),
        ("KG.Example:8000", True),
        ("kg.example.", True),
        ("[::1]", True),
        ("[::1]:80", True),
        ("127.0.0.1:9", True),
        ("evil.example", False),
        ("kg.example.evil.example", False),
        ("evil.example:kg.example", False),
        ("kg.example@evil.example", False),
        ("[::2]", False),
        ("", False),
        ("x" * 300, False),
    ],
)
def test_hosts(header: str, trusted: bool) -> None:
    hosts = TrustedHosts(["kg.example", "::1", "127.0.0.1"])
    assert hosts.trusts(header.encode()) is trusted


def test_only_requests_under_our_names_are_answered(unique: str) -> None:
    with peer("trusted_hosts=127.0.0.1,kg.example") as running:
        target = f"/api/echo?name={unique}"
        for host in ("kg.example", "127.0.0.1:1"):
            for _ in range(2):
                assert running.get(target, host=host).json()["evaluation"] == 1
        for _ in range(2):
            refused = running.get(target, host="evil.example")
            assert refused.status_code == 400
            assert refused.json()["type"].endswith("/malformed-request")
            assert "evil" not in refused.text


@pytest.mark.parametrize("fields", ["", "Host: a\r\nHost: b\r\n"])
def test_a_request_has_one_host(either: Peer, fields: str) -> None:
    raw = either.say(f"GET /api/echo HTTP/1.1\r\n{fields}Connection: close\r\n\r\n".encode())
    assert raw.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in raw


@pytest.mark.parametrize(
    ("peer_address", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.7, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:ffff::1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_clients_behind_proxies(peer_address: str, forwarded: str, client: str) -> None:
    proxies = TrustedProxies(["10.0.0.0/8", "2001:db8:ffff::/48"])
    assert proxies.client(peer_address, forwarded.encode()) == client


@given(invented=st.binary(max_size=60))
def test_nothing_invented_before_the_last_hop_counts(invented: bytes) -> None:
    proxies = TrustedProxies(["10.0.0.0/8"])
    assert proxies.client("10.0.0.1", invented + b", 198.51.100.1") == "198.51.100.1"


def test_wrong_settings_are_told() -> None:
    with pytest.raises(Problem, match="neither an address nor a network"):
        TrustedProxies(["proxy.example"])


def test_the_application_learns_the_client(unique: str) -> None:
    forwarded = {"x_forwarded_for": "192.0.2.7, 198.51.100.1"}
    with peer("trusted_proxies=127.0.0.0/8") as running:
        assert (
            running.get(f"/api/echo?name={unique}", **forwarded).json()["client"] == "198.51.100.1"
        )
    with peer() as running:
        assert running.get(f"/api/echo?name={unique}", **forwarded).json()["client"] == "127.0.0.1"
