"""Two ways of reading a content: at once in memory, or in parts where it is too large for that.

Both come to the same statements; a test holds them equal. In memory a small content is ready
sooner, and needs nothing from an earlier build.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from medrd_kg.build.canonical import canonical_lines
from medrd_kg.build.former_store import Former
from medrd_kg.build.gates import check_shapes, require_conformance
from medrd_kg.build.inference import Inference, committed_dir, infer, parts, reason
from medrd_kg.build.inputs import load_content
from medrd_kg.build.manifest import SourceRecord
from medrd_kg.build.parts.assembling import assemble
from medrd_kg.build.progress import Timings
from medrd_kg.build.quad_files import QuadFiles, write_quad_files
from medrd_kg.build.release import STORE
from medrd_kg.build.sorted_lines import merged
from medrd_kg.build.store_writing import write_store
from medrd_kg.build.validation import ValidationReport
from medrd_kg.search.joining import Extracts
from medrd_kg.sources.content import ContentFile
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["MOST_IN_MEMORY", "ReadContent", "read_at_once", "read_in_parts"]

MOST_IN_MEMORY: Final = 150_000_000
"""Bytes of Turtle up to which a content is read at once: nearly three million triples."""

_FAILED_VALIDATION: Final = "failed-validation.ttl"
"""File in the data directory with the SHACL report of the last build that failed by it."""

_WORK: Final = "work"
"""Folder in an unfinished release for files that do not stay in it."""

_KEPT: Final = "parts"
"""Folder in the data directory of what was found in parts, for later builds."""


@dataclass(frozen=True, slots=True)
class ReadContent:
    """A content that conforms, with what follows from it.

    Attributes:
        store: All of it.
        quads: The same as files.
        inference: How the inferred graph came about.
        validation: The report of the SHACL gate.
        kept: Folder for what later builds can use again, where the store is that of the release
            already; None for a content in memory.
        rows: What its parts yield for the fact tables; nothing for a content in memory.
        extracts: What its parts hold for the search index; nothing for a content in memory.
    """

    store: Store
    quads: QuadFiles
    inference: Inference
    validation: ValidationReport
    kept: Path | None
    rows: Mapping[str, Sequence[Path]]
    extracts: Extracts


def read_at_once(
    files: Sequence[ContentFile],
    _: Sequence[SourceRecord],
    *,
    root: Path,
    data_dir: Path,
    folder: Path,
    timings: Timings,
) -> ReadContent:
    """Read a content into memory.

    Args:
        files: The content.
        root: Content root, with shapes, rules and the reasoner's committed results.
        data_dir: Keeps the reasoner's results; receives the report on what does not conform.
        folder: The unfinished release.
        timings: Told of each step.

    Raises:
        Problem: ``invalid-data``: it does not parse or conform. ``reasoning-failed``: it is
            inconsistent.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        validating = beside.submit(
            check_shapes, [each.path for each in files], root / "ontology" / "shapes"
        )
        with timings.step("reading the content"):
            store = EmbeddedStore()
            load_content(store, files)
        with timings.step("looking up the reasoner's results"):
            each_part = parts(files)
        with timings.step("validating against the shapes"):
            validation = validating.result()
            require_conformance(validation, data_dir / _FAILED_VALIDATION)
    results = reason(
        each_part, committed=committed_dir(root), kept=data_dir / "reasoning", progress=timings
    )
    with timings.step("inferring by rule"):
        rules = infer(store, results, root / "ontology" / "rules")
    with timings.step("putting the statements into canonical form"):
        graphs = [canonical_lines(store.quads(name)) for name in store.graphs()]
        quads = write_quad_files(merged([lines] for lines in graphs), folder / _WORK)
    return ReadContent(
        store,
        quads,
        Inference(each_part, results, rules),
        validation,
        None,
        {},
        Extracts({}, ()),
    )


def read_in_parts(
    files: Sequence[ContentFile],
    records: Sequence[SourceRecord],
    *,
    root: Path,
    data_dir: Path,
    folder: Path,
    timings: Timings,
    former: Former | None = None,
) -> ReadContent:
    """Read a content in parts and write the release's store; see `read_at_once`.

    Args:
        files: The content.
        records: Of these files, among others.
        root: Content root, with shapes, rules and the reasoner's committed results.
        data_dir: Keeps the reasoner's results and what was found in parts; receives the report on
            what does not conform.
        folder: The unfinished release.
        timings: Told of each step.
        former: The release before, whose store is taken over where little differs.
    """
    with timings.step("looking up the reasoner's results"):
        each_part = parts(files)
    results = reason(
        each_part, committed=committed_dir(root), kept=data_dir / "reasoning", progress=timings
    )
    found = assemble(
        files,
        records,
        results,
        root=root,
        kept=data_dir / _KEPT,
        work=folder / _WORK,
        timings=timings,
        write_store=partial(write_store, folder / STORE, former=former),
    )
    require_conformance(found.validation, data_dir / _FAILED_VALIDATION)
    store = EmbeddedStore(folder / STORE, read_only=True, holds_merge=True)
    return ReadContent(
        store,
        found.quads,
        Inference(each_part, results, found.rules),
        found.validation,
        data_dir / _KEPT,
        found.rows,
        found.extracts,
    )
