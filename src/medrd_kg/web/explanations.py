"""``explain=true``: the SPARQL that gives the same answer, its total, and what its numbers mean."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.web.openapi import parameter
from medrd_kg.web.responses import address_of
from medrd_kg.web.state import Serving
from medrd_kg.web.table_formats import TABLE_TYPES

__all__ = ["EXPLAIN", "EXPLAIN_PARAMETER", "explanation_of", "wants_explanation"]

EXPLAIN: Final = "explain"
EXPLAIN_PARAMETER: Final = parameter(
    EXPLAIN,
    "Whether JSON tells the SPARQL that gives the same answer, the total in which yen are counted,"
    " and what each number means.",
    {"type": "boolean", "default": False},
)

_KNOWN: Final = ("true", "false")


def wants_explanation(given: Sequence[str] | None, media_type: str) -> bool:
    """Return whether an explanation is wanted.

    Args:
        given: The values of the parameter; None where it was not given.
        media_type: What the answer comes in.

    Raises:
        Problem: ``invalid-parameter``: the value is not possible, or tables are asked for.
    """
    if given is None:
        return False
    value = given[0]
    if value not in _KNOWN:
        raise Problem(
            "invalid-parameter",
            f"{EXPLAIN}={value[:50]!r} is not possible",
            f"use {' or '.join(_KNOWN)}",
            extra={"parameter": EXPLAIN, "known": list(_KNOWN)},
        )
    if value == "true" and media_type in TABLE_TYPES:
        raise Problem(
            "invalid-parameter",
            "an explanation is JSON",
            "leave out format; XLSX of a question has the definitions among its notes",
            extra={"parameter": EXPLAIN},
        )
    return value == "true"


def explanation_of(
    served: Serving,
    queries: Sequence[tuple[str, str]],
    numbers: Mapping[str, Mapping[str, str]],
    *,
    total: str | None = None,
    bounds: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the member ``explanation`` of a document.

    Args:
        served: The served state.
        queries: What each query gives, ``items`` or a member of the document, and its text.
        numbers: Definitions by name and language.
        total: IRI of the total in which yen are counted.
        bounds: By query, further members that tell how far it goes; None where each query
            gives the whole of its part.
    """
    return {
        "explanation": {
            "queries": [
                {
                    "part": part,
                    "query": text,
                    "href": address_of(served, "/sparql", [("query", text)]),
                    **bound,
                }
                for (part, text), bound in zip(queries, bounds or [{}] * len(queries), strict=True)
            ],
            "namedTotal": total,
            "numbers": dict(numbers),
        }
    }
