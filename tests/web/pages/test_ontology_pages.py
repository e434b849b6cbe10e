"""The ontology pages: every term with its texts in both languages and the counts of SPARQL."""

import csv
import io
import re

import httpx
import pytest
from tests.web.pages.reading_pages import read_page

from medrd_kg.web.pages.words import words

CORE = "https://w3id.org/medrd-kg/core#"
PREFIXES = f"""PREFIX mrd: <{CORE}>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


def rows_of(client: httpx.Client, query: str) -> list[list[str]]:
    answer = client.post(
        "/sparql", data={"query": PREFIXES + query}, headers={"Accept": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))[1:]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_tree_holds_every_class_under_its_parents(
    shipped_server: httpx.Client, language: str
) -> None:
    answer = shipped_server.get(f"/{language}/ontology")
    assert answer.status_code == 200
    page = read_page(answer.text)
    listed = {address for address, _ in page.links}
    own = f'FILTER (STRSTARTS(STR(?t), "{CORE}"))'
    for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"):
        found = rows_of(shipped_server, f"SELECT ?t {{ ?t a owl:{kind} {own} }}")
        assert found
        for (iri,) in found:
            assert f"/{language}/ontology/{iri.removeprefix(CORE)}" in listed
    tree = answer.text[answer.text.index('class="tree"') :]
    organization = tree.index(f"/{language}/ontology/Organization")
    ministry = tree.index(f"/{language}/ontology/Ministry", organization)
    between = tree[organization:ministry]
    assert between.count("<ul") > between.count("</ul")


def test_counts_are_those_of_sparql(shipped_server: httpx.Client) -> None:
    page = read_page(shipped_server.get("/en/ontology").text)
    ((individuals,),) = rows_of(shipped_server, "SELECT (COUNT(*) AS ?n) { ?x a mrd:Organization }")
    assert f"organization mrd:Organization {int(individuals):,} individuals" in page.text
    ((triples,),) = rows_of(shipped_server, "SELECT (COUNT(*) AS ?n) { ?x mrd:inProject ?p }")
    (row,) = [
        row for table in page.tables for row in table.body if row[0].endswith(" mrd:inProject")
    ]
    assert row[-1] == f"{int(triples):,}"
    assert row[2] == "integrated project"


@pytest.mark.parametrize("name", ["Programme", "inProject", "amountJPY", "disease-infectious"])
def test_a_term_is_told_in_both_languages(shipped_server: httpx.Client, name: str) -> None:
    namespace = "schemes#" if "-" in name else "core#"
    iri = f"https://w3id.org/medrd-kg/{namespace}{name}"
    texts = rows_of(
        shipped_server,
        f"SELECT ?text {{ <{iri}> rdfs:label|skos:definition|mrd:designNote ?text }}",
    )
    assert len(texts) >= 4
    for language in ("ja", "en"):
        page = read_page(shipped_server.get(f"/{language}/ontology/{name}").text)
        for (text,) in texts:
            assert text in page.text
        assert iri in page.text


def test_the_drawing_and_the_table_show_the_same_properties(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/en/ontology/Programme")
    (table,) = read_page(answer.text).tables
    svg = answer.text[answer.text.index("<svg") : answer.text.index("</svg>")]
    drawn = set(re.findall(r'href="/en/ontology/(\w+)"', svg))
    assert {"hasEdition", "succeeds"} <= drawn
    listed = {row[0].rpartition("mrd:")[2] for row in table.body}
    assert drawn - {"Programme"} <= listed
    expected = rows_of(
        shipped_server,
        "SELECT DISTINCT ?p { ?p rdfs:domain|rdfs:range mrd:Programme FILTER (!isBlank(?p)) }",
    )
    assert listed == {iri.removeprefix(CORE) for (iri,) in expected}


def test_examples_lead_to_pages_and_to_their_query(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/ja/ontology/Programme")
    page = read_page(answer.text)
    examples = [address for address, _ in page.links if address.startswith("/ja/programmes/")]
    assert len(examples) == 8
    assert shipped_server.get(examples[0]).status_code == 200
    query = page.address(words("ja").files.query)
    assert query.startswith("/ja/query?query=")
    shown = read_page(shipped_server.get(query).text)
    assert len(shown.tables[0].body) == 8


def test_a_scheme_leads_to_its_concepts(shipped_server: httpx.Client) -> None:
    page = read_page(shipped_server.get("/en/ontology/disease-scheme").text)
    assert "/en/ontology/disease-infectious" in {address for address, _ in page.links}
    infectious = read_page(shipped_server.get("/en/ontology/disease-infectious").text)
    links = {address for address, _ in infectious.links}
    assert {"/en/ontology/disease-hiv", "/en/ontology/disease-scheme"} <= links
    assert "/en/diseases/infectious" in links


def test_every_term_has_a_page(shipped_server: httpx.Client) -> None:
    page = read_page(shipped_server.get("/ja/ontology").text)
    addresses = sorted({at for at, _ in page.links if at.startswith("/ja/ontology/")})
    assert len(addresses) > 190
    faults = [at for at in addresses[::4] if shipped_server.get(at).status_code != 200]
    assert faults == []


def test_an_unknown_term_is_not_found(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/ja/ontology/NoSuchTerm", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert read_page(answer.text).lang == "ja"
    assert shipped_server.get("/ja/ontology?x=1").status_code == 400


def test_files_are_there_for_protege(shipped_server: httpx.Client) -> None:
    page = read_page(shipped_server.get("/en/ontology").text)
    listed = {address for address, _ in page.links}
    for name in ("ontology", "core", "schemes", "views", "alignments"):
        assert f"/{name}?format=ttl" in listed
        answer = shipped_server.get(f"/{name}", headers={"Accept": "application/rdf+xml"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/rdf+xml")
