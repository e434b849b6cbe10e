"""Answers as files: CSV that is written as it is read, page after page; XLSX in one piece."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import anyio
from fastapi import Response
from fastapi.responses import StreamingResponse

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import content_type
from medrd_kg.web.analytics.definitions import definitions
from medrd_kg.web.analytics.question import Answer, Question, Values
from medrd_kg.web.analytics.tables import ITEMS, Tables
from medrd_kg.web.faults import BrokenAnswer
from medrd_kg.web.requests import Listing
from medrd_kg.web.state import Serving
from medrd_kg.web.table_formats import CSV, XLSX, file_headers, file_response, write_book, write_csv

__all__ = ["Asked", "book_response", "csv_response"]

_TAG_DIGITS: Final = 32
_NOTES: Final = "notes"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and how more of the answer is had.

    Attributes:
        question: The question.
        values: The values of its parameters.
        listing: Paging and format.
        address: Address of the answer.
        served: The served state.
        ask: Returns the page that begins at a place, of some length.
    """

    question: Question
    values: Values
    listing: Listing
    address: str
    served: Serving
    ask: Callable[[int, int], Awaitable[Answer]]

    @property
    def name(self) -> str:
        """Name of the file, without its ending."""
        return self.question.path.replace("/", "-")

    def tables(self, first: Answer) -> Tables:
        """Return the tables of the answer whose first page is at hand.

        Raises:
            Problem: ``too-many-rows``.
        """
        is_whole = self.listing.limit is None
        return Tables(
            self.question,
            self.values,
            first,
            state=self.served.state_id,
            most=self.served.settings.max_result_rows,
            written=first.total if is_whole else len(first.items),
        )

    async def further(self, first: Answer) -> AsyncIterator[Answer]:
        """Yield the pages after the first, where the caller wants them all."""
        page = first
        while self.listing.limit is None and page.following is not None:
            page = await self.ask(page.following, self.question.most)
            yield page


async def csv_response(asked: Asked, first: Answer, part: str) -> Response:
    """Return one list of an answer as CSV.

    An answer of one page is sent whole. A longer one is sent as it is read; when that fails on the
    way, the connection is cut, so that a part never passes for the whole.

    Args:
        asked: What was asked.
        first: The first page of the answer.
        part: The list, one of `Tables.names`.

    Raises:
        Problem: ``too-many-rows``.
    """
    tables = asked.tables(first)
    bom = asked.listing.bom
    name = asked.name if part == ITEMS else f"{asked.name}-{part}"
    table = tables.entries(first) if part == ITEMS else tables.part(part)
    body = write_csv(table, bom=bom)
    if part != ITEMS or first.following is None or asked.listing.limit is not None:
        return file_response(body, name, CSV)

    async def pieces() -> AsyncIterator[bytes]:
        yield body
        try:
            async for page in asked.further(first):
                yield write_csv(tables.entries(page), bom=bom, header=False)
        except Problem as problem:
            raise BrokenAnswer(str(problem)) from problem

    # The state and the address fix every byte, so that the tag is known before them.
    fixed = f"{asked.served.state_id}\n{asked.address}\n{CSV}\n"
    tag = hashlib.sha256(fixed.encode()).hexdigest()[:_TAG_DIGITS]
    return StreamingResponse(
        pieces(),
        media_type=content_type(CSV),
        headers={**file_headers(name, CSV), "ETag": f'"{tag}"'},
    )


async def book_response(asked: Asked, first: Answer) -> Response:
    """Return an answer as a workbook: a sheet for each of its lists, and one with notes.

    Raises:
        Problem: ``too-many-rows``, or ``not-acceptable`` when a cell does not fit.
    """
    key = f"{XLSX} {asked.address}"
    kept = asked.served.documents.get(key)
    if kept is None:
        tables = asked.tables(first)
        entries = [tables.entries(first)]
        entries += [tables.entries(page) async for page in asked.further(first)]
        sheets = [
            (ITEMS, entries),
            *((name, [tables.part(name)]) for name in asked.question.parts),
            (
                _NOTES,
                [tables.notes(asked.address, definitions(asked.question, asked.values, first))],
            ),
        ]
        # Many rows take long enough to hold up other requests.
        kept = await anyio.to_thread.run_sync(write_book, sheets)
        asked.served.documents.put(key, kept)
    return file_response(kept, asked.name, XLSX)
