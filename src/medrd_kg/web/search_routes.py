"""Search for things by their names and texts, and completion of what somebody types."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.search.completing import Completion, complete
from medrd_kg.search.leading import KEPT
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.searching import MAX_LIMIT, MAX_QUERY, Hit, SearchResult, search
from medrd_kg.web.openapi import answer, json_answer, operation
from medrd_kg.web.requests import (
    FORMAT_PARAMETERS,
    Listing,
    paging_parameters,
    read_integer,
    read_listing,
    read_values,
    refuse_parameters,
)
from medrd_kg.web.responses import (
    JSON_TYPES,
    address_of,
    envelope,
    json_response,
    listing_headers,
)
from medrd_kg.web.search_access import (
    address_of_thing,
    in_thread,
    invalid,
    search_index,
)
from medrd_kg.web.search_described import FOUND, HIT, LANGUAGES, asked, collection_of, limit_up_to
from medrd_kg.web.state import Serving, serving
from medrd_kg.web.table_formats import TABLE_SCHEMAS, TABLE_TYPES, file_response, write_table
from medrd_kg.web.tables import SEPARATOR, Table

__all__ = ["install_search"]

_PATH: Final = "/api/v1/search"
_COMPLETE: Final = f"{_PATH}/complete"
_TAG: Final = "search"
_HITS: Final = 20
_COMPLETIONS: Final = 10
_OWN: Final = ("q", "type", "lang")
_SINGLE: Final = ("q", "lang")

_NAME: Final = "search"
_COLUMNS: Final = (
    *("id", "href", "type", "label_ja", "label_en"),
    *("matched_text", "matched_language", "matched_role", "match", "score", "release"),
)
"""Columns of hits as a table."""

_MOST_ROWS: Final = 10_000
"""Hits of the longest answer that is written as a table."""

_BEST: Final = 100
_STEP: Final = 9
"""Score of a hit: that of an exact label, and what each step below it takes away."""

_PROBLEMS: Final = (
    "unknown-parameter",
    "invalid-parameter",
    "malformed-request",
    "not-found",
    "query-timeout",
)


def install_search(app: FastAPI) -> None:
    """Add the routes to an application."""
    app.add_api_route(
        _PATH,
        _search,
        operation_id="search",
        openapi_extra=operation(
            "Things by words in their names, definitions and texts, the best first",
            answer(
                "A page of the things that were found; CSV and XLSX hold them all.",
                {**{each: {"schema": collection_of(HIT)} for each in JSON_TYPES}, **TABLE_SCHEMAS},
            ),
            description=(
                "Every word must be there, in any spelling: full or half width, kana, old forms."
                " Other names of what the words name are looked for too; with fewer than three"
                " hits, names with slips. `facets` counts the things of each kind, whatever `type`"
                " says."
            ),
            parameters=[
                *asked("Words between spaces."),
                *paging_parameters(MAX_LIMIT, _HITS),
                *FORMAT_PARAMETERS,
            ],
            problems=(*_PROBLEMS, "too-many-rows"),
        ),
        tags=[_TAG],
        response_class=Response,
    )
    app.add_api_route(
        _COMPLETE,
        _complete,
        operation_id="complete",
        openapi_extra=operation(
            "Things whose names begin with what somebody types, or else hold it",
            json_answer("The things.", collection_of(FOUND)),
            parameters=[*asked("The beginning of a name."), limit_up_to(KEPT, _COMPLETIONS)],
            problems=_PROBLEMS,
        ),
        tags=[_TAG],
        response_class=Response,
    )


async def _search(request: Request) -> Response:
    served = serving(request)
    index = search_index(served)
    asked = read_listing(request, _OWN, single=_SINGLE, most=MAX_LIMIT, usual=_HITS)
    q, kinds, lang = _question(index, asked.own)

    async def page(cursor: str | None) -> SearchResult:
        limit = MAX_LIMIT if asked.limit is None else asked.limit
        return await in_thread(
            partial(search, index, q, kinds=kinds, lang=lang, limit=limit, cursor=cursor)
        )

    found = await page(asked.after or None)
    if asked.media_type in TABLE_TYPES:
        hits = await _hits(asked, found, page)
        table = _table(served, hits)
        body = await to_thread.run_sync(
            lambda: write_table(table, _NAME, asked.media_type, bom=asked.bom)
        )
        return file_response(body, _NAME, asked.media_type)
    address = address_of(served, _PATH, asked.parameters)
    following = asked.following(address_of(served, _PATH), found.cursor)
    first = [each for each in asked.parameters if each[0] != "cursor"]
    document = envelope(
        served,
        address,
        [_hit(served, each) for each in found.hits],
        total=found.total,
        following=following,
        more={
            "facets": dict(found.facets),
            "synonyms": [" ".join(words) for words in found.synonyms],
            "asOf": served.release.version,
        },
    )
    headers = listing_headers(address, address_of(served, _PATH, first), following)
    return json_response(document, media_type=asked.media_type, headers=headers)


async def _hits(
    asked: Listing, first: SearchResult, page: Callable[[str | None], Awaitable[SearchResult]]
) -> list[Hit]:
    """Return the hits that a table is to hold: all of them unless a limit was given.

    Raises:
        Problem: ``too-many-rows``.
    """
    found = list(first.hits)
    if asked.limit is not None:
        return found
    if first.total > _MOST_ROWS:
        raise Problem(
            "too-many-rows",
            f"{first.total} things are found; {_MOST_ROWS} can be written as one table",
            "ask for more words, for one type, or for pages with limit",
            extra={"limit": _MOST_ROWS},
        )
    cursor = first.cursor
    while cursor is not None:
        further = await page(cursor)
        found += further.hits
        cursor = further.cursor
    return found


def _table(served: Serving, hits: Sequence[Hit]) -> Table:
    rows: list[list[object]] = []
    for each in hits:
        hit = _hit(served, each)
        rows.append(
            [
                hit["id"],
                hit["href"],
                SEPARATOR.join(hit["type"]),
                *(hit["label"].get(language) for language in LANGUAGES),
                hit["matched"]["text"],
                hit["matched"]["language"],
                hit["matched"]["role"],
                hit["match"],
                hit["score"],
                served.state_id,
            ]
        )
    return Table(_COLUMNS, rows)


async def _complete(request: Request) -> Response:
    served = serving(request)
    index = search_index(served)
    refuse_parameters(request, (*_OWN, "limit"))
    values, given = read_values(request, _OWN, single=_SINGLE)
    q, kinds, lang = _question(index, values)
    limit = read_integer("limit", _first(values, "limit"), least=1, most=KEPT, default=_COMPLETIONS)
    found = await in_thread(partial(complete, index, q, kinds=kinds, lang=lang, limit=limit))
    return json_response(
        envelope(
            served,
            address_of(served, _COMPLETE, given),
            [_found(served, each) for each in found],
            total=len(found),
            more={"asOf": served.release.version},
        )
    )


def _question(
    index: SearchIndex, values: Mapping[str, list[str]]
) -> tuple[str, list[str], str | None]:
    """Return what is asked for, the kinds, and the language.

    Raises:
        Problem: ``invalid-parameter``.
    """
    q, lang, kinds = _first(values, "q"), _first(values, "lang"), values.get("type", [])
    if q is None:
        raise invalid("q", "q is missing: what to look for")
    if len(q) > MAX_QUERY:
        raise invalid("q", f"q has {len(q)} characters; {MAX_QUERY} is the limit")
    for kind in kinds:
        if kind not in index.kinds:
            raise invalid("type", f"type={kind[:50]!r} is no kind of things", index.kinds)
    if lang is not None and lang not in LANGUAGES:
        raise invalid("lang", f"lang={lang[:50]!r} is not possible", LANGUAGES)
    return q, kinds, lang


def _first(values: Mapping[str, list[str]], name: str) -> str | None:
    return values[name][0] if name in values else None


def _hit(served: Serving, hit: Hit) -> dict[str, Any]:
    found = _found(served, hit)
    found["matched"]["role"] = hit.role.name.lower()
    return found | {
        "match": hit.match.name.lower().replace("_", "-"),
        "score": _BEST - _STEP * hit.match,
    }


def _found(served: Serving, each: Hit | Completion) -> dict[str, Any]:
    return {
        "id": each.iri,
        "href": address_of_thing(served, each.iri, each.kinds),
        "type": list(each.kinds),
        "label": dict(each.label),
        "matched": {
            "text": each.text,
            "language": each.language or None,
            "ranges": [{"start": start, "end": end} for start, end in each.ranges],
        },
    }
