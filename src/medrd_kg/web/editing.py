"""What the endpoints that write have in common: who may, who does it, and how refusals are told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from anyio import to_thread
from fastapi import Request, Response
from pyoxigraph import RdfFormat, parse, serialize

from medrd_kg.federation.hops import HOPS_HEADER, hops_of
from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import content_type
from medrd_kg.sparql.negotiation import accepted_language, negotiate
from medrd_kg.sparql.writing import Author, EditRequest, Writer, Written
from medrd_kg.store.journal import author_fingerprint
from medrd_kg.web.authorization import Authority, Role
from medrd_kg.web.responses import RELEASE_HEADER
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving

__all__ = ["PROBLEMS", "Editing", "described", "no_content"]

_TURTLE: Final = "text/turtle"
_JSON_LD: Final = "application/ld+json"
_PROBLEM: Final = "application/problem+json"
_PREFIXES: Final = {"sh": "http://www.w3.org/ns/shacl#", "xsd": "http://www.w3.org/2001/XMLSchema#"}

PROBLEMS: Final = (
    "unauthorized",
    "forbidden",
    "malformed-request",
    "invalid-parameter",
    "read-only-graph",
    "content-too-large",
    "unsupported-media-type",
    "invalid-data",
    "busy",
)
"""What any endpoint that writes may answer."""


@dataclass(frozen=True, slots=True)
class Editing:
    """How this application is written to.

    Attributes:
        authority: Knows the tokens.
        writer: Returns who carries out changes of a served state.
        new_graphs: Returns the namespace of graphs that get their names here.
    """

    authority: Authority
    writer: Callable[[Serving], Writer]
    new_graphs: Callable[[Serving], str]

    def admit(self, request: Request) -> Author:
        """Return who writes; refuse those who may not, before anything of a body is read.

        Raises:
            Problem: ``unauthorized`` or ``forbidden``.
        """
        role = self.authority.require(Role.EDITOR, request.scope["headers"])
        token = request.headers["authorization"].partition(" ")[2].strip()
        hops = hops_of(request.headers.get(HOPS_HEADER))
        return Author(role.name.lower(), author_fingerprint(token), hops)

    async def carry_out(
        self, request: Request, served: Serving, change: EditRequest, author: Author
    ) -> Written | Response:
        """Carry out a change; the report on data that do not conform comes as the caller wants it.

        Raises:
            Problem: The change was refused.
        """
        try:
            language = accepted_language(request.headers.get("accept-language"))
            return await self.writer(served).edit(replace(change, language=language), author)
        except Problem as problem:
            report = problem.extra.get("report")
            if problem.slug != "invalid-data" or report is None:
                raise
            wanted = negotiate(request.headers.get("accept"), (_PROBLEM, _TURTLE, _JSON_LD))
            if wanted not in {_TURTLE, _JSON_LD}:
                raise
            body = await to_thread.run_sync(_written_report, report, wanted)
            return Response(
                body,
                status_code=int(problem.kind.status),
                media_type=content_type(wanted),
                headers={"Vary": "Accept", "Cache-Control": "no-store"},
            )


def no_content(written: Written, *, status: int = 204, location: str | None = None) -> Response:
    """Return the answer to an accepted change, with the state that holds it."""
    headers = {RELEASE_HEADER: written.state_id}
    if location is not None:
        headers["Location"] = location
    return Response(status_code=status, headers=headers)


def described(operation: Schema, answers: dict[str, Schema]) -> Schema:
    """Return the operation object of a change: success has no body, and a token is needed."""
    responses = {key: value for key, value in operation["responses"].items() if key != "200"}
    return {**operation, "responses": {**answers, **responses}, "security": [{"bearer": []}]}


def _written_report(report: Any, media_type: str) -> bytes:  # noqa: ANN401 - any JSON-LD document
    document = orjson.dumps(report)
    if media_type == _JSON_LD:
        return document
    quads = parse(input=document, format=RdfFormat.JSON_LD)
    written = serialize(
        (quad.triple for quad in quads), format=RdfFormat.TURTLE, prefixes=_PREFIXES
    )
    if written is None:  # only when an output file is given
        raise AssertionError("the engine returned no bytes")
    return written
