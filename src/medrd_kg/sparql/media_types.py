"""Media types of answers: what is offered for which form of query, the default first."""

from functools import lru_cache
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.negotiation import negotiate
from medrd_kg.store.base import QueryForm

__all__ = ["GRAPH_TYPES", "SOLUTION_TYPES", "answer_type", "content_type", "written_as"]

SOLUTION_TYPES: Final = (
    "application/sparql-results+json",
    "application/json",
    "application/sparql-results+xml",
    "application/xml",
    "text/xml",
    "text/csv",
    "text/tab-separated-values",
)
"""For SELECT and ASK."""

GRAPH_TYPES: Final = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/json",
    "application/xml",
    "text/xml",
    "text/plain",
)
"""For CONSTRUCT, DESCRIBE and whatever else is a graph."""

_SOLUTION_ALIASES: Final = {"text/xml": "application/sparql-results+xml"}
_GRAPH_ALIASES: Final = {
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
    "text/xml": "application/rdf+xml",
    "text/plain": "application/n-triples",
}


@lru_cache(maxsize=1024)
def answer_type(accept: str | None, form: str) -> str:
    """Return the media type in which an answer is sent.

    Args:
        accept: The Accept header, if any.
        form: A constant of `QueryForm`.

    Raises:
        Problem: ``not-acceptable``, with the types that could be had.
    """
    offers = GRAPH_TYPES if form == QueryForm.GRAPH else SOLUTION_TYPES
    chosen = negotiate(accept, offers)
    if chosen is None:
        raise Problem(
            "not-acceptable",
            f"none of the types in Accept ({accept}) can be sent for this answer",
            f"accept one of {', '.join(offers)}",
            extra={"available": list(offers)},
        )
    return chosen


def written_as(media_type: str, form: str) -> str:
    """Return the format behind a media type, since some formats go by several names."""
    aliases = _GRAPH_ALIASES if form == QueryForm.GRAPH else _SOLUTION_ALIASES
    return aliases.get(media_type, media_type)


def content_type(media_type: str) -> str:
    """Return the Content-Type header; text is labelled UTF-8, everything else has it fixed.

    >>> content_type("text/csv")
    'text/csv; charset=utf-8'
    """
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
