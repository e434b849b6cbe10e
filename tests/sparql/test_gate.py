"""The gate finds around an edit what validation of everything finds, on examples and at random."""

from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.build.shapes.examples import CASE_IDS, CASES, CONFORMING, Case
from tests.sparql.gate_edits import (
    EDITS,
    FAULTY,
    OTHER,
    as_kept,
    edited,
    faulty,
    found,
    mrd,
    quad,
    told,
)

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import validate_quads
from medrd_kg.content import ontology_dir
from medrd_kg.sparql import gate as gate_module
from medrd_kg.sparql.gate import Gate
from medrd_kg.sparql.shape_reads import affected
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

SHAPES: Final = ontology_dir() / "shapes"
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
    statements = faulty()
    store = EmbeddedStore()
    store.insert(quad(each, OTHER) for each in statements)
    again = Delta.of(added=[quad(each) for each in statements])
    store.apply(again)
    assert gate.check(store, again) is None
    gone = Delta.of(removed=[quad(each) for each in statements])
    store.apply(gone)
    assert gate.check(store, gone) is None
    moved = Delta.of(
        removed=[quad(each, OTHER) for each in statements],
        added=[quad(each) for each in statements],
    )
    store.apply(moved)
    assert gate.check(store, moved) is None


def test_a_plain_dataset_is_checked_as_the_merge_of_its_graphs(gate: Gate) -> None:
    store = EmbeddedStore(union_default_graph=False)
    first, *rest = sorted(faulty(), key=str)
    unnamed = ox.Quad(first.subject, first.predicate, first.object, ox.DefaultGraph())
    delta = Delta.of(added=[unnamed, *(quad(each) for each in rest), quad(first, OTHER)])
    store.apply(delta)
    report = gate.check(store, delta)
    assert report is not None
    twin, other = edited([], faulty())
    assert told(report.findings) == found(gate, twin, other)


def test_graphs_without_statements_are_no_change(gate: Gate) -> None:
    store = EmbeddedStore()
    delta = Delta.of(created=[EDITS.value])
    store.apply(delta)
    assert gate.check(store, delta) is None


def test_whoever_mends_one_thing_need_not_mend_all(gate: Gate) -> None:
    before = faulty()
    locator = ox.Triple(FAULTY, mrd("sourceLocator"), ox.Literal("page 1"))
    store, delta = edited(before, before | {locator})
    assert gate.check(store, delta) is None
    # One fault more, and everything about the touched checks is told.
    wrong = ox.Triple(FAULTY, mrd("amountAsPrinted"), ox.Literal("none"))
    store, delta = edited(before, (before | {wrong}) - {locator})
    report = gate.check(store, delta)
    assert report is not None
    shapes = {each.source_shape.rpartition("#")[2].strip(">") for each in report.findings}
    assert shapes >= {"amount-as-printed", "stated-in"}
