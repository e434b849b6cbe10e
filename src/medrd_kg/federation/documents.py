"""What another server answered, unread: bytes are parsed in a worker only."""

from dataclasses import dataclass

__all__ = ["Document"]


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes of another server.

    Attributes:
        iri: Where they come from, as the caller wrote it.
        media_type: Their media type in lower case, without parameters.
        content: The bytes, decompressed.
    """

    iri: str
    media_type: str
    content: bytes
