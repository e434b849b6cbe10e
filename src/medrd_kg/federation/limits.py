"""How much of another server is taken in."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of calls to other servers.

    Attributes:
        url_characters: Longest URL; a longer query is sent by POST.
        headers: Most header fields of an answer.
        header_bytes: Largest header of an answer, in bytes.
        answer_bytes: Largest answer to a query, in bytes, compressed and decompressed alike.
        document_bytes: Largest document for LOAD, in bytes, compressed and decompressed alike.
        seconds: Longest time of one call, from the waiting for its turn to the last byte.
        connect_seconds: Longest time until a connection stands.
        addresses: How many addresses of one name are tried.
        calls_per_origin: How many calls of one server run at a time; others wait.
        calls: How many calls run at a time altogether.
    """

    url_characters: int = 2_000
    headers: int = 100
    header_bytes: int = 32_768
    answer_bytes: int = 16_000_000
    document_bytes: int = 64_000_000
    seconds: float = 30
    connect_seconds: float = 5
    addresses: int = 3
    calls_per_origin: int = 4
    calls: int = 16
