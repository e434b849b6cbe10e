"""``/update``: the SPARQL 1.1 Protocol for updates."""

from typing import Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from medrd_kg.sparql.protocol import FORM, UPDATE
from medrd_kg.sparql.update_protocol import read_update
from medrd_kg.sparql.writing import Update
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.editing import PROBLEMS, Editing, described, no_content
from medrd_kg.web.openapi import operation, parameter
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import serving

__all__ = ["install_update"]

PATH: Final = "/update"
_LONG: Final = 65_536
"""Bytes of a body from which it is read beside the event loop."""


def install_update(app: FastAPI, editing: Editing) -> None:
    """Add the endpoint to an application."""

    async def update(request: Request) -> Response:
        """Carry out an update."""
        served = serving(request)
        author = editing.admit(request)
        body = await read_body(
            request,
            limit_of(served.settings.max_body_mb),
            "send several shorter updates, or whole graphs to /graph-store",
        )
        arguments = (
            request.method,
            request.scope["query_string"],
            request.headers.get("content-type"),
            body,
        )
        if len(body) > _LONG:
            read = await to_thread.run_sync(read_update, *arguments)
        else:
            read = read_update(*arguments)
        # The base of relative IRIs is the query endpoint's, so that a text means one thing.
        change = Update(read.text, read.using, served.address("/sparql"))
        done = await editing.carry_out(request, served, change, author)
        return done if isinstance(done, Response) else no_content(done)

    for path in (PATH, f"{PATH}/"):
        app.add_api_route(
            path,
            update,
            methods=["POST"],
            operation_id="sparql_update",
            openapi_extra=_operation(),
            include_in_schema=path == PATH,
            tags=["SPARQL"],
            response_class=Response,
            status_code=204,
        )


def _operation() -> Schema:
    """Return what OpenAPI says of the endpoint."""
    graphs: Schema = {"type": "array", "items": {"type": "string", "format": "uri"}}
    text = {"type": "string"}
    example = (
        "INSERT DATA { GRAPH <https://w3id.org/medrd-kg/graph/edits/notes>"
        " { <urn:a> <urn:b> <urn:c> } }"
    )
    fields = {
        "type": "object",
        "required": ["update"],
        "properties": {
            "update": text,
            "using-graph-uri": graphs,
            "using-named-graph-uri": graphs,
        },
    }
    found = operation(
        "Carry out a SPARQL Update: the whole of it or nothing",
        {"description": "Done."},
        parameters=[
            parameter("using-graph-uri", "Graphs whose merge every WHERE reads.", graphs),
            parameter("using-named-graph-uri", "Graphs visible to GRAPH in WHERE.", graphs),
        ],
        problems=(*PROBLEMS, "malformed-query", "graph-exists", "not-found"),
        body={
            "required": True,
            "content": {
                UPDATE: {"schema": text, "example": example},
                FORM: {"schema": fields, "example": {"update": example}},
            },
        },
    )
    return described(found, {"204": {"description": "Done; it is durable and seen at once."}})
