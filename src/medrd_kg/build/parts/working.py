"""The processes that examine parts, each with a bench of its own."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from medrd_kg.build.parts.examining import Bench, key_of
from medrd_kg.build.parts.extent import Extent, Range
from medrd_kg.build.parts.patterns import Patterns
from medrd_kg.build.parts.shape_scopes import ShapeScopes
from medrd_kg.build.parts.verdicts import Verdict
from medrd_kg.build.rules import Rule
from medrd_kg.parents import end_with_parent

__all__ = ["Told", "check", "check_far", "derive", "processes"]

_PROCESSES: Final = min(os.cpu_count() or 1, 2)
"""More would take more memory than a build may."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a process must know to examine parts.

    Attributes:
        stated: File of all stated lines, sorted.
        shapes: Folder of the shapes.
        rules: The rules.
        vocabulary: File of the lines of the ontology.
        premises: File of the same with all that follows from it.
        kept: Folder for what is kept from build to build.
    """

    stated: Path
    shapes: Path
    rules: tuple[Rule, ...]
    vocabulary: Path
    premises: Path
    kept: Path


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Start processes that end with the context, and with this process however that ends."""
    pool = ProcessPoolExecutor(
        _PROCESSES, mp_context=get_context("spawn"), initializer=end_with_parent
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _bench(told: Told) -> Bench:
    vocabulary, premises = told.vocabulary.read_bytes(), told.premises.read_bytes()
    rules = [f"{rule.name} {rule.text}".encode() for rule in told.rules]
    shapes = [path.read_bytes() for path in sorted(told.shapes.glob("*.ttl"))]
    return Bench(
        extent=Extent(told.stated),
        scopes=ShapeScopes.load(told.shapes),
        shapes_key=key_of(vocabulary, *shapes).encode(),
        patterns=Patterns(premises, told.rules),
        rules_key=key_of(premises, *rules).encode(),
        vocabulary=vocabulary,
        kept=told.kept,
    )


def derive(told: Told, part: Range) -> Path:
    """See `Bench.derive`."""
    return _bench(told).derive(part)


def check(told: Told, part: Range) -> tuple[Path, Verdict]:
    """See `Bench.check`."""
    return _bench(told).check(part)


def check_far(
    told: Told, number: int, files: Sequence[Path], types: Path | None
) -> tuple[Path, Verdict]:
    """See `Bench.check_far`; the shape is named by its number in `ShapeScopes.far`."""
    bench = _bench(told)
    return bench.check_far(bench.scopes.far[number], files, types)
