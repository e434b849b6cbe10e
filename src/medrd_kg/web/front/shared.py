"""What the connections of one server have in common, and what they remember of requests."""

import re
from collections import OrderedDict
from typing import Final

from medrd_kg.web.front.answers import Header, lines_of
from medrd_kg.web.front.direct import Direct
from medrd_kg.web.front.front import Front, Meaning

__all__ = ["Endings", "Shared"]

_OK: Final = b"HTTP/1.1 200 OK\r\n"
_NOT_MODIFIED: Final = b"HTTP/1.1 304 Not Modified\r\n"

_MOST_KNOWN: Final = 4096
_LONGEST_KNOWN: Final = 4096
"""Bytes of the longest request that is remembered; with `_MOST_KNOWN` it bounds the memory."""

_MOST_ENDINGS: Final = 512

_GET: Final = b"GET "
_VERSION: Final = b" HTTP/1.1\r\n"
_PLAIN: Final = re.compile(rb"GET /sparql/?\?[!$-~]*")
"""The beginning of a request with a query that needs no parser: no fragment, nothing unusual."""


class Endings:
    """Header fields of queries, by all bytes behind the address."""

    def __init__(self) -> None:
        """Know none yet."""
        self._endings: OrderedDict[bytes, tuple[Header, ...]] = OrderedDict()

    def remember(self, data: bytes, fields: list[Header]) -> None:
        """Remember the header fields of a whole request without a body."""
        ending = data[data.find(b" ", len(_GET)) :]
        is_usual = data.startswith(_GET) and ending.startswith(_VERSION)
        if is_usual and len(ending) <= _LONGEST_KNOWN:
            self._endings[ending] = tuple(fields)
            if len(self._endings) > _MOST_ENDINGS:
                self._endings.popitem(last=False)

    def asked_as_before(self, data: bytes) -> tuple[bytes, tuple[Header, ...]] | None:
        """Return address and header fields of a query that differs from others by its address.

        Args:
            data: What may be one whole request.

        Returns:
            None where a parser has to look.
        """
        end = data.find(b" ", len(_GET))
        fields = self._endings.get(data[end:])
        if fields is None or _PLAIN.fullmatch(data, 0, end) is None:
            return None
        return data[len(_GET) : end], fields


class Shared:
    """What the connections of one server have in common.

    Attributes:
        front: What answers.
        direct: Hands plain queries to the workers, if any way leads there.
        known: What requests mean, by their bytes. Nothing of it changes while the server runs.
        endings: What queries end with that were handed on.
    """

    def __init__(self, front: Front, direct: Direct | None) -> None:
        """Remember nothing yet."""
        self.front = front
        self.direct = direct
        self.known: OrderedDict[bytes, Meaning] = OrderedDict()
        self.endings = Endings()
        self._defaults: list[Header] = []
        self._lines = {True: _OK, False: _NOT_MODIFIED}

    def remember(self, data: bytes, meaning: Meaning) -> None:
        """Remember what the bytes of a whole request mean."""
        if len(data) <= _LONGEST_KNOWN:
            self.known[data] = meaning
            if len(self.known) > _MOST_KNOWN:
                self.known.popitem(last=False)

    def beginning(self, defaults: list[Header], *, is_whole: bool) -> bytes:
        """Return the status line of an answer, and the server's own header fields."""
        if defaults is not self._defaults:  # uvicorn makes them anew each second, for the date
            self._defaults = defaults
            lines = lines_of(defaults)
            self._lines = {True: _OK + lines, False: _NOT_MODIFIED + lines}
        return self._lines[is_whole]
