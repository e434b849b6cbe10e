"""A Python client of the service: SPARQL answers as Python values, faults as exceptions.

>>> from medrd_kg.client import Client
>>> client = Client("http://127.0.0.1:8000")
>>> for row in client.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"):  # doctest: +SKIP
...     print(row["s"])
"""

import ast
import json
from collections.abc import Mapping, Sequence
from http.client import HTTPResponse
from typing import Any, Final
from urllib.error import HTTPError, URLError

from rdflib import BNode, Graph, Literal, URIRef
from SPARQLWrapper import ASK, CONSTRUCT, JSON, POST, SELECT, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

__all__ = ["Client", "ServiceProblem", "Unreachable", "Value"]

Value = Any
"""A value in a row.

IRIs are `URIRef` and blank nodes `BNode`, both also `str`; texts with a language are `Literal`,
also `str`; every other literal is the Python value of its datatype (int, Decimal, bool, datetime
and so on), or stays a `Literal` where Python has none.
"""

DEFAULT_TIMEOUT_SECONDS: Final = 60


class ServiceProblem(Exception):
    """The service refused a request or failed on it (RFC 9457).

    Attributes:
        type: IRI of the kind of fault; its last segment is its short name.
        title: The kind of fault in words.
        status: HTTP status code.
        detail: What is wrong.
        hint: How to mend it.
        line: One-based line of a query fault.
        column: One-based column of a query fault.
        document: The whole problem document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Keep a problem document."""
        self.document = dict(document)
        self.type = str(document.get("type", "about:blank"))
        self.title = str(document.get("title", ""))
        self.status = int(document.get("status", 0))
        self.detail = str(document.get("detail", ""))
        self.hint: str | None = document.get("hint")
        self.line: int | None = document.get("line")
        self.column: int | None = document.get("column")
        place = "" if self.line is None else f" (line {self.line}, column {self.column})"
        super().__init__(f"{self.detail or self.title}{place}")

    @property
    def slug(self) -> str:
        """Short name of the kind of fault, such as ``malformed-query``."""
        return self.type.rpartition("/")[2]


class Unreachable(Exception):
    """The service did not answer: no connection, or nothing within the timeout."""


class Client:
    """Asks one service.

    Attributes:
        endpoint: Address of its SPARQL endpoint.
        release: Version of the release that answers; None for what is served.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
        release: str | None = None,
    ) -> None:
        """Ask the service at ``address``.

        Args:
            address: Where it is, without ``/sparql``.
            token: Bearer token, for services that want one.
            timeout_seconds: How long to wait for an answer.
            release: Version of the release to ask, as it was published; None for what is served.
        """
        self.release = release
        self.endpoint = f"{address.rstrip('/')}/sparql"
        self._token = token
        self._timeout_seconds = timeout_seconds

    def select(
        self, query: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> list[dict[str, Value]]:
        """Return the rows of a SELECT, each with every variable; None where it is unbound.

        Args:
            query: SPARQL text.
            default_graphs: Graphs whose merge is the default graph, instead of the service's own.
            named_graphs: Graphs visible to GRAPH, with ``default_graphs``.

        Raises:
            ServiceProblem: The service refused the query or failed on it.
            Unreachable: There was no answer.
        """
        found = json.loads(self._ask(query, SELECT, JSON, default_graphs, named_graphs))
        if "results" not in found:
            raise TypeError("the query is no SELECT")
        names = found["head"]["vars"]
        return [
            {name: _value(row.get(name)) for name in names} for row in found["results"]["bindings"]
        ]

    def ask(
        self, query: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> bool:
        """Return the answer of an ASK; arguments and exceptions as in `select`."""
        found = json.loads(self._ask(query, ASK, JSON, default_graphs, named_graphs))
        if "boolean" not in found:
            raise TypeError("the query is no ASK")
        return bool(found["boolean"])

    def graph(
        self, query: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Graph:
        """Return the graph of a CONSTRUCT or DESCRIBE; the rest as in `select`."""
        found = self._ask(query, CONSTRUCT, TURTLE, default_graphs, named_graphs)
        return Graph().parse(data=found, format="turtle")

    def _ask(
        self,
        query: str,
        form: str,
        answer_format: str,
        default_graphs: Sequence[str],
        named_graphs: Sequence[str],
    ) -> bytes:
        wrapper = SPARQLWrapper(self.endpoint, returnFormat=answer_format)
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(onlyConneg=True)
        wrapper.setTimeout(self._timeout_seconds)
        wrapper.setQuery(query)
        # The wrapper guesses the form by patterns that comments mislead; the caller knows it.
        wrapper.queryType = form
        for graph in default_graphs:
            wrapper.addParameter("default-graph-uri", graph)
        for graph in named_graphs:
            wrapper.addParameter("named-graph-uri", graph)
        if self.release is not None:
            wrapper.addParameter("release", self.release)
        if self._token is not None:
            wrapper.addCustomHttpHeader("Authorization", f"Bearer {self._token}")
        try:
            response: HTTPResponse = wrapper.query().response
            with response:
                return response.read()
        except SPARQLWrapperException as error:
            raise ServiceProblem(_document(_body(error), _status(error))) from error
        except HTTPError as error:
            with error:
                raise ServiceProblem(_document(error.read(), error.code)) from error
        except (URLError, TimeoutError, ConnectionError) as error:
            raise Unreachable(f"{self.endpoint} does not answer: {error}") from error


def _body(error: SPARQLWrapperException) -> bytes:
    """Return the answer that the wrapper read and kept only as the text of a bytes literal."""
    _, found, literal = str(error).partition("Response:\n")
    body = ast.literal_eval(literal) if found else b""
    return body if isinstance(body, bytes) else b""


def _status(error: SPARQLWrapperException) -> int:
    return error.__context__.code if isinstance(error.__context__, HTTPError) else 0


def _document(body: bytes, status: int) -> dict[str, Any]:
    """Return a problem document; what is none (a proxy's page) becomes one."""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    text = body.decode("utf-8", errors="replace")
    return {"type": "about:blank", "status": status, "title": f"HTTP {status}", "detail": text}


def _value(binding: Mapping[str, str] | None) -> Value:
    match binding:
        case None:
            return None
        case {"type": "uri", "value": value}:
            return URIRef(value)
        case {"type": "bnode", "value": value}:
            return BNode(value)
        case {"value": value, "xml:lang": language}:
            return Literal(value, lang=language)
        case {"value": value, "datatype": datatype}:
            return Literal(value, datatype=URIRef(datatype)).toPython()
        case _:
            return str(binding["value"])
