"""One hint on an empty answer, and how answers carry hints without ceasing to be standard.

SPARQL JSON gets one more member at the top, which readers of the format pass over; every other
format goes unchanged, with a header a hint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson

from medrd_kg.kinds import Bilingual

__all__ = ["HINTS_HEADER", "HINTS_MEMBER", "Hint", "hint_headers", "with_hints"]

HINTS_MEMBER: Final = "medrd-kg:hints"
"""Member of a SPARQL JSON document that lists the hints."""

HINTS_HEADER: Final = "Medrd-Kg-Hint"

_MOST_HEADERS: Final = 4
_LONGEST_MESSAGE: Final = 200
"""Longest message, in characters, that a header carries; proxies bound headers to some kB."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A likely cause of an empty answer.

    Attributes:
        kind: What kind of cause; docs/rest.md lists them.
        message: The cause and what to do.
        line: One-based line of the part that it is about, where there is one.
        column: One-based column of it.
        suggestions: What may have been meant, as SPARQL terms, the likeliest first.
    """

    kind: str
    message: Bilingual
    line: int | None = None
    column: int | None = None
    suggestions: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the hint as JSON."""
        found: dict[str, Any] = {"kind": self.kind, "message": self.message.model_dump()}
        if self.line is not None:
            found |= {"line": self.line, "column": self.column}
        return found | {"suggestions": list(self.suggestions)}


def with_hints(body: bytes, hints: Sequence[Hint]) -> bytes:
    """Return a SPARQL JSON document with hints.

    Args:
        body: The document as it was written.
        hints: None of them leaves it as it is.
    """
    if not hints or not body.startswith(b"{"):
        return body
    listed = orjson.dumps([hint.document() for hint in hints])
    # Before the rest: there are readers that take nothing after the bindings.
    return b'{"%s":%s,%s' % (HINTS_MEMBER.encode(), listed, body[1:])


def hint_headers(hints: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return one header a hint: its kind, its place, and its English message.

    The message is an extended parameter (RFC 8187), so that terms in any script pass.

    Args:
        hints: Documents of hints, as `Hint.document` writes them.
    """
    return [(HINTS_HEADER, _header(hint)) for hint in hints[:_MOST_HEADERS]]


def _header(hint: Mapping[str, Any]) -> str:
    parts = [hint["kind"]]
    if "line" in hint:
        parts += [f"line={hint['line']}", f"column={hint['column']}"]
    said = hint["message"]["en"]
    if hint["suggestions"]:
        said = f"{said}: {', '.join(hint['suggestions'])}"
    shown = said if len(said) <= _LONGEST_MESSAGE else f"{said[:_LONGEST_MESSAGE]}…"
    return "; ".join([*parts, f"message*=UTF-8''{quote(shown, safe='')}"])
