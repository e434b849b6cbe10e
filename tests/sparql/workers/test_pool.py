"""The pool with real processes: limits, lanes, edits, and what remains of all that."""

import asyncio
import contextlib
import gc
import os
import re
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.attachments import pack
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.frames import Kind, frame, headed, split_head
from medrd_kg.sparql.workers.job import Job, LaneName, Reply
from medrd_kg.sparql.workers.lanes import SLICE_SECONDS
from medrd_kg.sparql.workers.pool import Limits, Pool
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.sparql.writing import Update, to_message
from medrd_kg.store.base import Dataset
from medrd_kg.store.delta import Delta

ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " ".join(
    f"VALUES ?x{number} {{ {' '.join(map(str, range(30)))} }}" for number in range(12)
)
ENDLESS += " }"
LONG = "SELECT (COUNT(*) AS ?n) { " + " ".join(
    f"VALUES ?x{number} {{ {' '.join(map(str, range(50)))} }}" for number in range(4)
)
LONG += " }"
TIMEOUT = 1.0
AMPLE = 30.0


def asking(query: str, *, limit: float = TIMEOUT) -> Job:
    request = AskRequest("GET", urlencode({"query": query}).encode(), None, None, "http://x/", 0)
    return Job(frame(Kind.ASK, request.encode()), limit)


def run_with_pool(talk: Callable[[Pool], Awaitable[None]], dump: Path | None = None) -> None:
    """Talk to a pool with two slots for long queries, and see that nothing of it remains."""

    async def conversation() -> None:
        pool = Pool(DataSource(dump, union_default_graph=True), Limits(TIMEOUT, 200_000_000, 2))
        await pool.start()
        try:
            await talk(pool)
        finally:
            await pool.stop()

    before = descendants(os.getpid())
    asyncio.run(conversation())
    until = time.monotonic() + 10
    while (left := descendants(os.getpid()) - before) and time.monotonic() < until:
        os.sched_yield()
    assert not left, "processes outlive their pool"


async def until(holds: Callable[[], bool]) -> None:
    """Return when something holds; fail when it never does."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - other processes bring it about
            await asyncio.sleep(0.01)


def descendants(process: int) -> set[int]:
    """Return the processes below a process."""
    found: set[int] = set()
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, listed.read_text(encoding="ascii").split()):
                found |= {child, *descendants(child)}
    return found


async def fault_of(pool: Pool, query: str, *, limit: float = TIMEOUT) -> Problem:
    with pytest.raises(Problem) as caught:
        await pool.run(asking(query, limit=limit))
    return caught.value


async def body_of(pool: Pool, query: str) -> bytes:
    reply = await pool.run(asking(query, limit=AMPLE))
    assert isinstance(reply, Reply)
    return reply.body


def test_siblings_draw_different_identifiers() -> None:
    drawn = "SELECT (UUID() AS ?u) (BNODE() AS ?b) (RAND() AS ?r) {}"

    async def talk(pool: Pool) -> None:
        workers = [await pool.borrow(200_000_000) for _ in range(4)]
        jobs = [asking(drawn) for _ in workers]
        for worker, job in zip(workers, jobs, strict=True):
            pool.start_on(worker, job)
        replies = [await job.answer() for job in jobs]
        assert len({reply.body for reply in replies}) == len(workers)
        for worker in workers:
            pool.retire(worker)

    run_with_pool(talk)


def test_siblings_name_their_new_blank_nodes_differently() -> None:
    message, body = to_message(
        Update(
            "INSERT DATA { GRAPH <urn:g> { _:a <urn:p> 1 } } ;"
            " INSERT { GRAPH <urn:g> { _:a <urn:q> ?b } } WHERE { BIND(BNODE() AS ?b) }",
            Dataset(),
            "urn:x",
        )
    )
    table, packed = pack(body, None)
    sent = frame(Kind.EDIT, headed([message, table, False], packed))

    async def talk(pool: Pool) -> None:
        nodes: list[str] = []
        for _ in range(2):
            worker = await pool.borrow(200_000_000)
            job = Job(sent, AMPLE)
            pool.start_on(worker, job)
            outcome, delta = split_head(await job.answer())
            assert outcome == {"created": True, "added": 2, "removed": 0}
            nodes += re.findall(r"_:\w+", Delta.decode(delta).added.decode())
            pool.retire(worker)
        assert len(nodes) == len(set(nodes)) == 6

    run_with_pool(talk)


def test_a_query_that_takes_too_long_ends_in_time() -> None:
    async def talk(pool: Pool) -> None:
        problem = await fault_of(pool, ENDLESS)
        assert problem.slug == "query-timeout"
        assert problem.extra["limit"] == TIMEOUT
        assert TIMEOUT <= problem.extra["elapsed"] <= TIMEOUT + 0.5
        assert problem.hint
        assert "Retry-After" not in problem.headers
        assert pool.counters.timeouts == 1

    run_with_pool(talk)


def test_a_query_that_wants_too_much_memory_ends() -> None:
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    greedy = f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('a long text' AS ?x0) {doubled} }}"

    async def talk(pool: Pool) -> None:
        problem = await fault_of(pool, greedy, limit=AMPLE)
        assert problem.slug == "query-memory"
        assert problem.extra["limit"] == 200
        assert b"true" in await body_of(pool, "ASK {}"), "the next query has another worker"

    run_with_pool(talk)


def test_short_queries_pass_while_long_ones_run_and_wait() -> None:
    async def talk(pool: Pool) -> None:
        endless = [asyncio.create_task(fault_of(pool, f"{ENDLESS} # {n}")) for n in range(12)]
        for number in range(50):
            assert b"true" in await body_of(pool, f"ASK {{}} # {number}")
        slugs = [problem.slug for problem in await asyncio.gather(*endless)]
        assert slugs.count("query-timeout") >= 2
        assert set(slugs) <= {"query-timeout", "busy"}

    run_with_pool(talk)


def test_an_administrator_can_cancel() -> None:
    async def talk(pool: Pool) -> None:
        endless = asyncio.create_task(fault_of(pool, ENDLESS))
        await until(lambda: len(pool.running()) == 1)
        (job,) = pool.running()
        assert pool.cancel(job.id)
        assert not pool.cancel(job.id)
        assert (await endless).slug == "query-cancelled"
        assert pool.running() == []

    run_with_pool(talk)


def test_a_client_that_leaves_ends_its_query() -> None:
    async def talk(pool: Pool) -> None:
        left = asyncio.get_running_loop().create_future()

        async def gone() -> None:
            await left

        job = asking(ENDLESS)
        job.gone = gone
        answer = asyncio.create_task(pool.run(job))
        await until(lambda: pool.counters.long_queries == 1)
        left.set_result(None)
        with pytest.raises(Problem):
            await answer
        assert pool.counters.disconnected == 1
        assert pool.running() == []

    run_with_pool(talk)


REACHING_OUT = """
import os, socket, sys
from medrd_kg.sparql.workers.confinement import leave_network

def reaches():
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    except OSError:
        return False
    return True

assert reaches(), "the server is there"
print(leave_network(), reaches(), flush=True)
if os.fork() == 0:
    print(reaches(), flush=True)
    os._exit(0)
os.wait()
"""


def test_whoever_left_the_network_reaches_no_server_nor_do_its_children() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = subprocess.run(
            [sys.executable, "-c", REACHING_OUT, str(server.getsockname()[1])],
            check=True,
            capture_output=True,
            text=True,
        )
    assert said.stdout.split() == ["True", "False", "False"]


def test_workers_are_cut_off() -> None:
    async def talk(pool: Pool) -> None:
        assert pool.isolated

    run_with_pool(talk)


@pytest.mark.parametrize("query", [ENDLESS, "SELECT", "SELECT * { VALUES ?x { 1 } } LIMIT a"])
def test_a_failed_request_leaves_nothing_to_the_garbage_collector(query: str) -> None:
    """Requests may have megabytes, and the collector seldom looks at all."""

    async def fail(pool: Pool) -> "weakref.ref[Callable[[], Awaitable[None]]]":
        async def gone() -> None:
            await asyncio.Event().wait()

        job = asking(query)
        job.gone = gone
        with pytest.raises(Problem):
            await pool.run(job)
        return weakref.ref(gone)

    async def talk(pool: Pool) -> None:
        kept = await fail(pool)
        await asyncio.sleep(0)  # what was cancelled hears of it
        await asyncio.sleep(0)
        assert kept() is None

    gc.disable()
    try:
        run_with_pool(talk)
    finally:
        gc.enable()


def test_the_nursery_is_started_again(tmp_path: Path) -> None:
    dump = tmp_path / "data.nq"
    dump.write_text("<urn:a> <urn:b> <urn:c> <urn:g> .\n", encoding="utf-8")

    async def talk(pool: Pool) -> None:
        assert b"true" in await body_of(pool, "ASK { <urn:a> ?p ?o }")
        before = pool.nursery
        assert before is not None
        os.kill(before, signal.SIGKILL)
        await until(lambda: pool.is_open and pool.nursery not in {None, before})
        assert b"true" in await body_of(pool, "ASK { <urn:a> ?p ?o } # again")

    run_with_pool(talk, dump)


def test_a_long_query_yields_the_processor_with_all_its_threads() -> None:
    async def talk(pool: Pool) -> None:
        endless = asyncio.create_task(fault_of(pool, ENDLESS, limit=AMPLE))
        await until(lambda: pool.counters.long_queries == 1)
        (job,) = pool.running()
        assert job.worker is not None
        assert job.worker.yields
        threads = os.listdir(f"/proc/{job.worker.process}/task")  # noqa: PTH208 - names only
        assert len(threads) > 1
        assert {os.getpriority(os.PRIO_PROCESS, int(each)) for each in threads} == {19}
        assert pool.cancel(job.id)
        await endless

    run_with_pool(talk)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a priority back everywhere")
def test_a_worker_is_used_again_after_a_long_query() -> None:
    """What it has read is its own by then, so that it reads it faster."""

    async def talk(pool: Pool) -> None:
        await pool.run(asking("ASK {}", limit=AMPLE))  # a worker is ready then
        long = asking(LONG, limit=AMPLE)
        pool.submit(long)
        assert long.worker is not None
        process = long.worker.process
        await long.answer()
        assert pool.counters.long_queries == 1
        short = asking("ASK {}", limit=AMPLE)
        pool.submit(short)
        assert short.worker is not None
        assert short.worker.process == process
        threads = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 - names only
        assert len(threads) > 1
        assert {os.getpriority(os.PRIO_PROCESS, int(each)) for each in threads} == {0}
        await short.answer()

    run_with_pool(talk)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a priority back everywhere")
def test_a_worker_that_was_done_when_it_was_stopped_goes_on() -> None:
    """Its answer was on the way: it waits for no slot, and the next query gets it."""

    async def talk(pool: Pool) -> None:
        endless = [asking(ENDLESS, limit=AMPLE) for _ in range(2)]
        for each in endless:
            pool.submit(each)
        await until(lambda: pool.counters.long_queries == len(endless))
        job = asking(LONG, limit=AMPLE)
        pool.submit(job)
        worker = job.worker
        assert worker is not None
        lanes = []

        def hold_the_loop_up() -> None:
            """Return when the answer is there; nobody has read it yet."""
            while worker.processor_seconds() < 2 * SLICE_SECONDS or not _sleeps(worker.process):
                os.sched_yield()
            asyncio.get_running_loop().call_at(0, lambda: lanes.append(job.lane))

        loop = asyncio.get_running_loop()
        loop.call_at(0, hold_the_loop_up)  # before the look after all jobs that is due by then
        due = loop.time() + 0.02
        while loop.time() < due:
            os.sched_yield()
        await job.answer()
        assert lanes == [LaneName.WAITING]
        assert all(not each.is_over for each in endless)
        await until(lambda: _sleeps(worker.process))
        following = [asking("ASK {}") for _ in range(6)]  # more than there are workers
        for each in following:
            pool.submit(each)
        assert worker in {each.worker for each in following}
        for each in following:
            assert isinstance(await each.answer(), Reply)
        for each in endless:
            each.fail(Problem("query-cancelled", "the test is over"))

    run_with_pool(talk)


def _sleeps(process: int) -> bool:
    """Tell whether all threads of a process wait for something."""
    states = Path(f"/proc/{process}/task").glob("*/stat")
    return all(each.read_text(encoding="ascii").rpartition(") ")[2][0] in "ST" for each in states)
