"""The gate finds around an edit what validation of everything finds, on examples and at random."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import SH, Graph, Literal, URIRef
from tests.build.shapes.examples import CASE_IDS, CASES, CONFORMING, Case

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import Finding, validate_quads
from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem
from medrd_kg.sparql import gate as gate_module
from medrd_kg.sparql.gate import Gate, refusal
from medrd_kg.sparql.shape_reads import affected
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

SHAPES: Final = ontology_dir() / "shapes"
EDITS: Final = ox.NamedNode("https://w3id.org/medrd-kg/graph/edits/test")
OTHER: Final = ox.NamedNode("https://w3id.org/medrd-kg/graph/edits/other")
PREFIXES: Final = "\n".join(
    each for each in CONFORMING.read_text("utf-8").splitlines() if each.startswith("@prefix")
)
NO_LIMIT: Final = 10**9


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(SHAPES)


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph.load()


def quad(triple: ox.Triple, graph: ox.NamedNode = EDITS) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def as_kept(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """Return triples in the spelling of the engine, which keeps numbers by value."""
    engine = ox.Store()
    engine.extend(quads)
    return {each.triple for each in engine}


def edited(before: Iterable[ox.Triple], after: Iterable[ox.Triple]) -> tuple[EmbeddedStore, Delta]:
    """Return a store that has been edited, and the edit."""
    old, new = set(before), set(after)
    store = EmbeddedStore()
    store.insert(quad(each) for each in old)
    delta = Delta.of(
        removed=[quad(each) for each in old - new], added=[quad(each) for each in new - old]
    )
    store.apply(delta)
    return store, delta


def told(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """Return findings with all that they say."""
    return sorted(
        (each.focus_node, each.source_shape, each.component, str(each.path), str(each.value))
        for each in findings
    )


def found(gate: Gate, store: EmbeddedStore, delta: Delta) -> list[tuple[str, ...]]:
    report = gate.check(store, delta)
    return [] if report is None else told(report.findings)


# Every shape has examples


def changed(case: Case) -> Delta:
    """Return an example as an edit of the conforming graph."""

    def parsed(text: str) -> list[ox.Quad]:
        quads = ox.parse(f"{PREFIXES}\n{text}", format=ox.RdfFormat.TURTLE)
        return [quad(each) for each in as_kept(quads)]

    return Delta.of(removed=parsed(case.remove), added=parsed(case.add))


def undone(delta: Delta) -> Delta:
    return Delta(removed=delta.added, added=delta.removed)


@pytest.fixture(scope="module")
def conforming() -> EmbeddedStore:
    """A store that every example leaves as it was."""
    store = EmbeddedStore()
    store.bulk_load(CONFORMING, graph=EDITS.value)
    return store


@pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
def test_each_fault_is_found_and_each_mending_passes(
    gate: Gate, conforming: EmbeddedStore, case: Case
) -> None:
    delta = changed(case)
    conforming.apply(delta)
    report = gate.check(conforming, delta)
    conforming.apply(undone(delta))
    mended = gate.check(conforming, undone(delta))
    assert report is not None
    found_by_shape = {
        each.focus_node for each in report.findings if each.source_shape[1:-1] == case.shape
    }
    focus = case.focus_iri
    assert any(each.startswith("_:") if focus == "_:" else each == focus for each in found_by_shape)
    assert mended is None


def test_a_whole_graph_passes_at_once(gate: Gate, conforming: EmbeddedStore) -> None:
    assert gate.check(conforming, Delta.of(added=conforming.quads())) is None


# Against validation of everything


_CONFORMING: Final = {
    triple
    for triple in as_kept(ox.parse(path=CONFORMING, format=ox.RdfFormat.TURTLE))
    if not isinstance(triple.subject, ox.BlankNode)
}
_KNOWN: Final = sorted(_CONFORMING, key=str)


def _terms(which: str) -> list[Any]:
    return sorted({getattr(each, which) for each in _KNOWN}, key=str)


_SUBJECTS, _PREDICATES, _OBJECTS = map(_terms, ("subject", "predicate", "object"))

# Numbers are drawn, which are small to print and to reduce; each stands for a place in a list.
_NUMBERS: Final = st.integers(0, 5_000)
_LEFT_OUT: Final = st.sets(_NUMBERS, max_size=6)
_BESIDE: Final = st.sets(st.tuples(st.integers(0, 3), _NUMBERS, _NUMBERS, _NUMBERS), max_size=6)

Edit = tuple[set[int], set[tuple[int, int, int, int]], set[int], set[tuple[int, int, int, int]]]
"""What the conforming graph lacks and has beside before an edit; what the edit removes and adds."""

EXAMPLES: Final = st.tuples(_LEFT_OUT, _BESIDE, _LEFT_OUT, _BESIDE)


def _at(terms: Sequence[Any], number: int) -> Any:  # noqa: ANN401 - terms of one kind
    return terms[number % len(terms)]


def _recombined(kind: int, first: int, second: int, third: int) -> ox.Triple:
    """Make a statement of known terms, mostly of such as occur together."""
    like = _at(_KNOWN, second)
    match kind:
        case 0:
            return ox.Triple(_at(_SUBJECTS, first), _at(_PREDICATES, second), _at(_OBJECTS, third))
        case 1:
            return ox.Triple(like.subject, like.predicate, _at(_OBJECTS, third))
        case _:
            return ox.Triple(_at(_SUBJECTS, first), like.predicate, like.object)


def variants(edit: Edit) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Return the graph before and after an edit."""
    lacking, beside, removed, added = edit
    before = (_CONFORMING - {_at(_KNOWN, each) for each in lacking}) | {
        _recombined(*each) for each in beside
    }
    after = (before - {_at(_KNOWN, each) for each in removed}) | {
        _recombined(*each) for each in added
    }
    return before, after


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(edit=EXAMPLES)
def test_the_neighbourhood_tells_what_everything_tells(
    gate: Gate, shapes: ShapesGraph, edit: Edit
) -> None:
    before, after = variants(edit)
    store, delta = edited(before, after)
    local = found(gate, store, delta)
    everything = told(validate_quads(map(quad, after), shapes).findings)
    earlier = told(validate_quads(map(quad, before), shapes).findings)
    # Nothing that everything does not tell, and all that the edit has brought about.
    assert set(local) <= set(everything)
    assert set(everything) - set(earlier) <= set(local)
    # All about every check that it may have changed, unless it is not to blame for anything.
    touched = affected(
        gate._checks,
        store.triples,
        removed=before - after,
        added=after - before,
        limit=NO_LIMIT,
    )
    assert touched is not None
    names = {(str(node), name) for node, shape in touched for name in shape.names}
    about = [each for each in everything if each[:2] in names]
    assert local == ([] if set(about) <= set(earlier) else about)


@settings(max_examples=30, deadline=None)
@given(edit=EXAMPLES)
def test_large_edits_are_told_alike(gate: Gate, edit: Edit) -> None:
    store, delta = edited(*variants(edit))
    local = found(gate, store, delta)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate_module, "_WHOLE_FROM", 0)
        whole = found(gate, store, delta)
    # Seen from the check, statements that make no difference to a class count as well.
    assert set(local) <= set(whole)
    everything = told(gate._validated(set(store.triples())).findings)
    assert set(whole) <= set(everything)


@settings(max_examples=30, deadline=None)
@given(edit=EXAMPLES, limit=st.integers(0, 300))
def test_a_limit_gives_up_or_changes_nothing(gate: Gate, edit: Edit, limit: int) -> None:
    before, after = variants(edit)
    store, _ = edited(before, after)
    changes = {"removed": before - after, "added": after - before}
    within = affected(gate._checks, store.triples, **changes, limit=limit)
    freely = affected(gate._checks, store.triples, **changes, limit=NO_LIMIT)
    assert within is None or within == freely


# What counts as a change


def test_a_statement_of_another_graph_is_no_change(gate: Gate) -> None:
    faulty = _faulty()
    store = EmbeddedStore()
    store.insert(quad(each, OTHER) for each in faulty)
    again = Delta.of(added=[quad(each) for each in faulty])
    store.apply(again)
    assert gate.check(store, again) is None
    gone = Delta.of(removed=[quad(each) for each in faulty])
    store.apply(gone)
    assert gate.check(store, gone) is None
    moved = Delta.of(
        removed=[quad(each, OTHER) for each in faulty], added=[quad(each) for each in faulty]
    )
    store.apply(moved)
    assert gate.check(store, moved) is None


def test_a_plain_dataset_is_checked_as_the_merge_of_its_graphs(gate: Gate) -> None:
    store = EmbeddedStore(union_default_graph=False)
    first, *rest = sorted(_faulty(), key=str)
    unnamed = ox.Quad(first.subject, first.predicate, first.object, ox.DefaultGraph())
    delta = Delta.of(added=[unnamed, *(quad(each) for each in rest), quad(first, OTHER)])
    store.apply(delta)
    report = gate.check(store, delta)
    assert report is not None
    twin, other = edited([], _faulty())
    assert told(report.findings) == found(gate, twin, other)


def test_graphs_without_statements_are_no_change(gate: Gate) -> None:
    store = EmbeddedStore()
    delta = Delta.of(created=[EDITS.value])
    store.apply(delta)
    assert gate.check(store, delta) is None


FAULTY: Final = ox.NamedNode("https://w3id.org/medrd-kg/id/budget-statement/faulty")


def _faulty() -> set[ox.Triple]:
    return {
        ox.Triple(FAULTY, _rdf("type"), _mrd("BudgetStatement")),
        ox.Triple(_mrd("BudgetStatement"), _rdfs("subClassOf"), _mrd("MoneyFigure")),
        ox.Triple(FAULTY, _mrd("amountJPY"), ox.Literal(5)),
    }


def _mrd(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"https://w3id.org/medrd-kg/core#{name}")


def _rdf(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}")


def _rdfs(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://www.w3.org/2000/01/rdf-schema#{name}")


# The report


def test_a_report_is_the_w3c_report_with_both_languages(gate: Gate) -> None:
    store, delta = edited([], _faulty())
    report = gate.check(store, delta)
    assert report is not None
    graph = Graph().parse(data=report.turtle, format="turtle")
    (node,) = graph.subjects(SH.conforms, Literal(lexical_or_value=False))
    results = set(graph.objects(node, SH.result))
    assert len(results) == len(report.findings) >= 8
    assert len(set(graph.subjects(SH.focusNode))) == len(results)
    messages = [text for each in results for text in graph.objects(each, SH.resultMessage)]
    languages = {each.language for each in messages if isinstance(each, Literal)}
    assert languages == {"ja", "en"}
    paths = {path for each in results for path in graph.objects(each, SH.resultPath)}
    # Compound paths are whole.
    assert any((path, SH.alternativePath, None) in graph for path in paths)


def test_blank_nodes_keep_the_labels_of_the_data(gate: Gate) -> None:
    lines = (
        f"_:mine {_rdf('type')} {_mrd('MoneyFigure')} {EDITS} .\n"
        f"_:mine {_mrd('includedIn')} _:mine {EDITS} .\n"
        f"_:yours {_mrd('includedIn')} _:mine {EDITS} .\n"
    )
    delta = Delta(added=lines.encode())
    store = EmbeddedStore()
    store.apply(delta)
    report = gate.check(store, delta)
    assert report is not None
    assert {each.focus_node for each in report.findings} == {"_:mine"}
    cycle = [each for each in report.findings if "Acyclic" in each.source_shape]
    assert [each.value for each in cycle] == ["_:mine"]
    assert "_:mine" in report.turtle
    assert "names-blank-node" not in report.turtle


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refusal_speaks_the_language_of_the_caller(gate: Gate, language: str) -> None:
    store, delta = edited([], _faulty())
    report = gate.check(store, delta)
    assert report is not None
    problem = refusal(report, language)
    assert problem.slug == "invalid-data"
    assert problem.kind.status == 422
    messages = [each["message"] for each in problem.extra["results"]]
    assert messages == [getattr(each.message, language) for each in report.findings]
    parsed = Graph().parse(data=json.dumps(problem.extra["report"]), format="json-ld")
    assert len(set(parsed.subjects(SH.focusNode))) == len(messages) == problem.extra["total"]
    assert (None, SH.focusNode, URIRef(FAULTY.value)) in parsed


# Shapes that it cannot work with


def with_shape(tmp_path: Path, text: str) -> Path:
    header = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .\n"
        "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p "
    )
    (tmp_path / "shape.ttl").write_text(header + text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("; sh:property ex:P . ex:P sh:path ex:q ; sh:property ex:Q . ex:Q sh:path ex:r .", "prop"),
        ("; sh:property [ sh:path ex:q ; sh:minCount 1 ] .", "an IRI should"),
        ("; sh:js ex:x .", "js"),
        ("; sh:sparql [ sh:ask 'ASK {}' ] .", "only sh:select"),
        ("; sh:sparql [ sh:select 'SELECT $this { ?a <urn:b> ?c }' ] .", "no path leads"),
        ("; sh:sparql [ sh:select 'SELECT $this { GRAPH ?g { $this ?p ?o } }' ] .", "Graph"),
        ("; sh:sparql [ sh:select 'SELECT $this {' ] .", "SPARQL error"),
        ("; sh:sparql [ sh:select 'SELECT $this { $this !<urn:b> ?c }' ] .", "reach of"),
        (". ex:C a sh:ConstraintComponent .", "custom components"),
        ("; sh:target ex:T .", "custom components"),
    ],
)
def test_shapes_of_unknown_reach_are_refused(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Gate(with_shape(tmp_path, text))


def test_a_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Gate(tmp_path)
    (tmp_path / "broken.ttl").write_text("ex:a", "utf-8")
    with pytest.raises(Problem, match="broken"):
        Gate(tmp_path)


def test_whoever_mends_one_thing_need_not_mend_all(gate: Gate) -> None:
    before = _faulty()
    locator = ox.Triple(FAULTY, _mrd("sourceLocator"), ox.Literal("page 1"))
    store, delta = edited(before, before | {locator})
    assert gate.check(store, delta) is None
    # One fault more, and everything about the touched checks is told.
    wrong = ox.Triple(FAULTY, _mrd("amountAsPrinted"), ox.Literal("none"))
    store, delta = edited(before, (before | {wrong}) - {locator})
    report = gate.check(store, delta)
    assert report is not None
    shapes = {each.source_shape.rpartition("#")[2].strip(">") for each in report.findings}
    assert shapes >= {"amount-as-printed", "stated-in"}
