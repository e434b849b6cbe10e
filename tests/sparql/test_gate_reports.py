"""What the gate tells of a refused edit, and the shapes that it cannot work with."""

import json
from pathlib import Path

import pytest
from rdflib import SH, Graph, Literal, URIRef
from tests.sparql.gate_edits import (
    EDITS,
    FAULTY,
    edited,
    faulty,
    mrd,
    rdf,
)

from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem
from medrd_kg.sparql.gate import Gate, refusal
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(ontology_dir() / "shapes")


# The report


def test_a_report_is_the_w3c_report_with_both_languages(gate: Gate) -> None:
    store, delta = edited([], faulty())
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
        f"_:mine {rdf('type')} {mrd('MoneyFigure')} {EDITS} .\n"
        f"_:mine {mrd('includedIn')} _:mine {EDITS} .\n"
        f"_:yours {mrd('includedIn')} _:mine {EDITS} .\n"
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
    store, delta = edited([], faulty())
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
        (
            "; sh:sparql [ sh:select 'SELECT $this { $this ?p ?o MINUS { $this ?o ?p } }' ] .",
            "Minus",
        ),
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
