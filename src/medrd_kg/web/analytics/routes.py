"""The routes of the questions, answered from the fact tables in a thread of their own."""

from collections.abc import Mapping
from typing import Any, Final

import anyio
from fastapi import FastAPI, Request, Response

from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.web.analytics.arguments import BASIS, read_arguments
from medrd_kg.web.analytics.question import Question
from medrd_kg.web.analytics.questions import QUESTIONS
from medrd_kg.web.analytics.shown import Json
from medrd_kg.web.openapi import json_answer, operation, parameter
from medrd_kg.web.requests import next_page, read_cursor, read_values
from medrd_kg.web.responses import address_of, envelope, json_response
from medrd_kg.web.schemas import reference
from medrd_kg.web.state import Serving, serving

__all__ = ["install_analytics"]

_TAG: Final = "questions"
_AT_A_TIME: Final = 4
"""Questions that are worked on at a time; they share the memory of the tables' engine."""

_PROBLEMS: Final = (
    "unknown-parameter",
    "invalid-parameter",
    "malformed-request",
    "not-found",
    "query-timeout",
    "query-memory",
)


def install_analytics(app: FastAPI) -> None:
    """Add the routes to an application."""
    for question in QUESTIONS:
        app.add_api_route(
            f"/api/v1/{question.path}",
            _Endpoint(question).answer,
            operation_id=question.name,
            openapi_extra=operation(
                question.summary,
                json_answer("A page of the answer.", reference("Collection")),
                description=question.description,
                parameters=[*(each.described for each in question.arguments), *_paging(question)],
                problems=_PROBLEMS,
            ),
            tags=[_TAG],
            response_class=Response,
        )


def _paging(question: Question) -> list[dict[str, Any]]:
    return [
        parameter(
            "limit",
            "Most entries on a page.",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": question.most,
                "default": question.usual,
            },
        ),
        parameter("cursor", "Where the page begins; taken from `next`.", {"type": "string"}),
    ]


class _Endpoint:
    """One question's endpoint."""

    _limiter: anyio.CapacityLimiter | None = None

    def __init__(self, question: Question) -> None:
        self._question = question
        self._single = [each.name for each in question.arguments if not each.is_repeated]
        self._names = [each.name for each in question.arguments]

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        served = serving(request)
        tables = _tables(served)
        question = self._question
        given, parameters = read_values(request, self._names, single=self._single)
        limit = _limit(given.pop("limit", None), question)
        offset = _offset(given.pop("cursor", None))
        values = read_arguments(question.arguments, given)
        if _Endpoint._limiter is None:  # it belongs to the running loop
            _Endpoint._limiter = anyio.CapacityLimiter(_AT_A_TIME)
        found = await anyio.to_thread.run_sync(
            question.ask, tables, values, offset, limit, limiter=_Endpoint._limiter
        )
        address = address_of(served, request.url.path, parameters)
        following = None
        if found.following is not None:
            bare = address_of(served, request.url.path)
            following = next_page(bare, parameters, str(found.following))
        return json_response(
            envelope(
                served,
                address,
                [_with_address(served, each) for each in found.items],
                total=found.total,
                following=following,
                more={**found.more, **self._basis(values), "asOf": served.release.version},
            )
        )

    def _basis(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Tell which links were taken, where the question makes a difference."""
        return {"basis": values.get("basis", "all")} if BASIS.name in self._names else {}


def _tables(served: Serving) -> FactTables:
    if served.tables is None:
        raise Problem(
            "not-found",
            "this dataset has no fact tables",
            "serve a release: they are made when one is built",
        )
    return served.tables


def _with_address(served: Serving, entry: Json) -> Json:
    """Make the address of an entry's items absolute."""
    if isinstance(entry, dict) and "href" in entry:
        return {**entry, "href": served.address(entry["href"])}
    return entry


def _limit(given: list[str] | None, question: Question) -> int:
    if given is None:
        return question.usual
    value = given[0]
    most = question.most
    is_number = value.isascii() and value.isdecimal() and len(value) <= len(str(most))
    if not is_number or not 1 <= int(value) <= most:
        raise Problem(
            "invalid-parameter",
            f"limit={value!r} is no integer from 1 to {most}",
            "follow `next` for more",
            extra={"parameter": "limit"},
        )
    return int(value)


def _offset(given: list[str] | None) -> int:
    place = read_cursor(None if given is None else given[0]) or "0"
    if not (place.isascii() and place.isdecimal()) or len(place) > len("999999999"):
        raise Problem(
            "invalid-parameter",
            "the cursor is not one of this service",
            "follow the addresses in `next`",
            extra={"parameter": "cursor"},
        )
    return int(place)
