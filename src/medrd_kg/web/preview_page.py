"""The small page that shows what a thing is, in the frame of a reconciliation client."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

__all__ = ["POLICY", "preview_page"]

_STYLE: Final = (
    "body{font:14px/1.5 sans-serif;margin:8px}h1{font-size:16px;margin:0 0 4px}"
    "p{margin:4px 0}.type{color:#555}"
)
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY: Final = f"default-src 'none'; style-src 'sha256-{_DIGEST}'"
"""Content-Security-Policy of the page: its own style, and nothing else. Clients frame it."""


def preview_page(shown: Mapping[str, Any], address: str, language: str) -> str:
    """Return the page.

    Args:
        shown: What `medrd_kg.search.reconciliation.answers.preview` tells of the thing.
        address: Where more about it is told.
        language: ``ja`` or ``en``.
    """
    return "\n".join(_lines(shown, address, language))


def _lines(shown: Mapping[str, Any], address: str, language: str) -> Iterator[str]:
    name = escape(shown["name"])
    yield "<!doctype html>"
    yield f'<html lang="{language}"><head><meta charset="utf-8">'
    yield f"<title>{name}</title><style>{_STYLE}</style></head><body>"
    yield f'<h1><a href="{escape(address)}" target="_blank" rel="noopener">{name}</a></h1>'
    types = ", ".join(escape(each["name"]) for each in shown["types"])
    yield f'<p class="type">{types}</p>'
    other = [(tag, text) for tag, text in shown["label"].items() if text != shown["name"]]
    others = [*other, *((each["lang"], each["value"]) for each in shown["names"])]
    if others:
        yield f"<p>{' · '.join(_text(tag, text) for tag, text in others)}</p>"
    for each in shown["definitions"]:
        yield f"<p>{_text(each['lang'], each['value'])}</p>"
    yield f'<p class="type"><code>{escape(shown["id"])}</code></p>'
    yield "</body></html>"


def _text(language: str, text: str) -> str:
    attribute = f' lang="{escape(language)}"' if language else ""
    return f"<span{attribute}>{escape(text)}</span>"
