"""Stored queries as typed endpoints: ``/api/v1/queries`` and ``/api/v1/queries/{name}``."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from pyoxigraph import Literal, NamedNode

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import content_type
from medrd_kg.sparql.parameters import Parameter, Scalar, ValueType
from medrd_kg.sparql.protocol import QUERY
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.store.base import Row, Term
from medrd_kg.vocabulary import BASE, PREFIXES
from medrd_kg.web.explanations import (
    EXPLAIN,
    EXPLAIN_PARAMETER,
    explanation_of,
    wants_explanation,
)
from medrd_kg.web.openapi import answer, json_answer, operation, parameter, text_of
from medrd_kg.web.representation import generic, plain
from medrd_kg.web.requests import (
    FORMAT_PARAMETERS,
    PAGING_PARAMETERS,
    read_listing,
    read_offset,
    refuse_parameters,
)
from medrd_kg.web.responses import JSON_TYPES, address_of, envelope, json_response, listing_headers
from medrd_kg.web.schemas import KIND, reference
from medrd_kg.web.state import Serving, serving
from medrd_kg.web.table_formats import TABLE_SCHEMAS, TABLE_TYPES, file_response, write_table
from medrd_kg.web.tables import Table

__all__ = ["install_queries", "parameter_values"]

_PATH: Final = "/api/v1/queries"
_TAG: Final = "stored queries"
_XSD: Final = PREFIXES["xsd"]
_DATATYPES: Final[Mapping[ValueType, str]] = {
    "integer": f"{_XSD}integer",
    "decimal": f"{_XSD}decimal",
    "boolean": f"{_XSD}boolean",
    "date-time": f"{_XSD}dateTime",
}
_JSON_TYPES: Final[Mapping[ValueType, str]] = {"integer": "integer", "boolean": "boolean"}


def install_queries(app: FastAPI, queries: Mapping[str, StoredQuery]) -> None:
    """Add the list of stored queries, and a route for each of them, to an application."""
    app.add_api_route(
        _PATH,
        _list_queries,
        operation_id="list_queries",
        openapi_extra=operation(
            "Stored queries, each with its parameters, columns and text",
            json_answer("The queries.", reference("Collection")),
            problems=("unknown-parameter",),
        ),
        tags=[_TAG],
        response_class=Response,
    )
    for query in queries.values():
        app.add_api_route(
            f"{_PATH}/{query.name}",
            _ask(query),
            operation_id=f"query_{query.name.replace('-', '_')}",
            openapi_extra=_operation(query),
            tags=[_TAG],
            response_class=Response,
        )


async def _list_queries(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    items = [
        {
            "id": f"{BASE}queries/{query.name}",
            "slug": query.name,
            "href": served.address(f"{_PATH}/{query.name}"),
            "label": query.title.model_dump(),
            "description": query.description.model_dump(),
            "tags": query.tags,
            "parameters": [
                each.model_dump(exclude_none=True) | {"variable": each.variable}
                for each in query.parameters
            ],
            "columns": [column.model_dump() for column in query.columns],
            "query": query.text,
        }
        for query in served.queries.values()
    ]
    return json_response(envelope(served, address_of(served, _PATH), items, total=len(items)))


def _ask(query: StoredQuery) -> Callable[[Request], Awaitable[Response]]:
    names = [each.name for each in query.parameters]

    async def ask(request: Request) -> Response:
        served = serving(request)
        asked = read_listing(request, [*names, EXPLAIN], single=[*names, EXPLAIN], formats=(QUERY,))
        explains = wants_explanation(asked.own.pop(EXPLAIN, None), asked.media_type)
        text = query.bind(await parameter_values(served, query, asked.own))
        if asked.media_type == QUERY:
            return Response(text, media_type=content_type(QUERY), headers={"Vary": "Accept"})
        rows = await _rows(served, query, text)
        start = read_offset(asked.after)
        end = len(rows) if asked.limit is None else min(start + asked.limit, len(rows))
        path = f"{_PATH}/{query.name}"
        following = asked.following(served.address(path), str(end) if end < len(rows) else None)
        address = address_of(served, path, asked.parameters)
        first = [each for each in asked.parameters if each[0] != "cursor"]
        headers = listing_headers(address, address_of(served, path, first), following)
        if asked.media_type in TABLE_TYPES:
            table = _table(query, rows[start:end])
            # Many rows take long enough to hold up other requests.
            body = await to_thread.run_sync(
                lambda: write_table(table, query.name, asked.media_type, bom=asked.bom)
            )
            return file_response(body, query.name, asked.media_type, headers=headers)
        document = envelope(
            served,
            address,
            rows[start:end],
            total=len(rows),
            following=following,
            context=_context(served, query),
            more={
                "columns": [column.model_dump() for column in query.columns],
                **(explanation_of(served, [("items", text)], _numbers(query)) if explains else {}),
            },
        )
        return json_response(document, media_type=asked.media_type, headers=headers)

    return ask


def _numbers(query: StoredQuery) -> dict[str, dict[str, str]]:
    """Return what the numbers of the rows mean, by column."""
    return {
        column.name: column.description.model_dump()
        for column in query.columns
        if column.type in {"integer", "decimal"}
    }


async def parameter_values(
    served: Serving, query: StoredQuery, asked: Mapping[str, Sequence[str]]
) -> dict[str, Scalar]:
    """Check the values that a caller gives, against the data where they name things.

    Args:
        served: What is served.
        query: The stored query.
        asked: Values by name of parameter, as an address has them; the first of each counts.

    Raises:
        Problem: ``invalid-parameter``.
    """
    values: dict[str, Scalar] = {}
    for each in query.parameters:
        given = asked.get(each.name)
        if given is None:
            if each.default is None and not each.optional:
                raise _invalid(each, f"{each.name} is missing, and it has no default")
            continue
        try:
            each.term(given[0])
        except ValueError as error:
            raise _invalid(each, f"{each.name}={given[0]!r}: {error}") from error
        kind = each.of_kind
        if kind is None:
            values[each.name] = given[0]
        else:
            values[each.name] = await served.listings.resolve(kind, given[0], each.name)
    return values


async def _rows(served: Serving, query: StoredQuery, text: str) -> tuple[dict[str, Any], ...]:
    """Return all rows of an answer as JSON values, from those kept where possible."""
    kept = served.answers.get(text)
    if kept is None:
        found = await served.evaluator.select(text)
        kept = tuple(_row(query, row) for row in found)
        served.answers.put(text, kept)
    return kept


def _row(query: StoredQuery, row: Row) -> dict[str, Any]:
    return {column.name: _value(row.get(column.name), column.type) for column in query.columns}


def _value(term: Term | None, value_type: ValueType) -> Any:  # noqa: ANN401 - any JSON value
    """Return a term as the JSON value of a column's type; what does not fit says what it is."""
    match term:
        case None:
            return None
        case NamedNode():
            return term.value if value_type == "iri" else generic(term)
        case Literal() if value_type == "string":
            return term.value
        case _ if value_type in _DATATYPES:
            return plain(term, _DATATYPES[value_type])
        case _:
            return generic(term)


def _table(query: StoredQuery, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = [column.name for column in query.columns]
    decimals = frozenset(each.name for each in query.columns if each.type == "decimal")
    return Table(columns, [[_cell(row[name]) for name in columns] for row in rows], decimals)


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return value.get("@value", value.get("id"))
    return value


def _invalid(each: Parameter, detail: str) -> Problem:
    return Problem(
        "invalid-parameter",
        detail,
        f"{each.name} is of type {each.type}: {each.description.en}",
        extra={"parameter": each.name},
    )


def _context(served: Serving, query: StoredQuery) -> dict[str, Any]:
    """Return a context by which each column is a property of its own, and rows lose nothing."""
    context: dict[str, Any] = {"@version": 1.1, "id": "@id", "items": "@graph"}
    context |= dict.fromkeys(served.vocabulary.silent)
    for column in query.columns:
        coerced = "@id" if column.type == "iri" else _DATATYPES.get(column.type)
        term = {"@id": f"{BASE}queries/{query.name}#{column.name}"}
        context[column.name] = term | ({"@type": coerced} if coerced else {})
    return context


def _operation(query: StoredQuery) -> dict[str, Any]:
    return operation(
        text_of(query.title),
        answer(
            "The rows.",
            {
                JSON_TYPES[0]: {"schema": _schema(query)},
                JSON_TYPES[1]: {"schema": _schema(query)},
                **TABLE_SCHEMAS,
                QUERY: {"schema": {"type": "string"}},
            },
        ),
        description=text_of(query.description),
        parameters=[
            *(_parameter(each) for each in query.parameters),
            EXPLAIN_PARAMETER,
            *PAGING_PARAMETERS,
            *_formats(),
        ],
        problems=("unknown-parameter", "invalid-parameter", "malformed-request"),
    )


def _formats() -> list[dict[str, Any]]:
    chosen, bom = (dict(each) for each in FORMAT_PARAMETERS)
    names = [*chosen["schema"]["enum"], QUERY.rpartition("-")[2]]
    return [
        chosen
        | {
            "description": f"{chosen['description']} query: the SPARQL text itself.",
            "schema": {"type": "string", "enum": names},
        },
        bom,
    ]


def _parameter(each: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _JSON_TYPES.get(each.type, "string")}
    if each.default is not None:
        schema["default"] = each.default if each.kind is None else str(each.default)
    described = text_of(each.description)
    if each.kind is not None:
        described = f"{described}. A slug or IRI of a {each.kind}."
        schema[KIND] = each.kind
    required = each.default is None and not each.optional
    return parameter(each.name, described, schema, required=required)


def _schema(query: StoredQuery) -> dict[str, Any]:
    columns = {
        column.name: {
            "type": [_JSON_TYPES.get(column.type, "string"), "null"]
            if column.type != "lang-string"
            else ["object", "null"],
            "description": text_of(column.description),
        }
        for column in query.columns
    }
    rows = {"type": "array", "items": {"type": "object", "properties": columns}}
    return {"allOf": [reference("Collection"), {"type": "object", "properties": {"items": rows}}]}
