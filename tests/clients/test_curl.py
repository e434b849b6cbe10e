"""curl as people call it, against the real server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")

QUERY = "SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } }"
TRIPLE = (URIRef("http://example.org/s"), URIRef("http://example.org/p"), Literal("医+療"))
TURTLE = "<http://example.org/s> <http://example.org/p> '医+療' .\n"
RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:e="http://example.org/"><rdf:Description rdf:about="http://example.org/s">
  <e:p>医+療</e:p></rdf:Description></rdf:RDF>"""


def curl(*arguments: str | Path) -> str:
    """Return what curl prints; statuses of faults are faults of the call."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "60", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr}{done.stdout}"
    return done.stdout


def status(*arguments: str | Path) -> str:
    """Return the status of an answer."""
    done = subprocess.run(
        ["curl", "--silent", "--output", "-", "--write-out", "%{stderr}%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


@pytest.fixture
def token(bearer: str) -> tuple[str, str]:
    return "-H", f"Authorization: {bearer}"


@pytest.fixture
def filled(empty: str, token: tuple[str, str]) -> str:
    curl(
        *token,
        "-H",
        "Content-Type: application/sparql-update",
        "--data-binary",
        f"INSERT DATA {{ GRAPH <http://example.org/g> {{ {TURTLE} }} }}",
        f"{empty}/update",
    )
    return empty


def told(answer: str) -> list[str]:
    return [row["o"]["value"] for row in json.loads(answer)["results"]["bindings"]]


def test_queries(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_text(QUERY, encoding="utf-8")
    endpoint = f"{filled}/sparql"
    assert told(curl("-d", f"query={QUERY}", endpoint)) == ["医+療"]
    assert told(curl("--data-urlencode", f"query={QUERY}", endpoint)) == ["医+療"]
    assert told(curl("-G", "--data-urlencode", f"query={QUERY}", endpoint)) == ["医+療"]
    assert told(curl("--data-urlencode", f"query@{file}", endpoint)) == ["医+療"]
    direct = ("-H", "Content-Type: application/sparql-query", "--data-binary", f"@{file}")
    assert told(curl(*direct, f"{endpoint}/")) == ["医+療"]
    found = curl("-H", "Accept: text/csv", "-G", "--data-urlencode", f"query={QUERY}", endpoint)
    assert found.splitlines() == ["o", "医+療"]


def test_head_options_and_the_description(filled: str) -> None:
    assert "200" in curl("-I", "-G", "--data-urlencode", "query=ASK {}", f"{filled}/sparql")
    assert "allow: " in curl("-i", "-X", "OPTIONS", f"{filled}/sparql").lower()
    assert "sd:endpoint" in curl(f"{filled}/sparql")


def test_compressed_answers(filled: str) -> None:
    many = (
        f"SELECT ?x ?y WHERE {{ VALUES ?x {{ 1 2 3 4 5 6 7 8 9 }} VALUES ?y {{ '{'医' * 999}' }} }}"
    )
    found = curl("--compressed", "--data-urlencode", f"query={many}", f"{filled}/sparql")
    assert len(json.loads(found)["results"]["bindings"]) == 9


@pytest.mark.parametrize("way", ["--data-urlencode", "-d"])
def test_updates(empty: str, token: tuple[str, str], way: str) -> None:
    update = "update=INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }"
    assert curl(*token, way, update, f"{empty}/update") == ""
    assert told(curl("-d", f"query={QUERY}", f"{empty}/sparql")) == ["1"]
    assert status(way, update, f"{empty}/update") == "401"


def test_files_are_put(empty: str, token: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "data.ttl"
    file.write_text(TURTLE, encoding="utf-8")
    store = f"{empty}/graph-store"
    typed = ("-H", "Content-Type: text/turtle")
    curl(*token, *typed, "-T", file, f"{store}?graph=http://example.org/g")
    curl(
        *token, "-T", file, f"{store}/"
    )  # curl adds the file's name, whose suffix tells the format
    curl(*token, *typed, "-X", "POST", "--data-binary", f"@{file}", f"{store}?default")
    for named in ("?graph=http://example.org/g", "/data.ttl", "?default"):
        found = curl("-H", "Accept: application/n-triples", f"{store}{named}")
        assert set(Graph().parse(data=found, format="nt")) == {TRIPLE}
    assert status(*token, "-T", file, f"{store}?graph=urn:g") == "415"
    assert curl(*token, "-X", "DELETE", f"{store}?graph=http://example.org/g") == ""
    assert status(f"{store}?graph=http://example.org/g") == "404"


def test_files_are_sent_as_a_form(empty: str, token: tuple[str, str], tmp_path: Path) -> None:
    turtle, xml = tmp_path / "a.ttl", tmp_path / "b.rdf"
    turtle.write_text(TURTLE, encoding="utf-8")
    xml.write_text(RDF_XML, encoding="utf-8")
    store = f"{empty}/graph-store"
    curl(*token, "-F", f"file=@{turtle}", f"{store}?graph=urn:a")
    curl(*token, "-F", f"file=@{xml};type=application/rdf+xml", f"{store}?graph=urn:b")
    curl(
        *token, "-F", f"one=@{turtle};type=text/turtle", "-F", f"two=@{xml}", f"{store}?graph=urn:c"
    )
    for graph in ("urn:a", "urn:b", "urn:c"):
        found = curl("-H", "Accept: text/turtle", f"{store}?graph={graph}")
        assert set(Graph().parse(data=found)) == {TRIPLE}


def test_a_new_graph_gets_an_address(empty: str, token: tuple[str, str]) -> None:
    sent = ("-H", "Content-Type: text/turtle", "--data-binary", TURTLE)
    answer = curl(*token, "-i", *sent, f"{empty}/graph-store")
    assert "201" in answer.splitlines()[0]
    (location,) = (
        line.partition(":")[2].strip()
        for line in answer.splitlines()
        if line.lower().startswith("location:")
    )
    assert set(Graph().parse(data=curl(location))) == {TRIPLE}
    assert status(*token, "-d", TURTLE, f"{empty}/graph-store") == "415"  # sent as a form
