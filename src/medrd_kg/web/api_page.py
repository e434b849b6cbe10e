"""The page at ``/api``: every operation of the OpenAPI document, without scripts or styles."""

from collections.abc import Iterator
from html import escape
from typing import Any, Final

__all__ = ["api_page"]

_METHODS: Final = ("get", "put", "post", "delete")


def api_page(document: dict[str, Any]) -> str:
    """Return the HTML page that describes an OpenAPI document."""
    return "\n".join(_lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(info['title'])}: API</title></head><body><main>"
    yield f"<h1>{escape(info['title'])} {escape(info['version'])}: API</h1>"
    yield f"<p>{escape(info['description'])}</p>"
    yield f"<p>Release: <code>{escape(info['x-release'])}</code>."
    yield 'Machine-readable: <a href="openapi.json">OpenAPI 3.1</a>,'
    yield '<a href="api/v1/context.jsonld">JSON-LD context</a>,'
    yield '<a href="sparql">SPARQL service description</a>.</p>'
    for tag, operations in _by_tag(document).items():
        yield f"<section><h2>{escape(tag)}</h2><dl>"
        for method, path, described in operations:
            yield from _operation(method, path, described)
        yield "</dl></section>"
    yield "</main></body></html>"


def _by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                described = operations[method]
                found.setdefault(described["tags"][0], []).append((method, path, described))
    return found


def _operation(method: str, path: str, described: dict[str, Any]) -> Iterator[str]:
    shown = escape(path)
    address = f'<a href=".{shown}">{shown}</a>' if method == "get" and "{" not in path else shown
    yield f"<dt><code>{method.upper()} {address}</code></dt>"
    yield f"<dd>{escape(described['summary'])}"
    parameters = described.get("parameters", [])
    if parameters:
        yield "<ul>"
        for each in parameters:
            yield (
                f"<li><code>{escape(each['name'])}</code>"
                f"{' (required)' if each['required'] else ''}: {escape(each['description'])}</li>"
            )
        yield "</ul>"
    yield "</dd>"
