"""Documents of editors that mean harm: they burst nothing, read no file, and call nobody."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.web.conftest import fixture_server

EDITOR = "editor-token-of-the-tests-0000"
GRAPH = "https://w3id.org/medrd-kg/graph/edits/hostile"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e#"'


@pytest.fixture(scope="module")
def server() -> Iterator[httpx.Client]:
    """A server that may be written."""
    with fixture_server(f"editor_token={EDITOR}", "query_memory_mb=256") as client:
        yield client


def put(server: httpx.Client, document: str, media_type: str) -> httpx.Response:
    """The answer to a graph."""
    return server.put(
        "/graph-store",
        params={"graph": GRAPH},
        content=document.encode(),
        headers={"Content-Type": media_type, "Authorization": f"Bearer {EDITOR}"},
    )


def is_well(server: httpx.Client) -> bool:
    """Whether nothing was written, and an honest graph still can be."""
    missing = server.get("/graph-store", params={"graph": GRAPH}).status_code == 404
    honest = put(server, "<urn:a> <urn:b> <urn:c> .", "text/turtle").status_code == 201
    gone = server.delete(
        "/graph-store", params={"graph": GRAPH}, headers={"Authorization": f"Bearer {EDITOR}"}
    )
    return missing and honest and gone.status_code == 204


def xml(declarations: str, text: str) -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [{declarations}]><rdf:RDF {RDF}>'
        f'<rdf:Description rdf:about="urn:a"><e:p>{text}</e:p></rdf:Description></rdf:RDF>'
    )


def test_entities_within_entities_do_not_burst(server: httpx.Client) -> None:
    """Two dozen lines that stand for a gigabyte."""
    levels = [f'<!ENTITY l0 "{"x" * 1000}">']
    levels += [f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 7)]
    answer = put(server, xml("".join(levels), "&l6;"), "application/rdf+xml")
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"].endswith("/malformed-data")
    assert is_well(server)


def test_one_entity_used_often_does_not_burst(server: httpx.Client) -> None:
    document = xml(f'<!ENTITY big "{"x" * 90_000}">', "&big;" * 50_000)
    answer = put(server, document, "application/rdf+xml")
    assert answer.status_code == 400, answer.text
    assert is_well(server)


def test_an_external_entity_is_not_read(server: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("what only the server may read", encoding="utf-8")
    document = xml(f'<!ENTITY file SYSTEM "{secret.as_uri()}">', "&file;")
    answer = put(server, document, "application/rdf+xml")
    assert answer.status_code == 400, answer.text
    assert "only the server" not in answer.text
    assert is_well(server)


def test_a_remote_context_is_not_fetched(server: httpx.Client) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        context = f"http://127.0.0.1:{listening.getsockname()[1]}/context"
        document = f'{{"@context": "{context}", "@id": "urn:a", "p": "v"}}'
        answer = put(server, document, "application/ld+json")
        assert answer.status_code == 400, answer.text
        with pytest.raises(BlockingIOError):  # nobody has come
            listening.accept()
    assert is_well(server)


@pytest.mark.parametrize(
    ("media_type", "opening", "closing"),
    [
        ("text/turtle", "<urn:a> <urn:b> " + "(" * 20_000, ")" * 20_000 + " ."),
        ("application/ld+json", '{"@id":"urn:a","urn:b":' + "[" * 20_000, "]" * 20_000 + "}"),
    ],
)
def test_deep_nesting_ends_no_service(
    server: httpx.Client, media_type: str, opening: str, closing: str
) -> None:
    answer = put(server, opening + closing, media_type)
    assert answer.status_code in {204, 201, 400, 503}, answer.text
    server.delete(
        "/graph-store", params={"graph": GRAPH}, headers={"Authorization": f"Bearer {EDITOR}"}
    )
    assert is_well(server)
