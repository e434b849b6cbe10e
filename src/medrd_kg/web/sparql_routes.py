"""``/sparql`` among the routes, and what OpenAPI says of it."""

from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES
from medrd_kg.sparql.protocol import FORM, QUERY
from medrd_kg.web.openapi import answer, operation, parameter
from medrd_kg.web.schemas import Schema
from medrd_kg.web.sparql_endpoint import PATH, SparqlEndpoint

__all__ = ["install_sparql"]


def install_sparql(app: FastAPI, endpoint: SparqlEndpoint) -> None:
    """Add the endpoint to an application."""

    async def pass_on(_: Request) -> Response:
        return _Delegated(endpoint)

    for method, described in _operations().items():
        app.add_api_route(
            PATH,
            pass_on,
            methods=[method],
            operation_id=f"sparql_{method.lower()}",
            openapi_extra=described,
            tags=["SPARQL"],
            response_class=Response,
        )


_JSON_ANSWER: Final[Schema] = {"type": ["object", "array"]}
"""Results are objects; JSON-LD may be an array of them."""


class _Delegated(Response):
    """A response that the endpoint itself sends."""

    def __init__(self, endpoint: SparqlEndpoint) -> None:
        super().__init__()
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the endpoint answer."""
        await self._endpoint(scope, receive, send)


def _operations() -> dict[str, Schema]:
    """Return what OpenAPI says of the endpoint, by method."""
    graphs: Schema = {"type": "array", "items": {"type": "string", "format": "uri"}}
    dataset = [
        parameter("default-graph-uri", "Graphs whose merge is the default graph.", graphs),
        parameter("named-graph-uri", "Graphs visible to GRAPH.", graphs),
    ]
    text = {"type": "string"}
    switch = {"type": "boolean", "default": False}
    ours = [
        parameter("hints", "Add likely causes to an empty answer.", switch),
        parameter("explain", "Tell how the query is evaluated instead of its answer.", switch),
    ]
    success = answer(
        "The answer; without a query, the description of the service.",
        {
            each: {"schema": _JSON_ANSWER if each.endswith("json") else text}
            for each in dict.fromkeys((*SOLUTION_TYPES, *GRAPH_TYPES))
        },
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
        "query-timeout",
        "query-memory",
        "query-cancelled",
        "busy",
        "rate-limited",
    )
    return {
        "GET": operation(
            "Answer a SPARQL query given in the address",
            success,
            parameters=[
                parameter("query", "SPARQL 1.1 query.", text, example=example),
                *dataset,
                *ours,
            ],
            problems=problems,
        ),
        "POST": operation(
            "Answer a SPARQL query given in the body",
            success,
            parameters=[*dataset, *ours],
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
