"""How fast the store of a release is loaded, beside the engine's own bulk loader.

Both get the same statements, each for its named graph and for the merge of all graphs, which is
the default graph. They load in turn, each into a new store in a process of its own. Beside them
the engine loads the named graphs alone: what the merge costs.

usage: python -m benchmarks.loading [--dump FILE] [--repeats N] [--folder DIR]
"""

import argparse
import json
import multiprocessing
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

import pyoxigraph as ox
import zstandard
from benchmarks.shipped import RELEASE, RESULTS, dump_of
from rich.console import Console
from rich.table import Table

from medrd_kg.build.store_filling import fill
from medrd_kg.store.embedded import EmbeddedStore

OURS: Final = "medrd-kg"
ENGINE: Final = "bulk_load, same quads"
NAMED: Final = "bulk_load, without the merge"
WAYS: Final = (OURS, ENGINE, NAMED)

_GRAPH_NAME: Final = re.compile(rb" <[^<>]*> \.\n")
_BLOCK: Final = 1 << 22
_BYTES_PER_KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load took.

    Attributes:
        way: Who loaded what.
        quads: Number of quads in the store, the merge included.
        load_cpu: Processor seconds of the load.
        load_wall: Seconds by the clock of the load.
        compaction_cpu: Processor seconds of putting the files in order for readers.
        compaction_wall: Seconds by the clock of that.
        peak_bytes: Largest memory of the process.
    """

    way: str
    quads: int
    load_cpu: float
    load_wall: float
    compaction_cpu: float
    compaction_wall: float
    peak_bytes: int


def main() -> None:
    """Load in turn and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument(
        "--dump", type=Path, help="N-Quads of a release, .zst; default: the shipped one"
    )
    parser.add_argument("--repeats", type=int, default=3, help="how often each way loads")
    parser.add_argument("--folder", type=Path, help="where files and stores are written")
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160)
    with tempfile.TemporaryDirectory(prefix="medrd-kg-bench-", dir=arguments.folder) as name:
        folder = Path(name)
        named, both = _written(arguments.dump or dump_of(RELEASE)[1], folder)
        figures: list[Loaded] = []
        for turn in range(arguments.repeats):
            for way in WAYS:
                figures.append(_apart(way, both if way == ENGINE else named, folder / "store"))
                console.print(f"turn {turn + 1}: {figures[-1]}", highlight=False, soft_wrap=True)
    if len(held := {each.quads for each in figures if each.way != NAMED}) != 1:
        raise RuntimeError(f"the stores hold different numbers of quads: {held}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = RESULTS / f"loading-{stamp}.json"
    path.write_text(json.dumps([asdict(each) for each in figures], indent=1) + "\n")
    console.print(_table(figures))


def _written(dump: Path, folder: Path) -> tuple[Path, Path]:
    """Write the statements, and the same with each once more for the merge."""
    named, both = folder / "named.nq", folder / "both.nq"
    with dump.open("rb") as source, named.open("wb") as target:
        zstandard.ZstdDecompressor().copy_stream(source, target)
    with named.open("rb") as source, both.open("wb") as target:
        while block := source.read(_BLOCK):
            lines = block + source.readline()
            target.write(lines)
            target.write(_GRAPH_NAME.sub(b" .\n", lines))
    return named, both


def _apart(way: str, lines: Path, store: Path) -> Loaded:
    """Load in a process of its own, into a store that is removed afterwards."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        loaded = pool.apply(_load, (way, lines, store))
    shutil.rmtree(store)
    return loaded


def _load(way: str, lines: Path, folder: Path) -> Loaded:
    if way == OURS:
        ours = EmbeddedStore(folder)
        loading = _timed(lambda: fill(ours, lines))
        compacting = _timed(ours.optimise)
        quads = ours.held()
        ours.close()
    else:
        engine = ox.Store(str(folder))
        loading = _timed(
            lambda: engine.bulk_load(path=str(lines), format=ox.RdfFormat.N_QUADS),
        )
        compacting = _timed(engine.optimize)
        quads = len(engine)
    return Loaded(way, quads, *loading, *compacting, _peak())


def _peak() -> int:
    """Return the largest memory since this program began (what getrusage says is inherited)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("the system does not tell the largest memory of a process")
    return int(found[1]) * _BYTES_PER_KIB


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return processor seconds of all threads and seconds by the clock."""
    cpu, wall = time.process_time(), time.monotonic()
    work()
    return time.process_time() - cpu, time.monotonic() - wall


def _table(figures: Sequence[Loaded]) -> Table:
    """Show medians, and rates beside the engine's in the same turn."""
    table = Table(title="Loading a store: medians")
    for column in ("", "quads", "CPU s", "wall s", "compaction CPU s", "wall s", "peak GB"):
        table.add_column(column, justify="right" if column else "left")
    table.add_column("rate, CPU", justify="right")
    table.add_column("rate, wall", justify="right")
    peer = [each for each in figures if each.way == ENGINE]
    for way in WAYS:
        mine = [each for each in figures if each.way == way]
        cells = [
            median(each.load_cpu for each in mine),
            median(each.load_wall for each in mine),
            median(each.compaction_cpu for each in mine),
            median(each.compaction_wall for each in mine),
            max(each.peak_bytes for each in mine) / 1e9,
            median(b.load_cpu / a.load_cpu for a, b in zip(mine, peer, strict=True)),
            median(b.load_wall / a.load_wall for a, b in zip(mine, peer, strict=True)),
        ]
        shown = (f"{each:.1f}" for each in cells[:5])
        table.add_row(way, f"{mine[0].quads:,}", *shown, *(f"{each:.2f}" for each in cells[5:]))
    return table


if __name__ == "__main__":
    main()
