"""Collections and items of every kind: ``/api/v1/topics`` and ``/api/v1/topics/{slug}``."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from pyoxigraph import Literal, NamedNode

from medrd_kg.kinds import Kind
from medrd_kg.problems import Problem
from medrd_kg.vocabulary import PREFIXES
from medrd_kg.web.analytics.definitions import stated
from medrd_kg.web.collections import Collection, Filter, collections
from medrd_kg.web.context import Property
from medrd_kg.web.explanations import (
    EXPLAIN,
    EXPLAIN_PARAMETER,
    explanation_of,
    wants_explanation,
)
from medrd_kg.web.openapi import answer, operation, parameter, text_of
from medrd_kg.web.representation import Item, read_batches, read_items, values_block
from medrd_kg.web.requests import (
    FORMAT_PARAMETERS,
    PAGING_PARAMETERS,
    Listing,
    next_page,
    read_listing,
)
from medrd_kg.web.responses import JSON_TYPES, address_of, envelope, json_response, listing_headers
from medrd_kg.web.schemas import KIND, Schema, reference
from medrd_kg.web.state import Serving, serving
from medrd_kg.web.table_formats import TABLE_SCHEMAS, TABLE_TYPES, file_response, write_table
from medrd_kg.web.tables import item_table

__all__ = ["install_collections", "sample_documents"]

_LISTING_PROBLEMS: Final = ("unknown-parameter", "invalid-parameter", "malformed-request")

Handler = Callable[[Request], Awaitable[Response]]


def install_collections(app: FastAPI) -> None:
    """Add the routes of every collection to an application."""
    for collection in collections().values():
        tag = collection.kind.label.en
        app.add_api_route(
            collection.path,
            _list(collection),
            operation_id=f"list_{collection.name}",
            openapi_extra=_list_operation(collection),
            tags=[tag],
            response_class=Response,
        )
        app.add_api_route(
            f"{collection.path}/{{slug}}",
            _show(collection),
            operation_id=f"get_{collection.kind.name}",
            openapi_extra=_item_operation(collection),
            tags=[tag],
            response_class=Response,
        )


def _with_addresses(served: Serving, collection: Collection, item: Item) -> Item:
    """Return an item with its slug and its address, after its ``id``."""
    slug = collection.kind.slug(item["id"])
    return {
        "id": item["id"],
        "slug": slug,
        "href": served.address(f"{collection.path}/{slug}"),
        **{name: value for name, value in item.items() if name != "id"},
    }


async def sample_documents(served: Serving, collection: Collection) -> dict[str, dict[str, Any]]:
    """Return true examples of what a collection and its first member answer, by path."""
    page = await served.listings.page(collection, {}, limit=1)
    if not page.members:
        return {}
    items = await _items(served, collection, page.members)
    base = served.address(collection.path)
    following = None if page.last is None else next_page(base, [("limit", "1")], page.last)
    address = address_of(served, collection.path, [("limit", "1")])
    return {
        collection.path: envelope(served, address, items, total=page.total, following=following),
        f"{collection.path}/{{slug}}": _item_document(served, collection, items[0]),
    }


def _item_document(served: Serving, collection: Collection, item: Item) -> dict[str, Any]:
    return {
        "@context": served.context,
        **item,
        "links": _links(served, collection.kind, item["slug"]),
        "release": served.state_id,
    }


def _list(collection: Collection) -> Handler:
    async def list_members(request: Request) -> Response:
        served = serving(request)
        asked = read_listing(request, [*collection.filters, EXPLAIN], single=[EXPLAIN])
        explains = wants_explanation(asked.own.pop(EXPLAIN, None), asked.media_type)
        page = await served.listings.page(
            collection, asked.own, after=asked.after, limit=asked.limit
        )
        base = served.address(collection.path)
        address = address_of(served, collection.path, asked.parameters)
        following = asked.following(base, page.last)
        first = [each for each in asked.parameters if each[0] != "cursor"]
        headers = listing_headers(address, address_of(served, collection.path, first), following)
        if asked.media_type in TABLE_TYPES:
            body = await _table(served, collection, page.members, asked, address)
            return file_response(body, collection.name, asked.media_type, headers=headers)
        items = await _items(served, collection, page.members)
        more = await _explanation(served, collection, asked, items) if explains else None
        document = envelope(
            served, address, items, total=page.total, following=following, more=more
        )
        return json_response(document, media_type=asked.media_type, headers=headers)

    return list_members


async def _explanation(
    served: Serving, collection: Collection, asked: Listing, items: Sequence[Item]
) -> dict[str, Any]:
    """Return the query for the whole list, and what the numbers of a page mean."""
    names = {name for item in items for name, value in item.items() if _is_number(value)}
    properties = {
        iri: each.name for iri, each in served.vocabulary.properties.items() if each.name in names
    }
    numbers: dict[str, dict[str, str]] = {"total": dict(stated("common")["total"])}
    rows = await served.evaluator.select(
        f"SELECT ?property ?text WHERE {{ {values_block('property', sorted(properties))}"
        f" ?property <{PREFIXES['skos']}definition> ?text }}"
    )
    for row in rows:
        found, text = row["property"], row["text"]
        if isinstance(found, NamedNode) and isinstance(text, Literal) and text.language:
            numbers.setdefault(properties[found.value], {})[text.language] = text.value
    query = await served.listings.query(collection, asked.own)
    return explanation_of(served, [("items", query)], numbers)


def _is_number(value: object) -> bool:
    """Tell whether a member of an item is a number, or several."""
    values = value if isinstance(value, list) else [value]
    return any(isinstance(each, int) and not isinstance(each, bool) for each in values)


def _show(collection: Collection) -> Handler:
    async def show_member(request: Request) -> Response:
        served = serving(request)
        asked = read_listing(request, (), paged=False)
        slug = request.path_params["slug"]
        iri = collection.kind.iri(slug)
        if not await served.listings.has(collection.kind, iri):
            raise Problem(
                "not-found",
                f"there is no {collection.kind.name} {slug!r}",
                f"{collection.path} lists all {collection.kind.label.en}",
            )
        if asked.media_type in TABLE_TYPES:
            address = address_of(served, f"{collection.path}/{slug}", asked.parameters)
            body = await _table(served, collection, (iri,), asked, address)
            return file_response(body, collection.name, asked.media_type)
        items = await _items(served, collection, (iri,))
        document = _item_document(served, collection, items[0])
        return json_response(document, media_type=asked.media_type)

    return show_member


async def _items(served: Serving, collection: Collection, members: Sequence[str]) -> list[Item]:
    """Read the things of a page in their order."""
    items = await read_items(served.evaluator, served.vocabulary, members)
    return [_with_addresses(served, collection, item) for item in items.values()]


async def _table(
    served: Serving,
    collection: Collection,
    members: Sequence[str],
    asked: Listing,
    address: str,
) -> bytes:
    """Return things as a table, from those kept where possible: a whole collection takes seconds.

    Raises:
        Problem: ``not-acceptable`` when the format cannot hold the table.
    """
    key = f"{asked.media_type} {address}"
    kept = served.documents.get(key)
    if kept is not None:
        return kept
    known = served.vocabulary.properties
    found = await served.listings.properties(collection.kind)
    used = sorted((known[iri] for iri in found if iri in known), key=_column_order)
    rows: list[Sequence[object]] = []
    # Rows are a fraction of the items that they show, whose number has no bound here.
    async for batch in read_batches(served.evaluator, served.vocabulary, members):
        items = [_with_addresses(served, collection, item) for item in batch.values()]
        rows += item_table(used, items).rows
    table = replace(item_table(used, ()), rows=rows)
    # Many rows take long enough to hold up other requests.
    body = await to_thread.run_sync(
        lambda: write_table(table, collection.name, asked.media_type, bom=asked.bom)
    )
    served.documents.put(key, body)
    return body


def _column_order(shown: Property) -> tuple[int, str]:
    first = ("label", "definition")
    return (first.index(shown.name) if shown.name in first else len(first), shown.name)


def _links(served: Serving, kind: Kind, slug: str) -> list[dict[str, str]]:
    """Return the lists that hold what belongs to a thing."""
    return [
        {
            "collection": other.name,
            "filter": each.name,
            "href": address_of(served, other.path, [(each.name, slug)]),
        }
        for other in collections().values()
        for each in other.filters.values()
        if each.kind == kind.name
    ]


def _list_operation(collection: Collection) -> dict[str, Any]:
    filters = [_filter_parameter(each) for each in collection.filters.values()]
    return operation(
        f"List {collection.kind.label.en} / {collection.kind.label.ja}",
        answer(
            "A page of the list.",
            {
                **{each: {"schema": reference("ItemCollection")} for each in JSON_TYPES},
                **TABLE_SCHEMAS,
            },
        ),
        description=(
            "Several values of one filter mean any of them; several filters mean all of them."
        ),
        parameters=[*filters, EXPLAIN_PARAMETER, *PAGING_PARAMETERS, *FORMAT_PARAMETERS],
        problems=_LISTING_PROBLEMS,
    )


def _filter_parameter(each: Filter) -> dict[str, Any]:
    kinds = {"integer": "integer"}
    values: Schema = {"type": kinds.get(each.type or "", "string")}
    if each.kind is not None and each.type is None:
        values[KIND] = each.kind
    described = text_of(each.description)
    if each.kind is not None:
        described = f"{described}. A slug or IRI of a {each.kind}."
    return parameter(each.name, described, {"type": "array", "items": values})


def _item_operation(collection: Collection) -> dict[str, Any]:
    return operation(
        f"One of the {collection.kind.label.en} / {collection.kind.label.ja}",
        answer(
            "The item.",
            {
                **{each: {"schema": reference("ItemDocument")} for each in JSON_TYPES},
                **TABLE_SCHEMAS,
            },
        ),
        parameters=[
            parameter(
                "slug",
                "Last part of the item's IRI.",
                {"type": "string"},
                place="path",
                required=True,
            ),
            *FORMAT_PARAMETERS,
        ],
        problems=(*_LISTING_PROBLEMS, "not-found"),
    )
