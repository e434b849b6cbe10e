"""Tables and files of what a run measured."""

import json
import os
import platform
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.comparing import Figure
from benchmarks.servers import Loaded
from rich.console import Console
from rich.table import Table

__all__ = ["Comparison", "Report"]

_PAGE_HEAD: Final = """# Benchmarks

Written by `make bench`; the numbers of a run are in `benchmarks/results/`. All servers run on one
machine at the same time and take turns; figures are CPU milliseconds a request of a server's whole
process tree, exited workers included, and in parentheses how many times as much as medrd-kg took
(above 1: medrd-kg takes less). Requests go over loopback with keep-alive and ask for JSON, for
N-Triples where they ask for a graph.

- *Hot* tasks repeat one request; *cold* ones, and all from `matrix` on, never send the same text
  twice, so that no cache of answers helps.
- oxigraph serve reads its store from disk (page cache warm), read-only. Virtuoso's buffers hold all
  data. rdflib-endpoint holds them in memory and is left out where they are too many.
- medrd-kg holds the data in memory, up to a limit, in forked workers that can be killed; it serves
  the shipped graph as a release, and synthetic data as written through the Graph Store Protocol.
- A dash is no answer: in time, or at all. A star marks an answer of another size than medrd-kg's.
"""


@dataclass(slots=True)
class Comparison:
    """All that was measured over one dataset.

    Attributes:
        dataset: Its name.
        triples: How many it has.
        loaded: What loading took, by server.
        figures: By task and server.
        absent: Why a server is missing, by its name.
    """

    dataset: str
    triples: int
    loaded: dict[str, Loaded] = field(default_factory=dict)
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """A whole run.

    Attributes:
        ours: Name of the server that the others are compared with.
        versions: Of the servers.
        repeats: How often each task was measured.
        comparisons: One a dataset.
    """

    ours: str
    versions: Mapping[str, str]
    repeats: int
    comparisons: list[Comparison] = field(default_factory=list)

    def show(self, comparison: Comparison, console: Console) -> None:
        """Print the table of one dataset."""
        title = f"{comparison.dataset}: {comparison.triples:,} triples"
        table = Table("CPU ms a request", *comparison.loaded, title=title)
        for row in self._rows(comparison):
            table.add_row(*row)
        console.print(table)
        for name, reason in comparison.absent.items():
            console.print(f"{name} is left out: {reason}", highlight=False)
        for task, of_task in comparison.figures.items():
            for name, figure in of_task.items():
                if figure.fault:
                    console.print(f"{task}, {name}: {figure.fault}", highlight=False, markup=False)

    def write(self, path: Path) -> None:
        """Write all figures as JSON."""
        document: dict[str, Any] = {
            "machine": _machine(),
            "versions": dict(self.versions),
            "repeats": self.repeats,
            "comparisons": [asdict(each) for each in self.comparisons],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    def write_page(self, path: Path) -> None:
        """Write the page of the documentation; what it says of other datasets stays."""
        sections = _sections(path.read_text(encoding="utf-8")) if path.exists() else {}
        for each in self.comparisons:
            sections[each.dataset] = "\n".join(self._section(each))
        path.write_text("\n".join([_PAGE_HEAD, *sections.values()]), encoding="utf-8")

    def _section(self, comparison: Comparison) -> Iterator[str]:
        """Yield the lines of a dataset's section."""
        yield f"## {comparison.dataset}: {comparison.triples:,} triples"
        yield ""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        yield f"{_machine()}; {time.strftime('%Y-%m-%d', time.gmtime())}; {versions}."
        yield f"Median of {self.repeats}." if self.repeats > 1 else "Measured once."
        yield ""
        yield f"| CPU ms a request | {' | '.join(comparison.loaded)} |"
        yield "|---|" + "---:|" * len(comparison.loaded)
        for row in self._rows(comparison):
            yield f"| {' | '.join(row)} |"
        for name, reason in comparison.absent.items():
            yield f"\n{name} is left out: {reason}."
        yield ""

    def _rows(self, comparison: Comparison) -> Iterator[list[str]]:
        for task, of_task in comparison.figures.items():
            own = of_task.get(self.ours)
            yield [task, *(_cell(each, own) for each in of_task.values())]
        for percent in ("p50", "p99"):
            small = [name for name in comparison.figures if "tiny" in name]
            for task in small:
                of_task = comparison.figures[task]
                yield [
                    f"{task}, {percent} wall ms",
                    *(_wall(each, percent) for each in of_task.values()),
                ]
        yield [
            "loading, 1000 triples a CPU second",
            *(
                f"{comparison.triples / 1000 / max(each.cpu_seconds, 0.01):.0f}"
                for each in comparison.loaded.values()
            ),
        ]
        yield [
            "loading, wall s",
            *(f"{each.wall_seconds:.1f}" for each in comparison.loaded.values()),
        ]


def _sections(page: str) -> dict[str, str]:
    """Return the sections of a page by dataset."""
    return {section.partition(":")[0]: f"## {section}" for section in page.split("\n## ")[1:]}


def _cell(figure: Figure, own: Figure | None) -> str:
    if figure.fault or not figure.cpu:
        return "-"
    said = _short(figure.cpu_ms)
    if own is None or own.fault or own is figure or len(own.cpu) != len(figure.cpu):
        return said
    star = "" if figure.rows == own.rows else " *"
    return f"{said} ({_short(figure.times(own))}){star}"


def _wall(figure: Figure, percent: str) -> str:
    values = getattr(figure, percent)
    return _short(statistics.median(values)) if values and not figure.fault else "-"


def _short(value: float) -> str:
    """Write a number with two or three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def _machine() -> str:
    return f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
