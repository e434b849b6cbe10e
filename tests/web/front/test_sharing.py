"""Equal requests at the same time: one evaluation, whatever becomes of those who asked."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest
from tests.web.front.conftest import Peer, peer, read_all


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that wait."""
    with ThreadPoolExecutor(12) as threads:
        yield threads


def ask_all(
    pool: ThreadPoolExecutor, running: Peer, target: str, count: int, **headers: str
) -> list[Future[httpx.Response]]:
    """Send equal requests; return when one leads and the others follow."""
    asked = [pool.submit(running.get, target, **headers) for _ in range(count)]
    running.tell("followers", count=count - 1)
    return asked


def leading(running: Peer, target: str, name: str) -> socket.socket:
    """Send a request over a bare connection; return when its evaluation has begun."""
    connection = running.connect()
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    running.tell("await", event=f"{name} begun", count=1)
    return connection


def test_equal_requests_are_evaluated_once(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    asked = ask_all(pool, either, f"/sparql?name={unique}&gate={unique}", 10)
    either.tell("open", gate=unique)
    answers = [each.result() for each in asked]
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["etag"] for each in answers}) == 1
    shared = [
        each for each in answers if each.headers.get("server-timing") == 'cache;desc="shared"'
    ]
    assert len(shared) == 9
    assert either.tell("counts")[f"{unique} begun"] == 1


def test_different_requests_do_not_wait_for_each_other(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    slow = pool.submit(either.get, f"/sparql?name={unique}&gate={unique}")
    either.tell("await", event=f"{unique} begun", count=1)
    assert either.get(f"/sparql?name={unique}&other").json()["evaluation"] == 2
    either.tell("open", gate=unique)
    assert slow.result().json()["evaluation"] == 1


def test_a_leader_that_leaves_takes_nobody_along(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    target = f"/sparql?name={unique}&gate={unique}"
    leader = leading(either, target, unique)
    asked = [pool.submit(either.get, target) for _ in range(3)]
    either.tell("followers", count=3)
    leader.close()
    either.tell("counts")  # a round trip: the server has seen the end of the connection
    either.tell("open", gate=unique)
    assert [each.result().json()["evaluation"] for each in asked] == [1, 1, 1]
    counts = either.tell("counts")
    assert counts[f"{unique} begun"] == 1
    assert f"{unique} gone" not in counts


def test_when_all_have_left_the_evaluation_is_told(either: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}&gate={unique}"
    leader = leading(either, target, unique)
    follower = either.connect()
    follower.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    either.tell("followers", count=1)
    leader.close()
    either.tell("counts")
    assert f"{unique} gone" not in either.tell("counts")
    follower.close()
    either.tell("await", event=f"{unique} gone", count=1)


def test_a_lone_client_that_leaves_is_noticed(either: Peer, unique: str) -> None:
    leading(either, f"/sparql?name={unique}&gate={unique}", unique).close()
    either.tell("await", event=f"{unique} gone", count=1)


@pytest.mark.parametrize("field", ["h-cache-control=no-store", "h-set-cookie=a", "h-vary=Cookie"])
def test_an_answer_for_one_request_is_not_shared(
    either: Peer, pool: ThreadPoolExecutor, unique: str, field: str
) -> None:
    asked = ask_all(pool, either, f"/sparql?name={unique}&gate={unique}&{field}", 4)
    either.tell("open", gate=unique)
    assert {each.result().json()["evaluation"] for each in asked} == {1, 2, 3, 4}


def test_a_problem_is_shared_and_not_kept(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    target = f"/sparql?name={unique}&gate={unique}&status=503&h-cache-control=no-store"
    asked = ask_all(pool, either, target, 4)
    either.tell("open", gate=unique)
    assert {each.result().json()["evaluation"] for each in asked} == {1}
    assert either.get(target).json()["evaluation"] == 2


def test_a_failure_is_told_to_all(either: Peer, pool: ThreadPoolExecutor, unique: str) -> None:
    asked = ask_all(pool, either, f"/sparql?name={unique}&gate={unique}&fail=at%20once", 3)
    either.tell("open", gate=unique)
    for each in asked:
        answer = each.result()
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret" not in answer.text


def test_a_stream_that_breaks_off_is_begun_anew(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    target = f"/sparql?name={unique}&gate={unique}&pieces=2&fail=within"
    with leading(either, target, unique) as leader:
        follower = pool.submit(either.get, target)
        either.tell("followers", count=1)
        either.tell("open", gate=unique)
        assert not read_all(leader).endswith(b"0\r\n\r\n")
    with pytest.raises(httpx.RemoteProtocolError):  # its own evaluation breaks off as well
        follower.result()
    assert either.tell("counts")[f"{unique} begun"] == 2


def test_a_stream_is_shared_when_it_is_whole(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    asked = ask_all(pool, either, f"/sparql?name={unique}&gate={unique}&pieces=3&padding=9000", 3)
    either.tell("open", gate=unique)
    answers = [each.result() for each in asked]
    assert len({each.content for each in answers}) == 1
    assert either.tell("counts")[f"{unique} begun"] == 1


def test_nobody_waits_for_a_leader_who_reads_slowly(
    either: Peer, pool: ThreadPoolExecutor, unique: str
) -> None:
    # More than the sockets' buffers hold, so that the sender must wait for the reader.
    target = f"/sparql?name={unique}&gate={unique}&pieces=12&padding=1000000"
    leader = leading(either, target, unique)
    follower = pool.submit(either.get, target)
    either.tell("followers", count=1)
    either.tell("open", gate=unique)
    assert len(follower.result().content) > 12_000_000  # while the leader has read nothing
    assert either.tell("counts")[f"{unique} ended"] == 1
    leader.close()


def test_a_slow_reader_holds_the_stream_back(either: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}&pieces=60&padding=1000000"
    with leading(either, target, unique) as connection:
        for _ in range(20):
            made = either.tell("counts")[f"{unique} pieces"]
        assert made < 30, "what nobody reads is not made"
        size = 0
        while size < 60_000_000:
            size += len(connection.recv(1 << 20))
        either.tell("await", event=f"{unique} ended", count=1)


def test_the_room_for_streams_is_bounded(unique: str) -> None:
    """Streams that are under way at once are not all held in memory."""
    with peer("cache_mb=4") as running:
        leaders = []
        for number in range(8):
            name = f"{unique}-{number}"
            target = f"/sparql?name={name}&pieces=2&padding=900000&between={unique}-"
            leaders.append(leading(running, target, name))
            running.tell("await", event=f"{name} pieces", count=1)
        running.tell("open", gate=f"{unique}-1")
        for number, connection in enumerate(leaders):
            running.tell("await", event=f"{unique}-{number} ended", count=1)
            connection.close()
        assert 1 <= running.tell("figures")["entries"] <= 2
