"""Who may read and write from pages of other origins (Fetch Standard, CORS protocol)."""

from collections.abc import Iterator

import pytest
from tests.web.front.conftest import Peer, peer

LISTED, STRANGER = "https://app.example", "https://stranger.example"
ADDRESSES = [
    "/sparql",
    "/api/echo",
    "/reconcile",
    "/graph-store",
    "/update",
    "/api/v1/admin/queries",
    "/health/counts",
]


@pytest.fixture(scope="module", params=["*", LISTED, f"*,{LISTED}", ""])
def allowing(request: pytest.FixtureRequest) -> Iterator[tuple[Peer, set[str]]]:
    """Fronts under each form of the setting, and what it lists."""
    with peer(f"cors_origins={request.param}") as running:
        yield running, set(filter(None, request.param.split(",")))


def expected(path: str, method: str, origin: str | None, listed: set[str]) -> str | None:
    """Return what Access-Control-Allow-Origin must say."""
    by_post = {"/sparql", "/api/echo", "/reconcile"}
    reads = method in {"GET", "HEAD"} or (method == "POST" and path in by_post)
    if "*" in listed and reads and not path.startswith("/api/v1/admin"):
        return "*"
    return origin if origin in listed else None


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("origin", [None, LISTED, STRANGER, "null", f"{LISTED}.evil.example"])
def test_answers(allowing: tuple[Peer, set[str]], path: str, origin: str | None) -> None:
    running, listed = allowing
    for method in ("GET", "POST", "GET"):
        headers = {"origin": origin} if origin else {}
        answer = running.ask(method, path, None, **headers)
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == expected(path, method, origin, listed)
        assert "access-control-allow-credentials" not in answer.headers
        if allowed:
            exposed = answer.headers["access-control-expose-headers"].split(", ")
            for name in (
                *("ETag", "Link", "Location", "Server-Timing", "Retry-After", "RateLimit"),
                *("RateLimit-Policy", "Medrd-Kg-Release"),
            ):
                assert name in exposed
        depends = expected(path, method, LISTED, listed) != expected(path, method, None, listed)
        if depends:
            assert "Origin" in answer.headers["vary"], "a cache must keep the origins apart"


@pytest.mark.parametrize("path", ADDRESSES[:-1])
@pytest.mark.parametrize("origin", [LISTED, STRANGER, "null"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_preflights(allowing: tuple[Peer, set[str]], path: str, origin: str, method: str) -> None:
    running, listed = allowing
    wanted = "authorization, content-type, x-trace-id"
    answer = running.ask(
        "OPTIONS",
        path,
        None,
        origin=origin,
        access_control_request_method=method,
        access_control_request_headers=wanted,
    )
    assert answer.status_code == 204
    assert answer.content == b""
    assert "access-control-allow-credentials" not in answer.headers
    allowed = expected(path, method, origin, listed)
    assert answer.headers.get("access-control-allow-origin") == allowed
    if allowed is None:
        assert not [name for name in answer.headers if name.startswith("access-control")]
        return
    assert answer.headers["access-control-allow-headers"] == wanted
    assert int(answer.headers["access-control-max-age"]) > 0
    granted = answer.headers["access-control-allow-methods"].split(", ")
    accepted = answer.headers["allow"].split(", ")
    assert set(granted) <= set(accepted)
    assert (method in granted) == (method in accepted)
    if origin not in listed:
        assert not {"PUT", "DELETE"} & set(granted)


def test_a_preflight_does_not_repeat_nonsense(plain: Peer) -> None:
    answer = plain.ask(
        "OPTIONS",
        "/sparql",
        None,
        origin=STRANGER,
        access_control_request_method="GET",
        access_control_request_headers="a b; c",
    )
    assert "access-control-allow-headers" not in answer.headers


def test_options_of_nothing(plain: Peer) -> None:
    answer = plain.ask("OPTIONS", "/nowhere", None, origin=STRANGER)
    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == "*"


def test_refusals_can_be_read_by_pages(plain: Peer) -> None:
    answer = plain.get("/sparql?status=503", origin=STRANGER)
    assert answer.headers["access-control-allow-origin"] == "*"
    refused = plain.get("/sparql", origin=STRANGER, accept_encoding="identity;q=0")
    assert refused.status_code == 406
    assert refused.headers["access-control-allow-origin"] == "*"


def test_kept_bytes_carry_the_origin_of_their_caller(unique: str) -> None:
    with peer(f"cors_origins={LISTED},https://second.example") as running:
        target = f"/api/echo?name={unique}"
        for origin in (LISTED, "https://second.example", STRANGER, LISTED):
            allowed = running.get(target, origin=origin).headers.get("access-control-allow-origin")
            assert allowed == (origin if origin != STRANGER else None)
        unchanged = running.get(target, origin=LISTED, if_none_match="*")
        assert unchanged.status_code == 304
        assert unchanged.headers["access-control-allow-origin"] == LISTED
        assert running.tell("counts")[f"{unique} begun"] == 1
