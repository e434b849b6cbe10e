"""The answer to a query as a file: CSV for spreadsheets, JSON, XLSX, or Turtle for graphs."""

import csv
import io
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Final

from anyio import to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import GRAPH_TYPES, content_type
from medrd_kg.sparql.protocol import read_parameters
from medrd_kg.sparql.workers.job import Reply
from medrd_kg.web.faults import BrokenAnswer
from medrd_kg.web.pages.query_answers import ask_engine, pieces_of
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import serving
from medrd_kg.web.table_formats import XLSX, write_csv, write_xlsx
from medrd_kg.web.tables import Table

__all__ = ["download"]

_NAME: Final = "answer"
_SHOWN: Final = ", text/turtle;q=0.5"
_CSV: Final = "text/csv"
_JSON: Final = "application/sparql-results+json"
_FORMATS: Final = ("csv", "json", "xlsx")
_MOST_BYTES: Final = 64_000_000
"""Most bytes of an answer that become a workbook."""

_NEGATIVE: Final = re.compile(r"-\d+(?:\.\d+)?", re.ASCII)

_AT_ONCE: Final = 2_000
"""Rows of CSV that are written at a time."""


async def download(request: Request) -> Response:
    """Answer ``/{language}/query/download?query=…&format=…``."""
    served = serving(request)
    refuse_parameters(request, ("query", "format", "view"))
    given = dict(read_parameters(request.scope["query_string"], "the address"))
    chosen, text = given.get("format", "csv"), given.get("query", "")
    if chosen not in _FORMATS:
        raise Problem(
            "invalid-parameter",
            f"format={chosen[:50]!r} is not possible",
            f"use one of {', '.join(_FORMATS)}",
            extra={"parameter": "format", "known": list(_FORMATS)},
        )
    reply = await ask_engine(
        request, served, text, f"{_JSON if chosen == 'json' else _CSV}{_SHOWN}"
    )
    if reply.head.media_type in GRAPH_TYPES:
        return _streamed(_unbroken(reply), reply.head.media_type, "ttl")
    if chosen == "json":
        return _streamed(_unbroken(reply), _JSON, "json")
    if chosen == "csv":
        return _streamed(_for_spreadsheets(reply), _CSV, "csv")
    body = await _whole(reply)
    return _file(Response(await to_thread.run_sync(_workbook, body), media_type=XLSX), "xlsx")


def _streamed(pieces: AsyncIterator[bytes], media_type: str, suffix: str) -> Response:
    return _file(StreamingResponse(pieces, media_type=content_type(media_type)), suffix)


def _file(response: Response, suffix: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{_NAME}.{suffix}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _unbroken(reply: Reply) -> AsyncIterator[bytes]:
    """Yield an answer; where it breaks off, the connection says so, since the status has gone."""
    try:
        async for piece in pieces_of(reply):
            yield piece
    except Problem as problem:
        raise BrokenAnswer(str(problem)) from problem


async def _for_spreadsheets(reply: Reply) -> AsyncIterator[bytes]:
    """Yield CSV anew: with a byte order mark, and nothing that a spreadsheet takes for a formula.

    Pieces end anywhere, in the middle of quoted lines too: what is not whole waits for the next.
    """
    rest = b""
    columns: list[str] | None = None
    async for piece in _unbroken(reply):
        rest += piece
        whole = _whole_lines(rest)
        rows = list(csv.reader(io.StringIO(rest[:whole].decode(), newline="")))
        rest = rest[whole:]
        if columns is None and rows:
            columns, *rows = rows
            yield write_csv(Table(columns, []), bom=True)
        for start in range(0, len(rows), _AT_ONCE):
            table = Table(columns or [], _numbers_kept(rows[start : start + _AT_ONCE]))
            yield write_csv(table, bom=True, header=False)
    if rest:  # the truth of an ASK is one word without a line end
        yield write_csv(Table([rest.decode()], []), bom=True)


def _whole_lines(text: bytes) -> int:
    """Return the length of the part that ends behind the last line end outside of quotes."""
    end = len(text)
    while (end := text.rfind(b"\n", 0, end)) >= 0:
        if text.count(b'"', 0, end) % 2 == 0:
            return end + 1
    return 0


def _numbers_kept(rows: list[list[str]]) -> list[list[object]]:
    """Return rows with their negative numbers as numbers, which are no formulas."""
    return [[Decimal(cell) if _NEGATIVE.fullmatch(cell) else cell for cell in row] for row in rows]


async def _whole(reply: Reply) -> bytes:
    """Return all bytes of an answer.

    Raises:
        Problem: ``not-acceptable``: there are too many for a workbook.
    """
    body = b""
    pieces = pieces_of(reply)
    async for piece in pieces:
        body += piece
        if len(body) > _MOST_BYTES:
            await pieces.aclose()
            raise Problem(
                "not-acceptable", "the answer is too long for a workbook", "take CSV instead"
            )
    return body


def _workbook(body: bytes) -> bytes:
    columns, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
    whole = [
        position
        for position in range(len(columns))
        if all(_is_whole_number(row[position]) for row in rows)
        and any(row[position] for row in rows)
    ]
    cells = [
        [int(cell) if at in whole and cell else cell for at, cell in enumerate(row)] for row in rows
    ]
    return write_xlsx(Table(columns, cells), _NAME)


def _is_whole_number(text: str) -> bool:
    return not text or (text.isascii() and text.removeprefix("-").isdecimal())
