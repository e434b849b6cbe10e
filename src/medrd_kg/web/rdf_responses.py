"""Graphs as answers: the form that Accept wants, written and labelled."""

from collections.abc import Iterable
from typing import Final

from fastapi import Request, Response
from pyoxigraph import Triple

from medrd_kg.problems import Problem
from medrd_kg.sparql.description import write_graph
from medrd_kg.sparql.media_types import GRAPH_TYPES, content_type
from medrd_kg.sparql.negotiation import negotiate

__all__ = ["HTML", "negotiated", "rdf_response", "written"]

HTML: Final = "text/html"


def negotiated(request: Request, *, html: bool) -> str:
    """Return the media type to answer in.

    Args:
        request: The request.
        html: Whether a person may be led to a page; only where HTML is named.

    Raises:
        Problem: ``not-acceptable``.
    """
    offers = (*GRAPH_TYPES, HTML) if html else GRAPH_TYPES
    accept = request.headers.get("accept")
    found = negotiate(accept, offers, named_only=(HTML,))
    if found is None:
        raise Problem(
            "not-acceptable",
            f"none of the types in Accept ({accept}) can be sent",
            f"accept one of {', '.join(offers)}",
            extra={"available": list(offers)},
        )
    return found


def written(triples: Iterable[Triple], media_type: str) -> bytes:
    """Return triples in a format.

    Raises:
        Problem: ``not-acceptable``: the format cannot say them.
    """
    try:
        return write_graph(list(triples), media_type)
    except ValueError as error:
        raise Problem(
            "not-acceptable", f"the triples cannot be written as {media_type}: {error}"
        ) from error


def rdf_response(body: bytes, media_type: str) -> Response:
    """Return a written graph as an answer."""
    return Response(body, media_type=content_type(media_type), headers={"Vary": "Accept"})
