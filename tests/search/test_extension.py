"""Data extension gives the values that the graph has."""

import json
from typing import Any

import pytest
from tests.search.reconciliation_forms import DraftExtended, Extended, Proposal

from medrd_kg.problems import Problem
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.extending import (
    Extension,
    extend,
    extend_draft,
    propose_properties,
)
from medrd_kg.store.embedded import EmbeddedStore

CORE = "https://w3id.org/medrd-kg/core#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
ID = "https://w3id.org/medrd-kg/id/"
RIKEN = f"{ID}organization/riken"
CANCER = "https://w3id.org/medrd-kg/schemes#disease-cancer"
YEAR = f"{ID}fiscal-year/2022"


def asked(*properties: str | dict[str, Any], ids: list[str]) -> Extension:
    """Return a data extension query."""
    listed = [{"id": each} if isinstance(each, str) else each for each in properties]
    return Extension.read(json.dumps({"ids": ids, "properties": listed}))


def test_values_have_their_types(index: SearchIndex) -> None:
    query = asked(
        f"{CORE}corporateNumber", f"{CORE}yearNumber", f"{CORE}startsAt", ids=[RIKEN, YEAR]
    )
    answer = extend(index, query)
    Extended.model_validate(answer)
    assert answer["rows"][RIKEN][f"{CORE}corporateNumber"] == [{"str": "1030005007111"}]
    assert answer["rows"][RIKEN][f"{CORE}yearNumber"] == []
    assert answer["rows"][YEAR][f"{CORE}yearNumber"] == [{"int": 2022}]
    assert answer["rows"][YEAR][f"{CORE}startsAt"] == [{"date": "2022-04-01T00:00:00+09:00"}]
    assert [each["id"] for each in answer["meta"]] == [each.id for each in query.properties]


@pytest.mark.parametrize("name", ["administers", "inProject", "hasDiseaseArea", "administeredBy"])
def test_links_are_those_of_the_graph(
    shipped: EmbeddedStore, index: SearchIndex, name: str
) -> None:
    rows = shipped.query(f"SELECT ?s ?o WHERE {{ ?s <{CORE}{name}> ?o }}").rows()
    expected: dict[str, set[str]] = {}
    for row in rows:
        expected.setdefault(str(row["s"])[1:-1], set()).add(str(row["o"])[1:-1])
    answer: dict[str, set[str]] = {}
    iris = sorted(expected)
    for first in range(0, len(iris), 500):
        batch = extend(index, asked(f"{CORE}{name}", ids=iris[first : first + 500]))["rows"]
        for iri, row in batch.items():
            values = {each["id"] for each in row[f"{CORE}{name}"]}
            if values:
                answer[iri] = values
    indexed = {iri for iri in expected if _is_indexed(index, iri)}
    assert indexed
    assert answer == {iri: expected[iri] for iri in indexed}


def test_texts_come_in_the_language_asked_for(index: SearchIndex) -> None:
    query = asked(f"{SKOS}definition", ids=[CANCER])
    ((english,), (japanese,)) = (
        extend(index, query, language=language)["rows"][CANCER][f"{SKOS}definition"]
        for language in ("en", "ja")
    )
    assert english["str"].isascii()
    assert not japanese["str"].isascii()


def test_a_limit_keeps_the_first_values(index: SearchIndex) -> None:
    project = f"{ID}project/drugs"
    whole = extend(index, asked(f"{CORE}hasProjectItem", ids=[project]))
    pair = extend(
        index,
        asked({"id": f"{CORE}hasProjectItem", "settings": {"limit": "2"}}, ids=[project]),
    )
    values = whole["rows"][project][f"{CORE}hasProjectItem"]
    assert len(values) > 2
    assert pair["rows"][project][f"{CORE}hasProjectItem"] == values[:2]


def test_the_draft_tells_the_same(index: SearchIndex) -> None:
    query = asked(f"{CORE}corporateNumber", f"{SKOS}altLabel", ids=[RIKEN, CANCER, "nothing"])
    draft = extend_draft(index, query)
    DraftExtended.model_validate(draft)
    assert {
        row["id"]: {each["id"]: each["values"] for each in row["properties"]}
        for row in draft["rows"]
    } == extend(index, query)["rows"]


def test_properties_are_proposed_by_how_many_things_have_them(index: SearchIndex) -> None:
    proposal = propose_properties(index, "organization", limit=5, language="en")
    Proposal.model_validate(proposal)
    assert len(proposal["properties"]) == 5
    assert proposal["properties"][0]["id"] == f"{CORE}corporateNumber"
    for kind in ("programme", "disease-area", "term"):
        Proposal.model_validate(propose_properties(index, kind))
    with pytest.raises(Problem):
        propose_properties(index, "no-such-kind")
    with pytest.raises(Problem):
        propose_properties(index, "programme", limit=0)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{}",
        '{"ids": "x", "properties": []}',
        '{"ids": [], "properties": [{}]}',
        '{"ids": [], "properties": [{"id": "x", "settings": {"limit": -1}}]}',
        json.dumps({"ids": ["x"] * 1001, "properties": []}),
    ],
)
def test_what_is_no_query_is_refused(document: str) -> None:
    with pytest.raises(Problem) as refused:
        Extension.read(document)
    assert refused.value.slug == "invalid-parameter"


def test_an_unknown_property_is_told(index: SearchIndex) -> None:
    with pytest.raises(Problem, match="no property"):
        extend(index, asked(f"{CORE}noSuchProperty", ids=[RIKEN]))


def _is_indexed(index: SearchIndex, iri: str) -> bool:
    with index.reading(1) as connection:
        row = connection.execute("SELECT 1 FROM subject WHERE iri = ?", (iri,)).fetchone()
    return row is not None
