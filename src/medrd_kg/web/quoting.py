"""Parameters as addresses have them (application/x-www-form-urlencoded, WHATWG URL section 5)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus

__all__ = ["quoted_pairs"]

_ESCAPES: Final = {code: quote_plus(chr(code)) for code in range(128)}

_LONG: Final = 200
"""Characters from which a text is likely to be a query."""

_REMEMBERED: Final = 256
"""Queries: a page names those behind it, which REST has named just before, in two languages."""


def quoted_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return parameters as they stand behind the question mark.

    The same as `urllib.parse.urlencode`, several times faster for long queries.

    >>> quoted_pairs([("query", "ASK { ?s ?p 'がん' }"), ("format", "json")])
    'query=ASK+%7B+%3Fs+%3Fp+%27%E3%81%8C%E3%82%93%27+%7D&format=json'
    """
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    return _quoted_query(text) if len(text) > _LONG else _escaped(text)


@lru_cache(maxsize=_REMEMBERED)
def _quoted_query(text: str) -> str:
    return _escaped(text)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if text.isascii() else quote_plus(text)
