"""Fact tables whose rows were read in parts: the same bytes, and little that is read anew."""

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
from tests.build.shapes.examples import conforming_graph

from medrd_kg.build.parts.extent import Cutter
from medrd_kg.build.parts.projecting import ProjectedParts, part_rows, rows_by_query
from medrd_kg.linkage.projection import OF_SUBJECT, project
from medrd_kg.linkage.tables import FactTables
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, graph_iri

_GRAPH = f" <{graph_iri('facts')}> .\n".encode()


def conforming_lines() -> list[bytes]:
    """A graph of all kinds of things, as sorted lines, with what later figures say of earlier."""
    triples = set(conforming_graph().serialize(format="nt").encode().splitlines())
    triples.discard(b"")
    supersedes = f" <{MRD}supersedes> ".encode()
    for triple in [triple for triple in triples if supersedes in triple]:
        later, _, earlier = triple.removesuffix(b" .").split(b" ")
        triples.add(earlier + f" <{MRD}supersededBy> ".encode() + later + b" .")
    return sorted(triple.removesuffix(b" .") + _GRAPH for triple in triples)


def rows_in_parts(lines: Sequence[bytes], folder: Path) -> dict[str, list[Path]]:
    """Read the rows, each subject a part."""
    every = folder / "every.nq"
    every.write_bytes(b"".join(lines))
    parts = ProjectedParts(Cutter(fewest=1, most=1, one_in=1))
    parts.take([*lines], b"".join(lines))
    parts.cutter.end()
    kept = folder / "kept"
    kept.mkdir(exist_ok=True)
    return rows_by_query(
        part_rows(every, each, parts.context, kept) for each in parts.cutter.ranges
    )


def tables_of(
    lines: Sequence[bytes], folder: Path, rows: dict[str, list[Path]] | None
) -> dict[str, bytes]:
    store = EmbeddedStore()
    store.bulk_insert(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))
    project(store, folder, rows=rows)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_they_are_those_of_the_whole(tmp_path: Path) -> None:
    lines = conforming_lines()
    rows = rows_in_parts(lines, tmp_path)
    assert all(len(rows[name]) > 50 for name in OF_SUBJECT)
    whole = tables_of(lines, tmp_path / "whole", None)
    assert tables_of(lines, tmp_path / "parts", rows) == whole
    with FactTables(tmp_path / "parts").session() as session:
        assert session.rows("SELECT count(*) FROM figure WHERE superseded") == [(1,)]
        assert session.rows("SELECT count(DISTINCT fiscal_year) > 0 FROM figure") == [(True,)]


def test_only_what_changed_is_read_anew(tmp_path: Path) -> None:
    lines = conforming_lines()
    first = rows_in_parts(lines, tmp_path)
    year = f" <{MRD}fiscalYear> ".encode()
    figures = sorted({line.split(b" ")[0] for line in lines if year in line and b"/budget" in line})
    assert len(figures) > 1
    further = figures[0].removesuffix(b">") + b"-new>"
    own = [line for line in lines if line.startswith(figures[0] + b" ")]
    more = sorted([*lines, *(line.replace(figures[0], further, 1) for line in own)])
    again = rows_in_parts(more, tmp_path)
    known = {path for paths in first.values() for path in paths}
    assert {name: len({*paths} - known) for name, paths in again.items()} == dict.fromkeys(
        OF_SUBJECT, 1
    )
    whole = tables_of(more, tmp_path / "whole", None)
    assert tables_of(more, tmp_path / "parts", again) == whole
