"""The routes of the questions, answered from the fact tables in threads of their own."""

from collections.abc import Mapping
from typing import Any, Final

import anyio
from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.web.analytics.arguments import BASIS, choice, read_arguments
from medrd_kg.web.analytics.described import described
from medrd_kg.web.analytics.explaining import explanation
from medrd_kg.web.analytics.files import Asked, book_response, csv_response
from medrd_kg.web.analytics.question import Answer, Question
from medrd_kg.web.analytics.questions import QUESTIONS
from medrd_kg.web.analytics.shown import Json
from medrd_kg.web.analytics.tables import ITEMS
from medrd_kg.web.explanations import EXPLAIN, wants_explanation
from medrd_kg.web.requests import Listing, next_page, read_listing, read_offset
from medrd_kg.web.responses import address_of, envelope, json_response, listing_headers
from medrd_kg.web.state import Serving, serving
from medrd_kg.web.table_formats import CSV, TABLE_TYPES

__all__ = ["install_analytics"]

_TAG: Final = "questions"
_AT_A_TIME: Final = 4
"""Questions that are worked on at a time; they share the memory of the tables' engine."""

_PART: Final = "part"


def install_analytics(app: FastAPI) -> None:
    """Add the routes to an application."""
    for question in QUESTIONS:
        app.add_api_route(
            f"/api/v1/{question.path}",
            _Endpoint(question).answer,
            operation_id=question.name,
            openapi_extra=described(question),
            tags=[_TAG],
            response_class=Response,
        )


class _Endpoint:
    """One question's endpoint."""

    _limiter: anyio.CapacityLimiter | None = None

    def __init__(self, question: Question) -> None:
        self._question = question
        self._single = [each.name for each in question.arguments if not each.is_repeated]
        self._names = [each.name for each in question.arguments]
        self._parts = (ITEMS, *question.parts)
        parts = [_PART] if question.parts else []
        self._own = [*self._names, *parts, EXPLAIN]

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        served = serving(request)
        tables = served.require_tables()
        question = self._question
        listing = read_listing(
            request,
            self._own,
            single=[*self._single, _PART, EXPLAIN],
            most=question.most,
            usual=question.usual,
        )
        offset = read_offset(listing.after)
        own = dict(listing.own)
        explains = wants_explanation(own.pop(EXPLAIN, None), listing.media_type)
        part = self._part(own.pop(_PART, None), listing.media_type)
        values = read_arguments(question.arguments, own)

        async def ask(start: int, length: int) -> Answer:
            if _Endpoint._limiter is None:  # it belongs to the running loop
                _Endpoint._limiter = anyio.CapacityLimiter(_AT_A_TIME)
            return await anyio.to_thread.run_sync(
                question.ask, tables, values, start, length, limiter=_Endpoint._limiter
            )

        found = await ask(offset, question.most if listing.limit is None else listing.limit)
        address = address_of(served, request.url.path, listing.parameters)
        if listing.media_type in TABLE_TYPES:
            asked = Asked(question, values, listing, address, served, ask)
            if listing.media_type == CSV:
                return await csv_response(asked, found, part)
            return await book_response(asked, found)
        more = explanation(served, question, values, found) if explains else {}
        more = {**found.more, **self._basis(values), "asOf": served.release.version, **more}
        return _document(served, request.url.path, listing, found, more)

    def _part(self, given: list[str] | None, media_type: str) -> str:
        """Return which list of the answer a table shall hold.

        Raises:
            Problem: ``invalid-parameter``.
        """
        if given is None:
            return ITEMS
        read: str = read_arguments([choice(_PART, "", self._parts)], {_PART: given})[_PART]
        if media_type != CSV:
            raise Problem(
                "invalid-parameter",
                "part chooses what CSV holds; other formats hold all parts",
                "add format=csv",
                extra={"parameter": _PART},
            )
        return read

    def _basis(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Tell which links were taken, where the question makes a difference."""
        return {"basis": values.get("basis", "all")} if BASIS.name in self._names else {}


def _document(
    served: Serving, path: str, listing: Listing, found: Answer, more: Mapping[str, Any]
) -> Response:
    address = address_of(served, path, listing.parameters)
    following = None
    if found.following is not None:
        bare = address_of(served, path)
        following = next_page(bare, listing.parameters, str(found.following))
    first = [each for each in listing.parameters if each[0] != "cursor"]
    document = envelope(
        served,
        address,
        [_with_address(served, each) for each in found.items],
        total=found.total,
        following=following,
        more=more,
    )
    headers = listing_headers(address, address_of(served, path, first), following)
    return json_response(document, media_type=listing.media_type, headers=headers)


def _with_address(served: Serving, entry: Json) -> Json:
    """Make the address of an entry's items absolute."""
    if isinstance(entry, dict) and "href" in entry:
        return {**entry, "href": served.address(entry["href"])}
    return entry
