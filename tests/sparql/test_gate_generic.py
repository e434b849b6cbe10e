"""The reach of every kind of path and constraint, on small graphs where everything meets."""

from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sparql.gate_edits import edited, found, quad, told

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import validate_quads
from medrd_kg.sparql.gate import Gate

FILE: Final = Path(__file__).with_name("gate_shapes.ttl")


def ex(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://example.org/{name}")


TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS: Final = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
NODES: Final = st.sampled_from([ex(name) for name in "abcd"])
CLASSES: Final = st.sampled_from([ex(name) for name in "ABCD"])
TRIPLES: Final = st.one_of(
    st.builds(ox.Triple, NODES, st.sampled_from([ex(name) for name in "pqr"]), NODES),
    st.builds(ox.Triple, NODES, st.just(TYPE), CLASSES),
    st.builds(ox.Triple, CLASSES, st.just(SUBCLASS), CLASSES),
    st.builds(
        ox.Triple, NODES, st.sampled_from([ex(name) for name in "pr"]), st.just(ox.Literal("x"))
    ),
)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate([FILE])


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph.of_turtle(FILE.read_text("utf-8"))


@settings(max_examples=800, deadline=None)
@given(
    before=st.sets(TRIPLES, max_size=14),
    removed=st.sets(st.integers(0, 13), max_size=3),
    added=st.sets(TRIPLES, max_size=3),
)
def test_all_that_an_edit_brings_about_is_found(
    gate: Gate,
    shapes: ShapesGraph,
    before: set[ox.Triple],
    removed: set[int],
    added: set[ox.Triple],
) -> None:
    ordered = sorted(before, key=str)
    gone = {ordered[each] for each in removed if each < len(ordered)}
    after = (before - gone) | added
    store, delta = edited(before, after)
    local = set(found(gate, store, delta))
    everything = set(told(validate_quads(map(quad, after), shapes).findings))
    earlier = set(told(validate_quads(map(quad, before), shapes).findings))
    assert local <= everything
    assert everything - earlier <= local
