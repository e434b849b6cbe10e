"""The gate on the shipped release: it finds what validation of all of it finds, and no more."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import Finding, validate_store
from medrd_kg.content import ontology_dir
from medrd_kg.sparql.gate import Gate
from medrd_kg.sparql.shape_reads import View, affected, statements_read
from medrd_kg.sparql.workers.source import DataSource, load
from medrd_kg.store.base import Row
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

SHAPES: Final = "https://w3id.org/medrd-kg/shapes#"
EDITS: Final = ox.NamedNode("https://w3id.org/medrd-kg/graph/edits/test")
PREFIXES: Final = """
PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX mrds: <https://w3id.org/medrd-kg/schemes#>
BASE <https://w3id.org/medrd-kg/id/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(ontology_dir() / "shapes")


@pytest.fixture(scope="module")
def store(release_data_dir: Path) -> EmbeddedStore:
    """The release in memory; tests leave it as it was."""
    dump = release_data_dir / "releases" / "current" / "dumps" / "medrd-kg.nq.zst"
    return load(DataSource(dump, union_default_graph=True))


def turtle(text: str) -> list[ox.Triple]:
    quads = ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)
    return [each.triple for each in quads]


def edit(store: EmbeddedStore, added: Iterable[ox.Triple], removed: Iterable[ox.Triple]) -> Delta:
    """Carry out an edit: statements leave all graphs that state them."""
    delta = Delta.of(
        added=[ox.Quad(each.subject, each.predicate, each.object, EDITS) for each in added],
        removed=[
            ox.Quad(each.subject, each.predicate, each.object, graph)
            for each in removed
            for graph in store.graphs_stating(each)
        ],
    )
    store.apply(delta)
    return delta


FAULTS: Final = tomllib.loads(Path(__file__).with_name("gate_faults.toml").read_text("utf-8"))[
    "fault"
]


def told(findings: Iterable[Finding]) -> set[tuple[str, ...]]:
    return {
        (each.focus_node, each.source_shape, each.component, str(each.path), str(each.value))
        for each in findings
        if not each.focus_node.startswith("_:")
    }


def test_seeded_faults_are_found_as_by_validation_of_everything(
    gate: Gate, store: EmbeddedStore
) -> None:
    shapes = ShapesGraph.load()
    # What the rules infer is not validated by the build.
    local = told(validate_store(store, shapes).findings)
    earlier = len(local)
    edits = []
    for fault in FAULTS:
        query = f"{PREFIXES} SELECT * WHERE {{ {fault['where']} }} ORDER BY ?s ?p ?o ?x LIMIT 1"
        (row,) = store.query(query).rows()
        added = fault.get("add", "").format_map({key: str(term) for key, term in row.items()})
        removed = [statement(row)] if fault.get("removes") else []
        edits.append(edit(store, turtle(added), removed))
        report = gate.check(store, edits[-1])
        assert report is not None, fault
        assert f"<{SHAPES}{fault['shape']}>" in {each.source_shape for each in report.findings}
        local |= told(report.findings)
    everything = validate_store(store, shapes)
    for each in reversed(edits):
        store.apply(Delta(removed=each.added, added=each.removed))
    assert told(everything.findings) == local
    assert len(local) >= earlier + len(FAULTS)


def statement(row: Row) -> ox.Triple:
    subject, predicate = row["s"], row["p"]
    assert isinstance(subject, ox.NamedNode)
    assert isinstance(predicate, ox.NamedNode)
    return ox.Triple(subject, predicate, row["o"])


NODES = st.integers(0, 100_000)


@settings(max_examples=60, deadline=None)
@given(places=st.lists(NODES, min_size=1, max_size=25), number=st.integers(0, 10**6))
def test_harmless_edits_pass_and_read_little(
    gate: Gate, store: EmbeddedStore, places: list[int], number: int
) -> None:
    subjects = _subjects(store)
    nodes = {subjects[place % len(subjects)] for place in places}
    text = "".join(
        f"{node} skos:altLabel 'another name {number}'@en ; mrd:note 'a note {number}'@en ;"
        f" <urn:x:property> {node} , 'x{number}' .\n"
        for node in nodes
    )
    delta = edit(store, turtle(text), [])
    try:
        assert gate.check(store, delta) is None
        new = {quad.triple for quad in delta.added_quads()}
        _require_little(gate, store, new)
    finally:
        store.apply(Delta(removed=delta.added))


def _require_little(gate: Gate, store: EmbeddedStore, added: set[ox.Triple]) -> None:
    touched = affected(gate._checks, store.triples, removed=[], added=added, limit=20_000)
    assert touched is not None
    assert len(statements_read(gate._checks, View(store.triples), touched)) < 100 * len(added)


_SUBJECTS: list[str] = []


def _subjects(store: EmbeddedStore) -> list[str]:
    if not _SUBJECTS:
        query = (
            f"{PREFIXES} SELECT DISTINCT ?s WHERE {{ ?s mrd:statedIn ?unit"
            " FILTER NOT EXISTS { ?s a mrd:UnidentifiedPayee } } ORDER BY ?s"
        )
        _SUBJECTS.extend(str(row["s"]) for row in store.query(query).rows())
    return _SUBJECTS


@pytest.mark.parametrize(
    "text",
    [
        "<fiscal-year/2022> rdfs:comment 'cited by tens of thousands'@en .",
        "<fiscal-year/2022> a mrd:FiscalYear .",
        "<organization/amed> skos:altLabel 'a new name'@en ; a mrd:FundingAgency .",
        "<organization/new> a mrd:Organization ; rdfs:label '新しい組織'@ja .",
        "mrds:level-payment skos:editorialNote 'cited by all flows'@en .",
        "<organization/amed> a <urn:x:class-of-ones-own> .",
    ],
)
def test_edits_of_what_everything_cites_read_little(
    gate: Gate, store: EmbeddedStore, text: str
) -> None:
    new = turtle(text)
    delta = edit(store, new, [])
    try:
        assert gate.check(store, delta) is None
        news = {each for each in new if list(store.graphs_stating(each)) == [EDITS]}
        touched = affected(gate._checks, store.triples, removed=[], added=news, limit=1_000)
        assert touched is not None
        assert len(statements_read(gate._checks, View(store.triples), touched)) < 2_000
    finally:
        store.apply(Delta(removed=delta.added))


EVERY_FIGURE: Final = """
    mrd:FundingFlow rdfs:subClassOf mrd:Council .
    <goal/dangling> mrd:statedIn <urn:x:nowhere> .
"""


def test_an_edit_of_the_class_of_every_figure_is_not_followed_to_each(
    gate: Gate, store: EmbeddedStore
) -> None:
    new = turtle(EVERY_FIGURE)
    delta = edit(store, new, [])
    try:
        assert affected(gate._checks, store.triples, removed=[], added=new, limit=20_000) is None
    finally:
        store.apply(Delta(removed=delta.added))


@pytest.mark.long
def test_an_edit_of_the_class_of_every_figure_is_checked_against_everything(
    gate: Gate, store: EmbeddedStore
) -> None:
    delta = edit(store, turtle(EVERY_FIGURE), [])
    try:
        report = gate.check(store, delta)
        assert report is not None
        assert {(each.focus_node, each.source_shape) for each in report.findings} == {
            ("<https://w3id.org/medrd-kg/id/goal/dangling>", f"<{SHAPES}evidence-kind>")
        }
    finally:
        store.apply(Delta(removed=delta.added))
