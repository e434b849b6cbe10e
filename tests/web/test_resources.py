"""Dereferencing with the Accept headers that real clients send."""

import httpx
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from tests.web.reading import read_rdf

from medrd_kg.vocabulary import MRD, MRDS

DRUGS = "/id/project/drugs"
GENOME = URIRef("https://w3id.org/medrd-kg/id/project/genome-data")
PROTEGE = "application/rdf+xml, application/xml;q=0.7, text/xml;q=0.6, text/plain;q=0.1, */*;q=0.09"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def read(response: httpx.Response) -> Graph:
    assert response.status_code == 200, response.text
    return read_rdf(response.content, response.headers["content-type"])


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        (PROTEGE, "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/plain", "text/plain; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("path", [DRUGS, "/core", "/schemes", "/ontology"])
def test_rdf_by_accept(
    server: httpx.Client, path: str, accept: str | None, content_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    request = server.build_request("GET", path, headers=headers)
    if accept is None:
        del request.headers["Accept"]
    response = server.send(request)
    assert response.headers["content-type"] == content_type
    assert response.headers["vary"] == "Accept, Accept-Encoding"
    assert len(read(response)) > 0


@pytest.mark.parametrize(("preferred", "language"), [("ja,en;q=0.5", "ja"), ("fr", "en")])
def test_a_browser_is_sent_to_the_page_in_its_language(
    server: httpx.Client, preferred: str, language: str
) -> None:
    response = server.get(DRUGS, headers={"Accept": FIREFOX, "Accept-Language": preferred})
    assert response.status_code == 303
    assert response.headers["location"] == f"/{language}/projects/drugs"
    varies = {each.strip() for each in response.headers["vary"].split(",")}
    assert {"Accept", "Accept-Language"} <= varies
    page = server.get(response.headers["location"], headers={"Accept": FIREFOX})
    assert page.status_code == 200
    assert "https://w3id.org/medrd-kg/id/project/drugs" in page.text


@pytest.mark.parametrize("path", ["/core", "/schemes", "/ontology", "/schemes/disease"])
def test_a_browser_reads_the_ontology_on_its_pages(server: httpx.Client, path: str) -> None:
    for accept in (FIREFOX, "text/html"):
        response = server.get(path, headers={"Accept": accept, "Accept-Language": "ja"})
        assert (response.status_code, response.headers["location"]) == (303, "/ja/ontology")
    file = server.get(f"{path}?format=rdf", headers={"Accept": FIREFOX})
    assert file.headers["content-type"] == "application/rdf+xml"
    assert len(read(file)) > 0
    wrong = server.get(f"{path}?format=pdf")
    assert wrong.status_code == 400
    assert wrong.json()["known"] == ["ttl", "nt", "rdf", "jsonld"]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/id/topic/cancer-drugs", "/en/topics/cancer-drugs"),
        ("/id/organization/mext", "/en/organizations/mext"),
        ("/id/document/policy-fy2022/S001", "/en/evidence/policy-fy2022/S001"),
    ],
)
def test_each_thing_has_its_page(server: httpx.Client, path: str, target: str) -> None:
    response = server.get(path, headers={"Accept": "text/html"})
    assert response.headers["location"] == target


def test_what_has_no_page_has_its_address_in_the_api(server: httpx.Client) -> None:
    response = server.get("/id/document/policy-fy2022", headers={"Accept": "text/html"})
    item = server.get(response.headers["location"], headers={"Accept": "text/html"})
    assert item.json()["id"] == "https://w3id.org/medrd-kg/id/document/policy-fy2022"


def test_what_has_no_address_is_rdf_even_for_browsers(server: httpx.Client) -> None:
    response = server.get("/id/axiom/genome-feeds-drugs", headers={"Accept": FIREFOX})
    assert response.headers["content-type"] == "application/xml"
    only_html = server.get("/id/axiom/genome-feeds-drugs", headers={"Accept": "text/html"})
    assert only_html.status_code == 406


def test_a_thing_comes_with_the_annotations_of_its_triples(server: httpx.Client) -> None:
    found = read(server.get("/id/project/genome-data"))
    assert (GENOME, RDF.type, MRD.IntegratedProject) in found
    axiom = found.value(predicate=OWL.annotatedSource, object=GENOME)
    assert found.value(axiom, MRD.assertionBasis) == MRDS["basis-inferred"]


def test_the_core_ontology_is_whole(server: httpx.Client) -> None:
    found = read(server.get("/core"))
    assert (URIRef("https://w3id.org/medrd-kg/core"), RDF.type, OWL.Ontology) in found
    assert (MRD.PriorityTopic, RDF.type, OWL.Class) in found
    assert not any(str(subject).startswith(str(MRDS)) for subject in found.subjects())
    anonymous = {node for node in found.objects() if isinstance(node, BNode)}
    assert anonymous, "the core has unions"
    assert anonymous <= set(found.subjects()), "no anonymous part is cut off"


def test_schemes_and_their_modules(server: httpx.Client) -> None:
    schemes = read(server.get("/schemes"))
    assert (MRDS["disease-aids"], RDF.type, MRD.DiseaseArea) in schemes
    module = read(server.get("/schemes/disease"))
    header = URIRef("https://w3id.org/medrd-kg/schemes/disease")
    assert set(module.subjects(RDFS.isDefinedBy, header)) == {MRDS["disease-aids"]}
    assert len(read(server.get("/ontology"))) > len(read(server.get("/core")))


@pytest.mark.parametrize(
    "path",
    ["/id/project/none", "/id/", "/id/project/drugs/", "/id/a%3Eb", "/id/%E3%81%8C", "/schemes/x"],
)
def test_unknown_things(server: httpx.Client, path: str) -> None:
    response = server.get(path)
    assert response.status_code == 404
    assert response.json()["type"].endswith("/not-found")


def test_impossible_types(server: httpx.Client) -> None:
    response = server.get(DRUGS, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


def test_resources_take_no_parameters(server: httpx.Client) -> None:
    assert server.get(f"{DRUGS}?x=1").status_code == 400


@pytest.mark.parametrize("module", ["%3C%60", "a%20b", "%F3%83%8D%88", "%7B%7D", "%22"])
def test_a_module_whose_name_is_no_iri_is_not_found(server: httpx.Client, module: str) -> None:
    for place in ("schemes", "ontology"):
        response = server.get(f"/{place}/{module}")
        assert response.status_code == httpx.codes.NOT_FOUND
        assert response.json()["type"].endswith("/not-found")
