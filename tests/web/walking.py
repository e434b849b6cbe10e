"""Walking through OpenAPI: the addresses that read, each with parameters that it answers."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.web.asked_questions import ASKED

_RESERVED = ("/update", "/graph-store", "/api/v1/admin", "/dumps", "/catalog", "/api/v1/reviews")


def reads(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the addresses below /api/v1 that GET reads, with their operations."""
    for path, operations in described["paths"].items():
        if path.startswith("/api/v1") and not path.startswith(_RESERVED) and "get" in operations:
            yield path, operations["get"]


def address_of(client: httpx.Client, path: str, operation: dict[str, Any]) -> str:
    """Return an address that the operation answers with 200: its examples, or a true member."""
    asked = ASKED.get(path.removeprefix("/api/v1/"))
    if asked:
        return f"{path}?{asked}"
    needed = {}
    for each in operation["parameters"]:
        if each["in"] == "query" and (
            each["required"] or (path.endswith("/diff") and "example" in each)
        ):
            schema = each["schema"]
            known = schema.get("enum") or schema.get("examples")
            value = each.get("example", schema.get("default", known and known[0]))
            assert value is not None, f"{path}: {each['name']} has no example"
            needed[each["name"]] = str(value)
    at = path
    at = at.replace("{version}", "current")
    if "{slug}" in path:
        listed = client.get(path.removesuffix("/{slug}"), params={"limit": 1}).json()
        at = path.replace("{slug}", listed["items"][0]["slug"])
    elif "{" in at:
        units = _units(client)
        for name, value in units.items():
            at = at.replace(f"{{{name}}}", value)
    assert "{" not in at, at
    return f"{at}?{urlencode(needed)}" if needed else at


def _units(client: httpx.Client) -> dict[str, str]:
    """Return the names of a document and of a unit that states something."""
    topic = client.get("/api/v1/topics", params={"limit": 1}).json()["items"][0]
    unit = next(each["id"] for each in topic["evidence"] if "unitId" in each)
    found = re.search(r"/document/([^/]+)/([^/]+)$", unit)
    assert found
    return {"document": found[1], "unit": found[2]}
