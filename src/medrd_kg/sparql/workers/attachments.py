"""Documents of other servers, packed behind the body of a request on its way to a worker."""

from collections.abc import Sequence
from typing import Any

from medrd_kg.federation.documents import Document

__all__ = ["pack", "unpack"]


def pack(body: bytes, documents: Sequence[Document | None] | None) -> tuple[list[Any], bytes]:
    """Return a JSON table of contents, and the body with the documents behind it.

    Args:
        body: The body.
        documents: The documents; None for one that could not be had, or for all when there are
            none yet.
    """
    if documents is None:
        return [len(body), None], body
    sizes = [
        None if each is None else [each.iri, each.media_type, len(each.content)]
        for each in documents
    ]
    contents = (each.content for each in documents if each is not None)
    return [len(body), sizes], b"".join((body, *contents))


def unpack(table: list[Any], packed: bytes) -> tuple[bytes, list[Document | None] | None]:
    """Return what `pack` put together."""
    at, sizes = table
    body = packed[:at]
    if sizes is None:
        return body, None
    documents: list[Document | None] = []
    for each in sizes:
        if each is None:
            documents.append(None)
            continue
        iri, media_type, size = each
        documents.append(Document(iri, media_type, packed[at : at + size]))
        at += size
    return body, documents
