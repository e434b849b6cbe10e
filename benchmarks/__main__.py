"""Compare the server with its peers: `python -m benchmarks --help`."""

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import zstandard
from benchmarks.comparing import compare
from benchmarks.load import send
from benchmarks.report import Comparison, Report
from benchmarks.servers import SERVERS, Dataset, MedrdKg, Server, Unavailable
from benchmarks.shipped import CACHE, CHECKOUT, RELEASE, RESULTS, dump_of
from benchmarks.synthetic import Scale, write
from benchmarks.tasks import SUBJECTS, Task, tasks
from rich.console import Console

PAGE: Final = CHECKOUT / "docs" / "benchmarks.md"
SIZES: Final = {"100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
SHIPPED: Final = "shipped"


def main() -> None:
    """Run the comparison that the command line asks for."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 160)
    chosen, absent = _available(arguments.peers)
    for name, reason in absent.items():
        console.print(f"{name} is left out: {reason}", highlight=False, markup=False)
    versions = {each.name: said for each, said in chosen.items()}
    report = Report(MedrdKg.name, versions, arguments.repeats)
    begun = time.monotonic()
    for name in arguments.sizes:
        dataset = _dataset(name)
        comparison = _run(dataset, list(chosen), arguments, console)
        comparison.absent |= absent
        report.comparisons.append(comparison)
        report.show(comparison, console)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    report.write(RESULTS / f"{stamp}.json")
    console.print(
        f"{time.monotonic() - begun:.0f} s; all figures in benchmarks/results/{stamp}.json"
    )
    if arguments.page:
        report.write_page(PAGE)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=lambda text: text.split(","),
        default=[SHIPPED, *list(SIZES)[:2]],
        help=f"datasets, separated by commas: {SHIPPED}, {', '.join(SIZES)}; 10M is not default",
    )
    names = [each.name for each in SERVERS]
    parser.add_argument(
        "--peers",
        type=lambda text: text.split(","),
        default=names[1:],
        help=f"separated by commas: {', '.join(names[1:])}",
    )
    parser.add_argument("--repeats", type=int, default=3, help="how often each task is measured")
    parser.add_argument("--quick", action="store_true", help="100k triples, measured once")
    parser.add_argument("--tasks", type=lambda text: text.split(","), help="only these tasks")
    parser.add_argument("--page", action="store_true", help="write docs/benchmarks.md anew")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.sizes, arguments.repeats = ["100k"], 1
    if unknown := set(arguments.sizes) - {SHIPPED, *SIZES} | set(arguments.peers) - set(names):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return arguments


def _available(peers: Sequence[str]) -> tuple[dict[type[Server], str], dict[str, str]]:
    """Return the versions of the servers that are here, and why others are not."""
    chosen, absent = dict[type[Server], str](), dict[str, str]()
    for each in SERVERS:
        if each is MedrdKg or each.name in peers:
            try:
                chosen[each] = each(Path()).version()
            except Unavailable as reason:
                absent[each.name] = str(reason)
    return chosen, absent


def _run(
    dataset: Dataset,
    chosen: Sequence[type[Server]],
    arguments: argparse.Namespace,
    console: Console,
) -> Comparison:
    """Load the data into all servers, and ask them in turn."""
    comparison = Comparison(dataset.name, dataset.triples)
    running: list[Server] = []
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="medrd-kg-bench-")))
        for kind in chosen:
            if dataset.triples > kind.largest:
                comparison.absent[kind.name] = f"it holds up to {kind.largest:,} triples here"
                continue
            server = kind(top / kind.__name__)
            server.folder.mkdir()
            stack.callback(server.stop)
            console.print(f"{dataset.name}: loading {kind.name}", highlight=False)
            try:
                comparison.loaded[kind.name] = server.load(dataset)
            except Unavailable as reason:
                comparison.absent[kind.name] = str(reason)
                server.stop()
            else:
                running.append(server)
        wanted = [
            task
            for task in tasks(_subjects(running[0]))
            if not arguments.tasks or task.name in arguments.tasks
        ]

        def tell(name: str) -> None:
            console.print(f"{dataset.name}: {name}", highlight=False)

        comparison.figures = compare(running, wanted, arguments.repeats, tell)
    return comparison


def _subjects(server: Server) -> list[str]:
    """Return IRIs of things to look up, the same whatever the server's order."""
    asked = Task("subjects", lambda _: SUBJECTS)
    body = send(server.endpoint, asked, iter([0]), 1, timeout=120).body
    return sorted(each["s"]["value"] for each in json.loads(body)["results"]["bindings"])


def _dataset(name: str) -> Dataset:
    """Return a dataset, written to the cache when it is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{name}.nt"
    if name != SHIPPED:
        # A later generator may write other data: they are cheap to write anew.
        return Dataset(name, path, write(Scale(SIZES[name]), path))
    manifest, dump = dump_of(RELEASE)
    with dump.open("rb") as source, zstandard.ZstdDecompressor().stream_reader(source) as quads:
        # The graph is the last word before the full stop; a triple of two graphs counts once.
        triples = {each.rsplit(b" ", 2)[0] for each in io.BufferedReader(quads)}
    path.write_bytes(b"".join(each + b" .\n" for each in sorted(triples)))
    if len(triples) != manifest.triples:
        raise RuntimeError(f"{len(triples)} triples in the dump, {manifest.triples} in the release")
    return Dataset(name, path, len(triples), RELEASE)


if __name__ == "__main__":
    main()
