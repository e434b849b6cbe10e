"""``/graph-store``: the SPARQL 1.1 Graph Store HTTP Protocol."""

from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.sparql.graph_store import GraphTarget, read_target
from medrd_kg.sparql.media_types import GRAPH_TYPES
from medrd_kg.sparql.protocol import QUERY
from medrd_kg.sparql.rdf_documents import MULTIPART, RDF_TYPES
from medrd_kg.sparql.writing import Author, EditRequest, GraphDeletion, GraphWriting
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.editing import PROBLEMS, Editing, described, no_content
from medrd_kg.web.openapi import answer, operation, parameter
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["install_graph_store"]

PATH: Final = "/graph-store"
_BELOW: Final = b"/graph-store/"
_DIRECT: Final = "/graph-store/{path:path}"
_OF_BODY: Final = frozenset({b"content-type", b"content-length", b"transfer-encoding"})
_IRI_CHARACTERS: Final = ":/?#[]@!$&'()*+,;=%~"


def install_graph_store(app: FastAPI, editing: Editing, endpoint: ASGIApp) -> None:
    """Add the endpoint to an application.

    Args:
        app: The application.
        editing: How it is written to.
        endpoint: Answers queries: the SPARQL endpoint.
    """

    async def read(request: Request) -> Response:
        """Answer with the triples of a graph."""
        served = serving(request)
        target = _target(request, served, editing)
        if not await _exists(served, target):
            raise _unknown(target)
        return _Construction(endpoint, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {target.pattern}")

    async def write(request: Request) -> Response:
        """Replace a graph, add to it, or create one."""
        served = serving(request)
        author = editing.admit(request)
        _refuse_conditions(request)
        target = _target(request, served, editing)
        body = await read_body(
            request,
            limit_of(served.settings.max_body_mb),
            "send the graph in parts: PUT the first one and POST the others",
        )
        change = GraphWriting(
            graph=target.graph,
            replaces=request.method == "PUT",
            content_type=request.headers.get("content-type"),
            body=body,
            base_iri=target.graph or served.address(PATH),
        )
        return await _changed(request, served, change, target, author)

    async def delete(request: Request) -> Response:
        """Remove a graph."""
        served = serving(request)
        author = editing.admit(request)
        _refuse_conditions(request)
        target = _target(request, served, editing)
        return await _changed(request, served, GraphDeletion(target.graph), target, author)

    async def _changed(
        request: Request, served: Serving, change: EditRequest, target: GraphTarget, author: Author
    ) -> Response:
        done = await editing.carry_out(request, served, change, author)
        if isinstance(done, Response):
            return done
        location = quote(target.graph, _IRI_CHARACTERS) if target.is_new and target.graph else None
        return no_content(done, status=201 if done.created else 204, location=location)

    handlers = {"GET": read, "PUT": write, "POST": write, "DELETE": delete}
    for path, place in ((PATH, "query"), (_DIRECT, "path")):
        for method, handler in handlers.items():
            app.add_api_route(
                path,
                handler,
                methods=[method],
                operation_id=f"graph_{method.lower()}_by_{place}",
                openapi_extra=_operation(method, place),
                tags=["SPARQL"],
                response_class=Response,
            )


class _Construction(Response):
    """A response that the SPARQL endpoint gives, to a query of ours and the caller's Accept."""

    def __init__(self, endpoint: ASGIApp, text: str) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._text = text.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the endpoint answer."""
        kept = [(name, value) for name, value in scope["headers"] if name not in _OF_BODY]
        asked = {
            **scope,
            "method": "POST",
            "query_string": b"",
            "headers": [*kept, (b"content-type", QUERY.encode())],
        }
        body: list[Message] = [{"type": "http.request", "body": self._text, "more_body": False}]

        async def receive_query() -> Message:
            return body.pop() if body else await receive()

        await self._endpoint(asked, receive_query, send)


def _refuse_conditions(request: Request) -> None:
    """Refuse writes that depend on what a graph holds: ignoring that could lose data.

    Raises:
        Problem: ``malformed-request``.
    """
    for name in ("If-Match", "If-None-Match", "If-Unmodified-Since"):
        if name in request.headers:
            raise Problem(
                "malformed-request",
                f"{name} is not supported with {request.method}: nothing was changed",
                "state the condition in the WHERE of a SPARQL Update",
            )


def _target(request: Request, served: Serving, editing: Editing) -> GraphTarget:
    _, _, below = request.scope["raw_path"].partition(_BELOW)
    return read_target(
        request.method,
        request.scope["query_string"],
        below,
        store=served.address(PATH),
        new_graphs=editing.new_graphs(served),
    )


async def _exists(served: Serving, target: GraphTarget) -> bool:
    """Whether there is such a graph; the default graph always is, and a graph may be empty."""
    if target.graph is None:
        return True
    text = f"SELECT (1 AS ?found) WHERE {{ GRAPH <{target.graph}> {{}} }}"
    return bool(await served.evaluator.select(text))


def _unknown(target: GraphTarget) -> Problem:
    return Problem(
        "not-found",
        f"there is no graph <{target.graph}>",
        "GET /sparql lists the graphs",
    )


_SUMMARIES: Final = {
    "GET": "The triples of a graph",
    "PUT": "Replace the triples of a graph, or create it",
    "POST": "Add triples to a graph, or create one",
    "DELETE": "Remove a graph",
}


def _operation(method: str, place: str) -> Schema:
    """Return what OpenAPI says of a method."""
    text = {"type": "string"}
    if place == "path":
        note = "The graph is named by the address itself."
        named = [parameter("path", note, text, place="path", required=True, example="notes/1")]
    else:
        named = [
            parameter("graph", "IRI of the graph.", {"type": "string", "format": "uri"}),
            parameter("default", "The default graph; without a value.", text),
        ]
    success = answer("The triples.", {each: {"schema": text} for each in GRAPH_TYPES})
    if method == "GET":
        problems = ("not-found", "malformed-request", "invalid-parameter", "unknown-parameter")
        return operation(_SUMMARIES[method], success, parameters=named, problems=problems)
    body = {
        "required": True,
        "content": {each: {"schema": text} for each in RDF_TYPES}
        | {MULTIPART: {"schema": {"type": "object", "additionalProperties": text}}},
    }
    found = operation(
        _SUMMARIES[method],
        success,
        parameters=named,
        problems=(*PROBLEMS, "not-found", "unknown-parameter", "malformed-data"),
        body=None if method == "DELETE" else body,
    )
    answers: Schema = {"204": {"description": "Done; it is durable and seen at once."}}
    if method != "DELETE":
        answers["201"] = {"description": "The graph exists now; a new name is in Location."}
    return described(found, answers)
