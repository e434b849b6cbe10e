"""Clients in processes of their own, so that they and the test do not slow each other.

``python -m tests.survival.clients attack ADDRESS``: eight connections send the killers in turn
without pause until standard input ends; then a JSON object says how each one ended.

``python -m tests.survival.clients read ADDRESS SECONDS NAME``: one connection sends distinct ASK
queries and REST requests, one after the other; a JSON object has milliseconds and failures.
"""

import http.client
import itertools
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from tests.survival.killers import KILLERS

__all__ = ["Attack", "Exchange", "Readings", "attacking", "exchange", "post_query", "read_for"]

CHECKOUT: Final = Path(__file__).parents[2]
ATTACKERS: Final = 8
_JSON: Final = "application/sparql-results+json, application/n-triples;q=0.9"
_MODULE: Final = "tests.survival.clients"
_MILLISECONDS: Final = 1000


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it.

    Attributes:
        status: The status, 0 when the connection broke before one came.
        headers: The headers, names in lower case.
        body: What came of the body; no more than the bytes that were asked to be kept.
        whole: Whether the body ended as announced.
        seconds: From sending to the end.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    seconds: float

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document, empty for anything else."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return {}
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def end(self) -> str:
        """Slug of the problem, ``answered``, or ``cut`` for what broke off."""
        if not self.whole:
            return "cut"
        slug = str(self.problem.get("type", "")).rsplit("/", 1)[-1]
        return slug or ("answered" if self.status == http.client.OK else f"status {self.status}")


def exchange(
    address: str,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    keep: int = 1_000_000,
    timeout: float = 60,
) -> Exchange:
    """Send one request on a connection of its own and read the answer to its end."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=timeout)
    begun = time.monotonic()
    status, named, kept, whole = 0, dict[str, str](), bytearray(), False
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        status = response.status
        named = {name.lower(): value for name, value in response.getheaders()}
        while piece := response.read(65_536):
            kept += piece[: keep - len(kept)]
        whole = True
    except (http.client.HTTPException, ConnectionError):
        pass  # the exchange says so itself
    finally:
        connection.close()
    return Exchange(status, named, bytes(kept), whole, time.monotonic() - begun)


def post_query(
    address: str, text: str, accept: str = _JSON, *, keep: int = 1_000_000, timeout: float = 60
) -> Exchange:
    """Send a query in the body of a POST."""
    return exchange(
        address,
        "/sparql",
        method="POST",
        body=text.encode(),
        headers={"Content-Type": "application/sparql-query", "Accept": accept},
        keep=keep,
        timeout=timeout,
    )


@dataclass
class Attack:
    """What a finished attack did.

    Attributes:
        ends: How often each killer ended how: ``name: end`` with a count.
    """

    ends: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Readings:
    """What readers saw.

    Attributes:
        milliseconds: Of each request that succeeded.
        failures: One line for each that did not.
    """

    milliseconds: tuple[float, ...]
    failures: tuple[str, ...]

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many of a hundred requests were answered."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


@contextmanager
def attacking(address: str) -> Iterator[Attack]:
    """Have eight clients send killers while the block runs."""
    command = [sys.executable, "-m", _MODULE, "attack", address]
    attack = Attack()
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        try:
            yield attack
        finally:
            process.stdin.close()
            said = process.stdout.read()
        attack.ends |= json.loads(said)


def read_for(address: str, seconds: float, *, readers: int = 2, name: str = "r") -> Readings:
    """Have readers send requests for some time, and return what they saw together."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", _MODULE, "read", address, str(seconds), f"{name}{number}"],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(readers)
    ]
    seen = [json.loads(each.communicate()[0]) for each in processes]
    return Readings(
        tuple(itertools.chain.from_iterable(each["milliseconds"] for each in seen)),
        tuple(itertools.chain.from_iterable(each["failures"] for each in seen)),
    )


def _attack(address: str) -> None:
    over = threading.Event()
    ends: Counter[str] = Counter()
    turns = itertools.count()  # next() is one step, so that threads share it safely

    def attack() -> None:
        while not over.is_set():
            killer = KILLERS[next(turns) % len(KILLERS)]
            end = post_query(address, killer.text, keep=100_000).end
            ends[f"{killer.name}: {end}"] += 1

    threads = [threading.Thread(target=attack) for _ in range(ATTACKERS)]
    for each in threads:
        each.start()
    print("begun", flush=True)  # noqa: T201 - standard output is this program's answer
    sys.stdin.read()
    over.set()
    for each in threads:
        each.join()
    print(json.dumps(ends))  # noqa: T201


def _requests(name: str) -> Iterator[str]:
    """Yield the paths that a reader asks for; no two queries are the same."""
    projects = ("drugs", "devices-healthcare", "genome-data", "disease-basics")
    for number in itertools.count():
        project, fresh = projects[number % len(projects)], f"{name}x{number}"
        for ask in (
            f"ASK {{ ?{fresh} a <https://w3id.org/medrd-kg/core#PriorityTopic> }}",
            f"ASK {{ <https://w3id.org/medrd-kg/id/project/{project}> ?{fresh} ?o }}",
            f'ASK {{ ?s <http://www.w3.org/2000/01/rdf-schema#label> "{fresh}" }}',
        ):
            yield f"/sparql?query={quote(ask)}"
        yield f"/api/v1/topics?limit={1 + number % 10}&project={project}"
        yield f"/api/v1/projects/{project}"
        yield f"/api/v1/queries/projects-sharing-disease?limit={1 + number % 50}"
        yield f"/api/v1/evidence/policy-fy2022/S{1 + number % 99:03}"
        yield f"/id/project/{project}"


def _read(address: str, seconds: float, name: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    milliseconds, failures = [], []
    begun = time.monotonic()
    for path in _requests(name):
        sent = time.monotonic()
        if sent - begun > seconds:
            break
        try:
            connection.request("GET", path, headers={"Accept": "*/*"})
            response = connection.getresponse()
            body = response.read()
        except (http.client.HTTPException, OSError) as error:
            failures.append(f"{path}: {error!r}")
            connection.close()
            continue
        if response.status == http.client.OK:
            milliseconds.append((time.monotonic() - sent) * _MILLISECONDS)
        else:
            failures.append(f"{path}: {response.status} {body[:300]!r}")
    print(json.dumps({"milliseconds": milliseconds, "failures": failures}))  # noqa: T201


if __name__ == "__main__":
    what, where, *further = sys.argv[1:]
    if what == "attack":
        _attack(where)
    else:
        _read(where, float(further[0]), further[1])
