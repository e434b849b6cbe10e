"""The W3C SPARQL 1.1 Update suite, on a store: evaluation and syntax.

Each delta also goes through bytes into a copy of the store, which must come out the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Quad
from rdflib.collection import Collection
from tests.sparql.editing.states import engine_of, filled, state, updated

from medrd_kg.problems import Problem
from medrd_kg.store.embedded import EmbeddedStore

pytestmark = pytest.mark.shared

MF: Final = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT: Final = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")

EVALUATION: Final = {
    "add": 8,
    "basic-update": 13,
    "clear": 4,
    "copy": 6,
    "delete": 19,
    "delete-data": 6,
    "delete-insert": 17,
    "delete-where": 6,
    "drop": 4,
    "move": 6,
    "update-silent": 13,
}
"""Number of tests in each folder: 94 evaluate, 8 of delete-insert are about syntax."""

SYNTAX: Final = {"syntax-update-1": 54, "syntax-update-2": 1}


@dataclass
class Place:
    """The data of a test, before or after: files of the default graph and of named graphs."""

    default: list[Path] = field(default_factory=list)
    named: list[tuple[str, Path]] = field(default_factory=list)

    def store(self) -> EmbeddedStore:
        """Return a store that holds the data."""
        places: list[tuple[Path, DefaultGraph | NamedNode]] = [
            *((path, DefaultGraph()) for path in self.default),
            *((path, NamedNode(name)) for name, path in self.named),
        ]
        return filled(
            Quad(q.subject, q.predicate, q.object, graph)
            for path, graph in places
            for q in ox.parse(path=str(path), base_iri=path.as_uri(), rename_blank_nodes=True)
        )


@dataclass
class Case:
    """One test of the suite."""

    name: str
    kind: str
    request: Path
    before: Place
    after: Place


def path_of(node: object) -> Path:
    return Path(str(node).removeprefix("file://"))


def place(manifest: rdflib.Graph, node: rdflib.term.Node | None) -> Place:
    named = [
        (str(manifest.value(each, rdflib.RDFS.label)), path_of(manifest.value(each, UT.graph)))
        for each in manifest.objects(node, UT.graphData)
    ]
    return Place([path_of(each) for each in manifest.objects(node, UT.data)], named)


def cases(folder: Path) -> Iterator[Case]:
    manifest = rdflib.Graph().parse(folder / "manifest.ttl")
    for entries in manifest.objects(None, MF.entries):
        for entry in Collection(manifest, entries):
            action = manifest.value(entry, MF.action)
            request = manifest.value(action, UT.request) or action
            yield Case(
                name=f"{folder.name}/{manifest.value(entry, MF.name)}",
                kind=str(manifest.value(entry, rdflib.RDF.type)).rpartition("#")[2],
                request=path_of(request),
                before=place(manifest, action),
                after=place(manifest, manifest.value(entry, MF.result)),
            )


def lines(store: EmbeddedStore) -> str:
    """The statements alone: the suite does not say which empty graphs there are."""
    return state(engine_of(store))[0]


def passes(case: Case) -> bool:
    store = case.before.store()
    text = case.request.read_text(encoding="utf-8")
    try:
        updated(store, text, base_iri=case.request.as_uri())
    except Problem as problem:
        refused = problem.slug == "malformed-query" and "line" in problem.extra
        if case.kind.startswith("Negative"):
            return refused
        # A syntax test runs on an empty store, where an operation may well fail.
        return fails_rightly(case, problem)
    if case.kind == "UpdateEvaluationTest":
        return lines(store) == lines(case.after.store())
    return case.kind == "PositiveUpdateSyntaxTest11"


def fails_rightly(case: Case, problem: Problem) -> bool:
    """Whether a request of correct syntax meets a graph or document that is not there."""
    expected = {"not-found", "remote-failure"}
    return case.kind == "PositiveUpdateSyntaxTest11" and problem.slug in expected


@pytest.mark.parametrize(("folder", "number"), sorted((EVALUATION | SYNTAX).items()))
def test_every_test_passes(shared_dir: Path, folder: str, number: int) -> None:
    suite = shared_dir / "conformance" / "w3c" / "sparql" / "sparql11"
    found = list(cases(suite / folder))
    assert len(found) == number
    assert [case.name for case in found if not passes(case)] == []
