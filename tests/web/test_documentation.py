"""The page on HTTP names what the service has."""

from pathlib import Path

import httpx

from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES
from medrd_kg.web.collections import collections
from medrd_kg.web.responses import JSON_TYPES
from medrd_kg.web.table_formats import TABLE_TYPES


def test_the_page_names_every_collection_and_filter(checkout: Path) -> None:
    page = (checkout / "docs" / "rest.md").read_text(encoding="utf-8")
    for collection in collections().values():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{collection.name}` |")]
        assert [name for name in collection.filters if f"`{name}`" not in row] == []
        for each in collection.filters.values():
            assert f"| `{each.name}` | {each.description.en} |" in page


def test_the_page_names_every_media_type_and_address(checkout: Path, server: httpx.Client) -> None:
    page = (checkout / "docs" / "rest.md").read_text(encoding="utf-8")
    for media_type in (*SOLUTION_TYPES, *GRAPH_TYPES, *JSON_TYPES, *TABLE_TYPES):
        assert f"`{media_type}`" in page
    listed = {collection.path for collection in collections().values()}
    for path in server.get("/openapi.json").json()["paths"]:
        in_table = path in listed or path.removesuffix("/{slug}") in listed
        if in_table or path.startswith("/api/v1/queries/"):
            continue
        assert path.partition("{")[0].rstrip("/") in page, path
