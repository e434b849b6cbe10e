"""What is kept, and for how long."""

import pytest
from tests.web.front.conftest import Peer, peer

from medrd_kg.web.front.cache import LARGEST_BODY


def evaluations(running: Peer, target: str, name: str) -> int:
    for _ in range(2):
        running.get(f"{target}{'&' if '?' in target else '?'}name={name}")
    count: int = running.tell("counts")[f"{name} begun"]
    return count


@pytest.mark.parametrize(
    ("target", "times"),
    [
        ("/api/echo", 1),
        ("/sparql?query=x", 1),
        ("/id/project/drugs", 1),
        ("/api/echo?pieces=3", 1),
        ("/api/echo?h-cache-control=max-age%3D5", 1),
        ("/api/echo?h-vary=Accept,%20Accept-Language", 1),
        ("/api/echo?h-cache-control=no-store", 2),
        ("/api/echo?h-cache-control=No-Store,%20private", 2),
        ("/api/echo?h-set-cookie=a%3Db", 2),
        ("/api/echo?h-vary=User-Agent", 2),
        ("/api/echo?h-vary=*", 2),
        ("/api/echo?status=404", 2),
        ("/api/echo?status=203", 2),
        ("/api/echo?status=500", 2),
        ("/api/echo?fail=at%20once", 2),
        ("/metrics", 2),
        ("/api/v1/admin/queries", 2),
    ],
)
def test_what_is_kept(either: Peer, unique: str, target: str, times: int) -> None:
    assert evaluations(either, target, unique) == times


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_what_may_write_is_never_kept(either: Peer, unique: str, method: str) -> None:
    for _ in range(2):
        either.ask(method, f"/graph-store?name={unique}")
    either.ask("POST", f"/update?name={unique}", b"x", content_type="application/sparql-query")
    either.ask("POST", f"/update?name={unique}", b"x", content_type="application/sparql-query")
    assert either.tell("counts")[f"{unique} begun"] == 4


def test_hits_say_so_and_are_counted(unique: str) -> None:
    with peer() as running:
        running.get(f"/api/echo?name={unique}&h-server-timing=query%3Bdur%3D1.0")
        again = running.get(f"/api/echo?name={unique}&h-server-timing=query%3Bdur%3D1.0")
        assert again.headers["server-timing"] == 'cache;desc="hit"'
        figures = running.tell("figures")
        assert (figures["hits"], figures["misses"], figures["entries"]) == (1, 1, 1)


def test_the_bound_holds_and_those_used_last_stay(unique: str) -> None:
    with peer("cache_mb=1") as running:
        favourite = f"/api/echo?name={unique}"
        running.get(favourite)
        for number in range(40):
            running.get(f"/api/echo?name={unique}-{number}&padding=100000")
            running.get(favourite)
            assert running.tell("figures")["weight"] <= 1_000_000
        figures = running.tell("figures")
        assert 5 <= figures["entries"] <= 10
        assert figures["evicted"] == 41 - figures["entries"]
        assert running.tell("counts")[f"{unique} begun"] == 1


def test_an_answer_beyond_the_bound_is_whole_and_not_kept(unique: str) -> None:
    with peer("cache_mb=1") as running:
        for form in ("padding=1200000", "pieces=20&padding=60000"):
            name = f"{unique}-{form[:3]}"
            sizes = {len(running.get(f"/api/echo?name={name}&{form}").content) for _ in range(2)}
            assert len(sizes) == 1
            assert running.tell("counts")[f"{name} begun"] == 2
        assert running.tell("figures")["entries"] == 0
        # The room for pieces of streams was given back.
        assert evaluations(running, "/api/echo?pieces=2&padding=200000", unique) == 1


def test_a_very_large_answer_is_not_kept_however_large_the_cache(unique: str) -> None:
    with peer("cache_mb=200") as running:
        size = LARGEST_BODY // 4 + 1
        answer = running.get(f"/api/echo?name={unique}&pieces=4&padding={size}")
        assert len(answer.content) > LARGEST_BODY
        assert running.tell("figures")["entries"] == 0


def test_no_cache_at_all(unique: str) -> None:
    with peer("cache_mb=0") as running:
        assert evaluations(running, "/api/echo", unique) == 2
        assert running.tell("figures")["entries"] == 0
