"""The policy's questions over REST, beside the SPARQL for the same on Virtuoso, caches off.

usage: python -m benchmarks.questions [--data-dir DIR] [--repeats N] [--without-virtuoso]

Each question is asked of ``/api/v1`` on a server without a cache of answers. Its ``explain=true``
gives the SPARQL that Virtuoso is asked over the merge of the same graphs; a question that takes
several queries costs their sum there.
"""

import argparse
import io
import itertools
import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zstandard
from benchmarks.comparing import Figure, measure
from benchmarks.load import Endpoint, RequestFailed, send
from benchmarks.servers import Dataset, MedrdKg, Server, Unavailable, Virtuoso
from benchmarks.shipped import CACHE, CHECKOUT, RELEASE, RESULTS, dump_of
from benchmarks.tasks import Task
from rich.console import Console
from rich.table import Table

QUESTIONS: Final = (
    "coverage?rows=disease-area&columns=project&fiscal_year=2022",
    "coverage?rows=disease-area&columns=modality&scope=all",
    "coverage?rows=disease-area&columns=ministry&measure=amount&fiscal_year=2020",
    "coverage?rows=programme&columns=modality&limit=100",
    "linkages?of=project,project&via=disease-area&via=modality&fiscal_year=2022",
    "linkages?of=ministry,ministry&via=disease-area&via=modality",
    "linkages?of=topic,programme&via=disease-area",
    "bridges",
    "stated-links",
    "gaps?kind=combinations",
    "gaps?kind=concepts",
    "gaps?kind=items-without-facet",
    "gaps?kind=scope-without-topic&fiscal_year=2022",
    "gaps?kind=topics-without-money&fiscal_year=2022",
    "gaps?kind=money-without-topic&fiscal_year=2022",
    "gaps?kind=indicators-without-results",
    "gaps?kind=targets-missed&fiscal_year=2020",
    "overlaps?fiscal_year=2020",
    "flows?fiscal_year=2020",
    "flows?fiscal_year=2021&stage=executed",
    "flows/recipients?fiscal_year=2020",
    "changes?from=2020&to=2021",
    "pdca?project=drugs",
    "paths?source=prj:drugs&target=prj:genome-data",
    "topic-programmes?fiscal_year=2022",
    "process",
    "search?q=%E3%81%8C%E3%82%93",
)

_WITHOUT_SPARQL: Final = "search"
"""What no query can answer: it has no explanation."""

_RECKONED_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Addresses(Endpoint):
    """Takes what comes after ``/api/v1/`` where other endpoints take a query."""

    def request(self, query: str, accept: str) -> bytes:
        return (
            f"GET {self.path}{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Accept: application/json, {accept};q=0.5\r\n\r\n"
        ).encode()


class _Rest(MedrdKg):
    """This project's server, asked over REST, without kept answers."""

    more: tuple[str, ...] = ("--cache-mb", "0")

    @property
    def endpoint(self) -> Endpoint:
        return _Addresses(self.port, "/api/v1/")


@dataclass(slots=True)
class _Measured:
    """What a question took.

    Attributes:
        question: Its address below ``/api/v1/``.
        ours: CPU and wall time over REST.
        theirs: The same of each SPARQL query on Virtuoso.
    """

    question: str
    ours: Figure = field(default_factory=Figure)
    theirs: list[Figure] = field(default_factory=list)

    @property
    def virtuoso_ms(self) -> float | None:
        """CPU milliseconds on Virtuoso; None where it gave no answer or there is no SPARQL."""
        if not self.theirs or any(each.fault for each in self.theirs):
            return None
        return sum(each.cpu_ms for each in self.theirs)


def main() -> None:
    """Measure, and print a table; the figures go to ``benchmarks/results``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=RELEASE)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--without-virtuoso", action="store_true")
    arguments = parser.parse_args()
    console = Console(width=160)
    dataset = _merged(arguments.data_dir)
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="medrd-kg-bench-")))
        rest: Server = _Rest(top / "rest")
        others: list[Server] = [] if arguments.without_virtuoso else [Virtuoso(top / "virtuoso")]
        for server in (rest, *others):
            server.folder.mkdir()
            stack.callback(server.stop)
            try:
                server.version()
                server.load(dataset)
            except Unavailable as reason:
                console.print(f"{server.name} is left out: {reason}", highlight=False)
                others = []
        measured = []
        for question in QUESTIONS:
            console.print(question, highlight=False)
            measured.append(_measured(question, rest, others, arguments.repeats))
    console.print(_table(dataset, measured))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    results = RESULTS / f"questions-{stamp}.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(_document(dataset, measured), indent=1), encoding="utf-8")
    console.print(f"all figures in {results.relative_to(CHECKOUT)}", highlight=False)


def _merged(folder: Path) -> Dataset:
    """Return the merge of all graphs of a release, as a file for other servers."""
    manifest, dump = dump_of(folder)
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{manifest.version}.nt"
    if not path.is_file():
        with dump.open("rb") as source, zstandard.ZstdDecompressor().stream_reader(source) as quads:
            # The graph is the last word before the full stop; a triple of two graphs counts once.
            triples = {each.rsplit(b" ", 2)[0] for each in io.BufferedReader(quads)}
        path.write_bytes(b"".join(each + b" .\n" for each in sorted(triples)))
    return Dataset(manifest.version, path, manifest.triples, folder)


def _measured(question: str, rest: Server, others: list[Server], repeats: int) -> _Measured:
    """Measure one question on all servers in turn."""
    found = _Measured(question)
    tasks = {id(rest): [(Task(question, lambda _: question), found.ours)]}
    for other in others:
        queries = [_prefixed(each) for each in _queries(rest, question)]
        found.theirs = [Figure() for _ in queries]
        tasks[id(other)] = [
            (Task(question, _fresh(text)), figure)
            for text, figure in zip(queries, found.theirs, strict=True)
        ]
    for server in (rest, *others):
        for task, figure in tasks[id(server)]:
            try:
                run = send(server.endpoint, task, itertools.count(), 1, timeout=_RECKONED_SECONDS)
                figure.rows = _size(run.body)
            except (RequestFailed, OSError, ValueError) as fault:
                figure.fault = str(fault)
    for repeat in range(1, repeats + 1):
        for server in (rest, *others):
            for task, figure in tasks[id(server)]:
                if not figure.fault:
                    measure(server, task, itertools.count(repeat * 1_000_000), figure)
    return found


def _queries(rest: Server, question: str) -> list[str]:
    """Return the SPARQL that gives the answer to a question; none where no SPARQL does."""
    if question.startswith(_WITHOUT_SPARQL):
        return []
    mark = "&" if "?" in question else "?"
    address = f"http://127.0.0.1:{rest.port}/api/v1/{question}{mark}explain=true"
    with urllib.request.urlopen(address, timeout=60) as answer:
        document: dict[str, Any] = json.load(answer)
    return [each["query"] for each in document["explanation"]["queries"]]


def _prefixed(query: str) -> str:
    """Return a query as Virtuoso reads it: without comments, which it may take for fragments."""
    lines = (line for line in query.splitlines() if not line.lstrip().startswith("#"))
    return " ".join(lines)


def _fresh(query: str) -> Any:  # noqa: ANN401 - a function from a number to a text
    """Return a query that is another text each time, so that no compiled one is found again."""
    return lambda number: f"{query} #{number}\n"


def _size(body: bytes) -> int:
    """Count the rows or entries of an answer."""
    document = json.loads(body)
    if "results" in document:
        return len(document["results"]["bindings"])
    return int(document.get("total", 1))


def _rows(measured: list[_Measured]) -> Iterator[tuple[str, ...]]:
    for each in measured:
        ours, theirs = each.ours, each.virtuoso_ms
        if ours.fault:
            yield each.question, ours.fault, "", "", ""
            continue
        said = "-" if theirs is None else f"{theirs:.1f}"
        ratio = "" if theirs is None else f"{theirs / max(ours.cpu_ms, 1e-6):.1f}"
        p50 = sorted(ours.p50)[len(ours.p50) // 2]
        yield each.question, f"{ours.cpu_ms:.1f}", f"{p50:.1f}", said, ratio


def _table(dataset: Dataset, measured: list[_Measured]) -> Table:
    table = Table(
        "question",
        "CPU ms",
        "p50 wall ms",
        "Virtuoso CPU ms",
        "times",
        title=f"{dataset.name}: {dataset.triples:,} triples",
    )
    for row in _rows(measured):
        table.add_row(*row)
    return table


def _document(dataset: Dataset, measured: list[_Measured]) -> dict[str, Any]:
    return {
        "release": dataset.name,
        "triples": dataset.triples,
        "questions": [
            {
                "question": each.question,
                "cpu_ms": each.ours.cpu,
                "p50_ms": each.ours.p50,
                "fault": each.ours.fault,
                "virtuoso": [
                    {"cpu_ms": one.cpu, "rows": one.rows, "fault": one.fault} for one in each.theirs
                ],
            }
            for each in measured
        ],
    }


if __name__ == "__main__":
    main()
