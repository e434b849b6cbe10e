"""Collections and items of every kind: ``/api/v1/topics`` and ``/api/v1/topics/{slug}``."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.sparql.kinds import Kind
from medrd_kg.sparql.media_types import content_type
from medrd_kg.web.collections import Collection, Filter, collections
from medrd_kg.web.context import Property
from medrd_kg.web.openapi import answer, operation, parameter, text_of
from medrd_kg.web.representation import Item, read_items
from medrd_kg.web.requests import (
    CSV,
    FORMAT_PARAMETERS,
    PAGING_PARAMETERS,
    next_page,
    read_listing,
)
from medrd_kg.web.responses import JSON_TYPES, address_of, envelope, json_response
from medrd_kg.web.schemas import reference
from medrd_kg.web.state import Serving, serving
from medrd_kg.web.tables import item_table, write_csv

__all__ = ["install_collections", "listing_headers", "sample_documents"]

_BATCH: Final = 500
"""Items read by one query."""

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


def listing_headers(address: str, first: str, following: str | None) -> dict[str, str]:
    """Return the Link header of a page (RFC 8288)."""
    links = [f'<{first}>; rel="first"'] if first != address else []
    if following is not None:
        links.append(f'<{following}>; rel="next"')
    return {"Link": ", ".join(links)} if links else {}


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
        asked = read_listing(request, collection.filters)
        page = await served.listings.page(
            collection, asked.own, after=asked.after, limit=asked.limit
        )
        items = await _items(served, collection, page.members)
        base = served.address(collection.path)
        address = address_of(served, collection.path, asked.parameters)
        following = asked.following(base, page.last)
        first = [each for each in asked.parameters if each[0] != "cursor"]
        headers = listing_headers(address, address_of(served, collection.path, first), following)
        if asked.media_type == CSV:
            return await _csv(served, collection.kind, items, bom=asked.bom, headers=headers)
        document = envelope(served, address, items, total=page.total, following=following)
        return json_response(document, media_type=asked.media_type, headers=headers)

    return list_members


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
        items = await _items(served, collection, (iri,))
        if asked.media_type == CSV:
            return await _csv(served, collection.kind, items, bom=asked.bom, headers={})
        document = _item_document(served, collection, items[0])
        return json_response(document, media_type=asked.media_type)

    return show_member


async def _items(served: Serving, collection: Collection, members: Sequence[str]) -> list[Item]:
    """Read the things of a page in their order, in batches that keep each query small."""
    found: list[Item] = []
    for start in range(0, len(members), _BATCH):
        batch = members[start : start + _BATCH]
        items = await read_items(served.evaluator, served.vocabulary, batch)
        found += [_with_addresses(served, collection, item) for item in items.values()]
    return found


async def _csv(
    served: Serving, kind: Kind, items: Sequence[Item], *, bom: bool, headers: dict[str, str]
) -> Response:
    known = served.vocabulary.properties
    used = [known[iri] for iri in await served.listings.properties(kind) if iri in known]
    columns, rows = item_table(sorted(used, key=_column_order), items)
    return Response(
        write_csv(columns, rows, bom=bom),
        media_type=content_type(CSV),
        headers={
            "Vary": "Accept",
            "Content-Disposition": f'inline; filename="{kind.collection}.csv"',
            **headers,
        },
    )


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
                CSV: {"schema": {"type": "string"}},
            },
        ),
        description=(
            "Several values of one filter mean any of them; several filters mean all of them."
        ),
        parameters=[*filters, *PAGING_PARAMETERS, *FORMAT_PARAMETERS],
        problems=_LISTING_PROBLEMS,
    )


def _filter_parameter(each: Filter) -> dict[str, Any]:
    kinds = {"integer": "integer"}
    values = {"type": kinds.get(each.type or "", "string")}
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
                CSV: {"schema": {"type": "string"}},
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
