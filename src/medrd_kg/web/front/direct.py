"""Fresh queries by GET, from the connection to the workers and back, past everything between.

A task, a scope, a cycle and a dozen calls for each request cost more than most queries. What asks a
query plainly needs none of them: its bytes go to a worker, and the worker's answer is written as it
comes. Whatever turns out to be more than that (a stream, a problem, a call of another server) goes
on in the usual way, with the answer that has begun.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from medrd_kg.web.front.answers import TIMING, Head, Header, Ready, lines_of, tag_of
from medrd_kg.web.front.asked import Key
from medrd_kg.web.front.codings import IDENTITY, CodingWish
from medrd_kg.web.front.flights import Flight, Missed
from medrd_kg.web.front.front import Front, Meaning

__all__ = ["Begun", "Direct", "DirectAnswer", "Fresh", "Pending"]

_TARGETS: Final = (b"/sparql?", b"/sparql/?")
_QUERY: Final = b"query="
_RELEASE: Final = b"release="
"""What names another state of the data than the one that is served."""

_LARGEST: Final = 65_536
"""Bytes of the largest answer that is written at once; more are hashed and coded elsewhere."""


class DirectAnswer(Protocol):
    """A whole answer of a worker."""

    @property
    def fields(self) -> list[Header]:
        """Header fields but those of the front."""

    @property
    def content_type(self) -> bytes:
        """Type of the body."""

    @property
    def timing(self) -> bytes:
        """Value of ``Server-Timing``."""

    @property
    def body(self) -> bytes:
        """The body."""

    @property
    def is_keepable(self) -> bool:
        """Whether the same request gets the same answer from the same data."""


class Begun(Protocol):
    """A query that was handed to the workers."""

    def when_answered(self, call: Callable[[], None]) -> None:
        """Let ``call`` be called once there is an answer, or its beginning, or a problem."""

    def whole_answer(self) -> DirectAnswer | None:
        """Return the answer if it is there and whole."""

    def leave(self) -> None:
        """Give the query up: the client has gone."""


class Fresh(NamedTuple):
    """An answer that is new.

    Attributes:
        ready: The answer.
        block: Its header fields as HTTP/1.1 writes them, after those of the server.
    """

    ready: Ready
    block: bytes


class _Kind(NamedTuple):
    """What all answers of one type have in common in one state of the data.

    Attributes:
        head: Status and header fields.
        before: Those before the length, as HTTP/1.1 writes them.
        after: Those after the tag.
        is_compressible: Whether a coding may be applied.
    """

    head: Head
    before: bytes
    after: bytes
    is_compressible: bool


class Pending:
    """A query between the connection that asked it and its answer."""

    def __init__(
        self, direct: "Direct", begun: Begun, key: Key, state: str, flight: Flight
    ) -> None:
        """Wait for ``begun``."""
        self.begun = begun
        self._direct = direct
        self._key = key
        self._state = state
        self._flight = flight

    def fresh(self, wish: CodingWish) -> Fresh | None:
        """Return the answer, ready to be sent; None when it has to go on in the usual way.

        Args:
            wish: The codings that the client accepts.
        """
        answer = self.begun.whole_answer()
        fresh = None if answer is None else self._direct.prepared(answer, wish, self._state)
        if answer is None or fresh is None:
            self._flight.land(Missed.AGAIN)
            return None
        if answer.is_keepable:
            self._direct.keep(self._state, self._key, fresh.ready)
        self._flight.land(fresh.ready if answer.is_keepable else Missed.ALONE)
        return fresh

    def desert(self) -> None:
        """Give up, unless others wait for the same answer."""
        if not self._flight.followers:
            self._flight.land(Missed.AGAIN)
            self.begun.leave()


class Direct:
    """Hands plain queries to the workers."""

    def __init__(
        self,
        front: Front,
        begin: Callable[[bytes, Sequence[Header], str], Begun | None],
        count: Callable[[int], None],
    ) -> None:
        """Hand queries on.

        Args:
            front: Knows settings, cache, and who asks the same.
            begin: Hands a query on, by the query string, the header fields and the client.
            count: Called with the status of each answer.
        """
        self._front = front
        self._begin = begin
        self.count = count
        self._kinds: dict[tuple[bytes, bool], _Kind] = {}
        self._kinds_state: str | None = None

    def ask(
        self, target: bytes, fields: Sequence[Header], meaning: Meaning, peer: str
    ) -> Pending | None:
        """Hand a query on; None when the request is not as plain as that.

        Args:
            target: Path and query.
            fields: The request's header fields.
            meaning: What `Front.meaning` made of them.
            peer: Address at the other end of the connection.
        """
        key, unless = meaning
        if unless is not None or not target.startswith(_TARGETS) or _QUERY not in target:
            return None
        if _RELEASE in target:
            return None
        state = self._front.state()
        if state is None or not self._front.must_be_asked(state, key):
            return None
        begun = self._begin(target.partition(b"?")[2], fields, self._front.client(peer, fields))
        if begun is None:
            return None
        self._front.cache.misses += 1
        return Pending(self, begun, key, state, self._front.flights.begin((state, key)))

    def prepared(self, answer: DirectAnswer, wish: CodingWish, state: str) -> Fresh | None:
        """Return an answer ready to be sent; None when that is more than a moment's work.

        Args:
            answer: The answer.
            wish: The codings that the client accepts.
            state: State of the data that it was asked of.
        """
        body = answer.body
        if len(body) > _LARGEST or answer.fields or state != self._front.state():
            return None
        kind = self._kind(answer.content_type, state, is_keepable=answer.is_keepable)
        is_wanted_plain = wish.preferred == IDENTITY or not kind.is_compressible
        if not is_wanted_plain and kind.head.coding(wish, len(body)) != IDENTITY:
            return None
        length = b"content-length: %d\r\n" % len(body)
        tag = None
        if answer.is_keepable:
            tag = tag_of(answer.content_type, IDENTITY, body)
            length += b"etag: %b\r\n" % tag
        block = b"%b%b%b%b: %b\r\n\r\n" % (kind.before, length, kind.after, TIMING, answer.timing)
        return Fresh(Ready(kind.head, body, IDENTITY, tag, self._front.open_fields), block)

    def _kind(self, content_type: bytes, state: str, *, is_keepable: bool) -> _Kind:
        """Return what answers of a type have in common."""
        if state != self._kinds_state:
            self._kinds_state = state
            self._kinds.clear()
        found = self._kinds.get((content_type, is_keepable))
        if found is None:
            head = Head(
                status=200,
                fields=[(b"content-type", content_type)],
                content_type=content_type,
                cache_control=b"no-cache" if is_keepable else b"no-store",
                vary=[b"Accept"],
                release=state.encode(),
            )
            if is_compressible := head.may_be_coded:
                head.vary.append(b"Accept-Encoding")
            rest = head.completed(
                length=None, tag=None, coding=IDENTITY, more=self._front.open_fields
            )
            before = lines_of(head.fields)
            found = _Kind(head, before, lines_of(rest[len(head.fields) :]), is_compressible)
            self._kinds[content_type, is_keepable] = found
        return found

    def keep(self, state: str, key: Key, ready: Ready) -> None:
        """Keep an answer for all who ask the same."""
        self._front.keep(state, key, ready)
