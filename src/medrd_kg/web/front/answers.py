"""Answers as they leave: the inner application's header fields put in order, and ready bytes.

`Head` reads what the inner application says of its answer. `Ready` is a whole answer prepared so
that sending it again costs nothing but the sending.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

from starlette.types import Message

from medrd_kg.web.front.codings import IDENTITY, SMALL, CodingWish, is_compressible
from medrd_kg.web.responses import RELEASE_HEADER

__all__ = ["TIMING", "Head", "Header", "Ready", "Tagger", "lines_of", "matches", "tag_of"]

Header = tuple[bytes, bytes]

_OK: Final = 200
_RELEASE: Final = RELEASE_HEADER.lower().encode()
_NO_BODY: Final = frozenset({204, 304})
TIMING: Final = b"server-timing"
_HIT: Final[Header] = (TIMING, b'cache;desc="hit"')
_HIT_END: Final = b"%b: %b\r\n\r\n" % _HIT
_TAG_DIGITS: Final = 32
_HEAD_WEIGHT: Final = 3072
"""Bytes that an answer takes in memory beside its body, about."""

_KEPT_WITH_304: Final = frozenset(
    {
        *(b"cache-control", b"content-location", b"date", b"etag", b"expires", b"link", b"vary"),
        *(b"access-control-allow-origin", b"access-control-expose-headers", _RELEASE),
    }
)
"""RFC 9110, section 15.4.5; and what lets a page of another origin read the answer at all."""

_KNOWN_VARIANCE: Final = frozenset(
    {b"accept", b"accept-language", b"accept-encoding", b"origin", b"authorization"}
)
"""Fields on which an answer may depend and still be kept: the key of the cache has them all."""

_TAGS: Final = re.compile(rb'(?:W/)?("[^"]*")')


@dataclass(slots=True)
class Head:
    """Status and header fields of an answer.

    Attributes:
        status: HTTP status.
        fields: What passes unchanged, names in lower case.
        content_type: Of the body.
        cache_control: What the inner application wants of caches; empty when it says nothing.
        vary: Request fields that chose this answer.
        tag: An entity tag that the inner application made.
        is_coded: Whether the body has a coding already.
        sets_cookie: Whether it sets a cookie.
        release: State of the data that the answer was made from, when it says so.
        names_release: Whether the request named a release, so that the answer stays true when
            other data are served.
        timing: Value of ``Server-Timing``.
        length: Bytes of the body, where the inner application says so.
    """

    status: int
    fields: list[Header] = field(default_factory=list)
    content_type: bytes = b""
    cache_control: bytes = b""
    vary: list[bytes] = field(default_factory=list)
    tag: bytes | None = None
    is_coded: bool = False
    sets_cookie: bool = False
    release: bytes | None = None
    names_release: bool = False
    timing: bytes | None = None
    length: int | None = None

    @classmethod
    def read(cls, start: Message) -> Self:
        """Read an ``http.response.start`` message."""
        head = cls(start["status"])
        for name, value in start.get("headers", ()):
            head._take(name.lower(), value)
        return head

    def _take(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            self.length = int(value)
        elif name == b"vary":
            self.add_variance(value)
        elif name == b"cache-control":
            self.cache_control = value
        elif name == b"etag":
            self.tag = value
        elif name == TIMING:
            self.timing = value if self.timing is None else self.timing + b", " + value
        elif name == _RELEASE:
            self.release = value
        else:
            self._pass(name, value)

    def _pass(self, name: bytes, value: bytes) -> None:
        if name == b"content-type":
            self.content_type = value
        elif name == b"content-encoding":
            self.is_coded = value.strip().lower() != IDENTITY.encode()
        elif name == b"set-cookie":
            self.sets_cookie = True
        self.fields.append((name, value))

    def add_variance(self, names: bytes) -> None:
        """Add names to ``Vary``, each once."""
        known = {each.lower() for each in self.vary}
        for name in names.split(b","):
            if (stripped := name.strip()) and stripped.lower() not in known:
                self.vary.append(stripped)

    @property
    def may_be_stored(self) -> bool:
        """Whether anybody may store it (RFC 9111, section 5.2.2)."""
        return b"no-store" not in self.cache_control.lower()

    @property
    def may_be_coded(self) -> bool:
        """Whether we may apply a coding, and it would do any good."""
        return (
            not self.is_coded
            and is_compressible(self.content_type)
            and b"no-transform" not in self.cache_control.lower()
        )

    def coding(self, wish: CodingWish, length: int | None) -> str:
        """Return the coding to apply.

        Args:
            wish: What the caller accepts.
            length: Bytes of the body; None for a stream.
        """
        if not self.may_be_coded or length == 0:
            return IDENTITY
        if length is not None and length < SMALL and wish.identity:
            return IDENTITY
        return wish.preferred

    @property
    def may_be_shared(self) -> bool:
        """Whether those who asked the same at the same time may have it too."""
        return not self.sets_cookie and (self.status != _OK or self.may_be_kept)

    @property
    def may_be_kept(self) -> bool:
        """Whether the same request may be answered with the same bytes again."""
        return (
            self.status == _OK
            and self.may_be_stored
            and not self.sets_cookie
            and all(each.lower() in _KNOWN_VARIANCE for each in self.vary)
        )

    def completed(
        self, *, length: int | None, tag: bytes | None, coding: str, more: Iterable[Header]
    ) -> list[Header]:
        """Return all header fields but the timing.

        Args:
            length: Bytes of the body; None while nobody knows.
            tag: Entity tag.
            coding: Coding that we applied.
            more: Fields of the front's own.
        """
        fields = list(self.fields)
        if length is not None and self.status not in _NO_BODY:
            fields.append((b"content-length", b"%d" % length))
        if coding != IDENTITY:
            fields.append((b"content-encoding", coding.encode()))
        if tag is not None:
            fields.append((b"etag", tag))
        if self.cache_control:
            fields.append((b"cache-control", self.cache_control))
        if self.vary:
            fields.append((b"vary", b", ".join(self.vary)))
        if self.release is not None:
            fields.append((_RELEASE, self.release))
        fields.extend(more)
        return fields


class Ready:
    """A whole answer, ready to be sent.

    Attributes:
        head: What the inner application said of it.
        body: The body in its coding.
        coding: That coding.
        tag: Entity tag; None for answers to POST, whose tag would name something else.
        weight: Bytes that it takes in memory, about.
    """

    def __init__(
        self, head: Head, body: bytes, coding: str, tag: bytes | None, more: Iterable[Header]
    ) -> None:
        """Put the header fields together.

        Args:
            head: What the inner application said.
            body: The body in its coding.
            coding: The coding that we applied.
            tag: Entity tag, if it gets one.
            more: Header fields of the front's own.
        """
        self.head = head
        self.body = body
        self.coding = coding
        self.tag = tag
        self.weight = len(body) + _HEAD_WEIGHT
        self._more = more

    # Many answers are never asked for again, so that what a hit needs is made at the first one.

    @cached_property
    def fields(self) -> list[Header]:
        """Header fields but the timing."""
        return self.head.completed(
            length=len(self.body), tag=self.tag, coding=self.coding, more=self._more
        )

    @cached_property
    def _lines(self) -> bytes:
        """The same as HTTP/1.1 writes them."""
        return lines_of(self.fields)

    @cached_property
    def start(self) -> Message:
        """Message that begins it as a hit."""
        fields = [*self.fields, _HIT]
        return {"type": "http.response.start", "status": self.head.status, "headers": fields}

    @property
    def end(self) -> Message:
        """Message with the whole body."""
        return {"type": "http.response.body", "body": self.body}

    @cached_property
    def unchanged(self) -> Message | None:
        """Message that begins a 304 instead; None without a tag."""
        if self.tag is None:
            return None
        kept = [each for each in self.fields if each[0] in _KEPT_WITH_304]
        return {"type": "http.response.start", "status": 304, "headers": kept}

    @cached_property
    def block(self) -> bytes:
        """Header fields of a hit as HTTP/1.1 writes them, after those of the server."""
        return self._lines + _HIT_END

    @cached_property
    def unchanged_block(self) -> bytes:
        """The same of a 304."""
        return b"" if self.unchanged is None else lines_of(self.unchanged["headers"]) + b"\r\n"


class Tagger:
    """Makes a strong entity tag: a digest of type, coding and bytes."""

    def __init__(self, content_type: bytes, coding: str) -> None:
        """Begin a body."""
        self._digest = hashlib.sha256(b"%b\n%b\n" % (content_type, coding.encode()))

    def add(self, piece: bytes) -> None:
        """Count a piece of the body in."""
        self._digest.update(piece)

    def tag(self, given: bytes | None, coding: str) -> bytes:
        """Return the tag; one that the inner application made stays, apart for each coding."""
        if given is not None:
            suffix = b"" if coding == IDENTITY else b"-" + coding.encode()
            return given.rstrip().removesuffix(b'"') + suffix + b'"'
        return b'"%b"' % self._digest.hexdigest()[:_TAG_DIGITS].encode()


def tag_of(content_type: bytes, coding: str, body: bytes) -> bytes:
    """Return the entity tag that `Tagger` makes of a body that is there at once."""
    digest = hashlib.sha256(b"%b\n%b\n%b" % (content_type, coding.encode(), body))
    return b'"%b"' % digest.hexdigest()[:_TAG_DIGITS].encode()


def matches(asked: bytes, tag: bytes) -> bool:
    """Whether ``If-None-Match`` names a tag, compared weakly (RFC 9110, section 13.1.2)."""
    opaque = tag.removeprefix(b"W/")
    return asked == tag or asked.strip() == b"*" or opaque in _TAGS.findall(asked)


def lines_of(fields: Iterable[Header]) -> bytes:
    """Return header fields as HTTP/1.1 writes them."""
    return b"".join([b"%b: %b\r\n" % each for each in fields])
