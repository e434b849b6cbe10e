"""``/sparql``: the SPARQL 1.1 Protocol for queries."""

from typing import Final

from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.sparql.description import describe_service, write_graph
from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES, answer_type, content_type
from medrd_kg.sparql.protocol import FORM, QUERY, read_query
from medrd_kg.store.base import QueryForm
from medrd_kg.web.openapi import answer, operation, parameter
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["install_sparql"]

PATH: Final = "/sparql"
_BYTES_PER_MEGABYTE: Final = 1_000_000


def install_sparql(app: FastAPI) -> None:
    """Add the endpoint to an application."""
    for method, described in _operations().items():
        app.add_api_route(
            PATH,
            _answer,
            methods=[method],
            operation_id=f"sparql_{method.lower()}",
            openapi_extra=described,
            tags=["SPARQL"],
            response_class=Response,
        )


async def _answer(request: Request) -> Response:
    """Answer a query, or describe the service to a request without one."""
    served = serving(request)
    limit = served.settings.max_body_mb * _BYTES_PER_MEGABYTE
    body = await _body(request, limit) if request.method == "POST" else b""
    query = read_query(
        request.method, request.scope["query_string"], request.headers.get("content-type"), body
    )
    accept = request.headers.get("accept")
    endpoint = served.address(PATH)
    if query is None:
        return _description(served, endpoint, accept)
    answer = await served.evaluator.answer(query, accept, endpoint)
    return Response(
        answer.body,
        media_type=content_type(answer.media_type),
        headers={"Vary": "Accept", "Server-Timing": answer.timing.header},
    )


def _description(served: Serving, endpoint: str, accept: str | None) -> Response:
    media_type = answer_type(accept, QueryForm.GRAPH)
    triples = describe_service(
        endpoint,
        served.release.statistics,
        union_default_graph=served.release.store.union_default_graph,
    )
    return Response(
        write_graph(triples, media_type),
        media_type=content_type(media_type),
        headers={"Vary": "Accept"},
    )


async def _body(request: Request, limit: int) -> bytes:
    """Read a request body of at most ``limit`` bytes.

    Raises:
        Problem: ``content-too-large``.
    """
    announced = request.headers.get("content-length", "0")
    received = bytearray()
    if not announced.isdecimal() or int(announced) <= limit:
        async for piece in request.stream():
            received += piece
            if len(received) > limit:
                break
        else:
            return bytes(received)
    raise Problem(
        "content-too-large",
        f"the request body is larger than {limit} bytes",
        "send a shorter query; long lists of values are better asked in parts",
        extra={"limit": limit},
    )


def _operations() -> dict[str, Schema]:
    """Return what OpenAPI says of the endpoint, by method."""
    graphs: Schema = {"type": "array", "items": {"type": "string", "format": "uri"}}
    dataset = [
        parameter("default-graph-uri", "Graphs whose merge is the default graph.", graphs),
        parameter("named-graph-uri", "Graphs visible to GRAPH.", graphs),
    ]
    text = {"type": "string"}
    success = answer(
        "The answer; without a query, the description of the service.",
        {each: {"schema": text} for each in dict.fromkeys((*SOLUTION_TYPES, *GRAPH_TYPES))},
    )
    example = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 3"
    fields = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": text, "default-graph-uri": graphs, "named-graph-uri": graphs},
    }
    problems = (
        "malformed-query",
        "malformed-request",
        "invalid-parameter",
        "update-on-query-endpoint",
        "service-not-allowed",
        "too-many-rows",
    )
    return {
        "GET": operation(
            "Answer a SPARQL query given in the address",
            success,
            parameters=[parameter("query", "SPARQL 1.1 query.", text, example=example), *dataset],
            problems=problems,
        ),
        "POST": operation(
            "Answer a SPARQL query given in the body",
            success,
            parameters=dataset,
            problems=(*problems, "content-too-large", "unsupported-media-type"),
            body={
                "required": True,
                "content": {
                    QUERY: {"schema": text, "example": example},
                    FORM: {"schema": fields, "example": {"query": example}},
                },
            },
        ),
    }
