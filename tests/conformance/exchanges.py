"""HTTP exchanges that W3C manifests describe: read, carried out byte for byte, and judged."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import orjson
import pyoxigraph as ox
from pyoxigraph import Quad, RdfFormat
from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node
from tests.conformance.manifests import MF, Case
from tests.conformance.service import TOKEN

from medrd_kg.build.canonical import canonical_lines, canonical_quads

__all__ = ["Exchange", "exchanges", "faults"]

_HT: Final = Namespace("http://www.w3.org/2011/http#")
_CNT: Final = Namespace("http://www.w3.org/2011/content#")
_STATUS: Final = "http://www.w3.org/2011/http-statusCodes#"
_BY_PHRASE: Final = {each.phrase.replace(" ", ""): int(each) for each in HTTPStatus}


@dataclass(frozen=True)
class Exchange:
    """One request with what its answer must be.

    Attributes:
        method: The method.
        path: Path and parameters, as the manifest has them.
        headers: Of the request.
        body: Of the request.
        statuses: Statuses that are right; one of a hundred stands for its class.
        boolean: The answer of an ASK.
        format: ``boolean``, ``tabular`` or ``RDF``.
        location: Word that stands for the Location of the answer in later requests.
        response_headers: Of the answer.
        graph: What the answer must say, in Turtle.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    statuses: frozenset[int]
    boolean: bool | None
    format: str | None
    location: str | None
    response_headers: Mapping[str, str]
    graph: str | None


def exchanges(case: Case) -> Iterator[Exchange]:
    """Yield the exchanges of a test in order."""
    manifest = case.manifest
    action = manifest.value(case.node, MF.action)
    for connection in manifest.objects(action, _HT.requests):
        for request in Collection(manifest, connection):
            yield _exchange(manifest, request)


def _exchange(manifest: Graph, request: Node) -> Exchange:
    response = manifest.value(request, _HT.resp)
    body, encoding = _content(manifest, request)
    expected = manifest.value(response, MF.expectedBoolean)
    format_ = manifest.value(response, MF.expectedFormat)
    location = manifest.value(response, MF.expectedLocation)
    statuses = (
        str(each).removeprefix(_STATUS) for each in manifest.objects(response, MF.expectedStatus)
    )
    return Exchange(
        method=str(manifest.value(request, _HT.methodName)),
        path=str(manifest.value(request, _HT.absolutePath)),
        headers=_headers(manifest, request),
        body=(body or "").encode(encoding),
        statuses=frozenset(_status(each) for each in statuses),
        boolean=None if expected is None else str(expected) == "true",
        format=None if format_ is None else str(format_),
        location=None if location is None else str(location),
        response_headers=_headers(manifest, response),
        graph=_content(manifest, response)[0],
    )


def _status(name: str) -> int:
    if name.startswith("StatusCode"):
        return int(name.removeprefix("StatusCode")[0])
    return _BY_PHRASE[name]


def _headers(manifest: Graph, node: Node | None) -> dict[str, str]:
    return {
        str(manifest.value(header, _HT.fieldName)): str(manifest.value(header, _HT.fieldValue))
        for listed in manifest.objects(node, _HT.headers)
        for header in Collection(manifest, listed)
    }


def _content(manifest: Graph, node: Node | None) -> tuple[str | None, str]:
    content = manifest.value(node, _HT.body)
    characters = manifest.value(content, _CNT.chars) if content is not None else None
    encoding = manifest.value(content, _CNT.characterEncoding) if content is not None else None
    return None if characters is None else str(characters), str(encoding or "utf-8")


def faults(address: str, case: Case, path_of: Callable[[Case, Exchange], str]) -> Iterator[str]:
    """Carry out the exchanges of a test and yield what is wrong with the answers.

    Args:
        address: Of the server.
        case: The test.
        path_of: Where the server has what the manifest has at an exchange's path.
    """
    host = urlsplit(address)
    words: dict[str, str] = {}
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=60)
    try:
        for exchange in exchanges(case):
            path = path_of(case, exchange)
            for word, found in words.items():
                path = path.replace(word, quote(found, safe=""))
            connection.request(
                exchange.method,
                path,
                body=exchange.body or None,
                headers={**exchange.headers, "Authorization": f"Bearer {TOKEN}"},
            )
            answer = connection.getresponse()
            body = answer.read()
            told = f"{case.name}: {exchange.method} {path}: {answer.status}"
            yield from (
                f"{told} {fault}"
                for fault in _judged(exchange, answer, body, urljoin(address, path))
            )
            if exchange.location is not None:
                words[exchange.location] = answer.headers.get("Location", "")
    finally:
        connection.close()


def _judged(
    exchange: Exchange, answer: http.client.HTTPResponse, body: bytes, base: str
) -> Iterator[str]:
    content_type = answer.headers.get("Content-Type", "")
    if not {answer.status, answer.status // 100} & exchange.statuses:
        yield f"is none of {sorted(exchange.statuses)}: {body.decode(errors='replace')}"
        return
    if exchange.boolean is not None and orjson.loads(body)["boolean"] != exchange.boolean:
        yield f"answered {body!r}"
    if exchange.format == "tabular" and "results" not in orjson.loads(body):
        yield f"has no rows: {body!r}"
    if exchange.format == "RDF" and RdfFormat.from_media_type(content_type) is None:
        yield f"is no graph but {content_type}"
    if exchange.location is not None and not answer.headers.get("Location"):
        yield "has no Location"
    for name, value in exchange.response_headers.items():
        if answer.headers.get(name) != value:
            yield f"has {name}: {answer.headers.get(name)} instead of {value}"
    if exchange.graph is not None and _meaning(exchange.graph.encode(), base) != _meaning(
        body, base
    ):
        yield f"says {body.decode(errors='replace')} instead of {exchange.graph}"


def _meaning(turtle: bytes, base: str) -> list[bytes]:
    parsed = ox.parse(input=turtle, format=RdfFormat.TURTLE, base_iri=base)
    return canonical_lines(canonical_quads(Quad(*each.triple) for each in parsed))
