"""What the header fields of plain requests say of the answer that is wanted, read once.

A client sends the same header fields with each request, so that what they mean is remembered.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Self

from medrd_kg.web.front.answers import Header
from medrd_kg.web.front.asked import NOBODY, Key, asks_sparql
from medrd_kg.web.front.codings import CodingWish, coding_wish
from medrd_kg.web.front.limits import are_modest
from medrd_kg.web.front.peers import TrustedHosts
from medrd_kg.web.front.tokens import language_token, range_token, result_token

__all__ = ["Wish", "Wishes"]

_MOST: Final = 1024
_LONGEST: Final = 2048
"""Bytes of header fields that are remembered; with `_MOST` it bounds what strangers can make us
keep."""


class Wish(NamedTuple):
    """What the header fields of a request without a body say of the answer that is wanted.

    Attributes:
        is_plain: Whether nothing else about the request needs a look.
        result: Token of the types of `/sparql`.
        ranges: Token of the types of other addresses.
        language: Token of the language.
        coding: Of the body.
        unless: ``If-None-Match``.
    """

    is_plain: bool
    result: object
    ranges: object
    language: str
    coding: CodingWish
    unless: bytes | None

    @classmethod
    def read(cls, fields: Mapping[bytes, bytes], *, is_plain: bool) -> Self:
        """Read header fields."""
        accept = fields.get(b"accept")
        return cls(
            is_plain,
            result_token(accept),
            range_token(accept),
            language_token(fields.get(b"accept-language")),
            coding_wish(fields.get(b"accept-encoding")),
            fields.get(b"if-none-match"),
        )

    def key(self, target: bytes) -> Key:
        """Return the key of the answer that a caller without a token gets; see `answer_key`."""
        types = self.result if asks_sparql(target) else self.ranges
        return target, types, self.language, self.coding, NOBODY, None


class Wishes:
    """Reads header fields, and remembers what it read."""

    def __init__(self, hosts: TrustedHosts, *, are_plain: bool) -> None:
        """Remember nothing yet.

        Args:
            hosts: Names under which the service may be asked.
            are_plain: Whether any caller may have any answer, however often.
        """
        self._hosts = hosts
        self._are_plain = are_plain
        self._known: dict[tuple[Header, ...], Wish] = {}

    def of(self, raw: Sequence[Header]) -> Wish:
        """Return what header fields say."""
        fields = tuple(raw)
        wish = self._known.get(fields)
        if wish is None:
            wish = self._read(raw)
            if sum([len(name) + len(value) for name, value in raw]) <= _LONGEST:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[fields] = wish
        return wish

    def _read(self, raw: Sequence[Header]) -> Wish:
        fields = dict(raw)
        is_plain = (
            self._are_plain
            and len(fields) == len(raw)
            and b"authorization" not in fields
            and b"transfer-encoding" not in fields
            and b"content-length" not in fields
            and b"host" in fields
            and self._hosts.trusts(fields[b"host"])
            and are_modest(raw)
        )
        return Wish.read(fields, is_plain=is_plain)
