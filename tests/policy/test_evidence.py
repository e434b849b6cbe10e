"""Every unit of the policy is cited, and every citation is borne out by the text."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from medrd_kg.build.evidence import cited_labels, verify_evidence
from medrd_kg.build.release import OpenRelease
from medrd_kg.sources.policy_document import TextUnit, read_units
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, graph_iri, kind_iri

RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


def test_every_unit_of_the_policy_is_cited(release: OpenRelease) -> None:
    units = {f"S{number:03}" for number in range(1, 100)}
    assert units <= cited_labels(release.store).keys()


def test_every_citation_is_borne_out(release: OpenRelease, policy_units_file: Path) -> None:
    report = verify_evidence(release.store, read_units(policy_units_file))
    assert report.citations > 1000
    assert not report.unsupported, report.unsupported[:10]
    assert report.holds


def _small_store(label: str) -> EmbeddedStore:
    store = EmbeddedStore()
    graph = NamedNode(graph_iri("policy-fy2022"))
    unit = NamedNode(kind_iri("unit", "S001"))
    topic = NamedNode(kind_iri("topic", "x"))
    statements: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (unit, RDF_TYPE, NamedNode(MRD.DocumentUnit)),
        (unit, NamedNode(MRD.unitId), Literal("S001")),
        (unit, NamedNode(MRD.partOf), NamedNode(kind_iri("doc", "policy-fy2022"))),
        (topic, NamedNode(MRD.statedIn), unit),
        (topic, LABEL, Literal(label, language="ja")),
        (topic, LABEL, Literal("regenerative medicine", language="en")),
    ]
    store.insert(Quad(*statement, graph) for statement in statements)
    return store


def _unit(text: str, unit_id: str = "S001") -> TextUnit:
    return TextUnit(unit_id, "1", 1, 1, "sentence", text)


def test_term_in_the_text_bears_the_citation_out() -> None:
    assert verify_evidence(_small_store("再生医療"), [_unit("次世代の再生 医療を進める")]).holds


@pytest.mark.parametrize("text", ["遺伝子治療を進める", "regenerative medicine"])
def test_text_without_a_japanese_label_does_not(text: str) -> None:
    report = verify_evidence(_small_store("再生医療"), [_unit(text)])
    assert [each.thing for each in report.unsupported] == [kind_iri("topic", "x")]
    assert not report.holds


def test_unit_that_nothing_cites_is_reported() -> None:
    report = verify_evidence(_small_store("再生医療"), [_unit("再生医療"), _unit("他", "S002")])
    assert report.uncited == ("S002",)
    assert not report.holds


def test_cited_unit_that_the_file_lacks_is_reported() -> None:
    report = verify_evidence(_small_store("再生医療"), [_unit("再生医療", "S009")])
    assert report.unknown == ("S001",)
