"""The front: stands before everything, and answers from ready bytes what was answered before.

On its event loop it reads nothing of a request but the head, and on the way to a ready answer it
builds no object of any framework.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.web.front.answering import Answering
from medrd_kg.web.front.answers import Header, Ready, matches
from medrd_kg.web.front.asked import (
    KEYED_BODY,
    NOBODY,
    Asked,
    Key,
    answer_key,
    asks_query,
    field_map,
    is_live,
    is_of_disk,
    plain,
    request_target,
)
from medrd_kg.web.front.budget import Budget, Reservation, client_of
from medrd_kg.web.front.cache import CacheFigures, ReadyCache
from medrd_kg.web.front.codings import IDENTITY, OFFERED, coding_wish
from medrd_kg.web.front.delivery import Caller
from medrd_kg.web.front.entrance import is_empty, let_in
from medrd_kg.web.front.exchange import Exchange
from medrd_kg.web.front.flights import Flights
from medrd_kg.web.front.intake import ClientGone, Intake, announced_length
from medrd_kg.web.front.limits import LONGEST_TARGET, check_fields, check_target
from medrd_kg.web.front.origins import Origins
from medrd_kg.web.front.peers import TrustedHosts, TrustedProxies
from medrd_kg.web.front.tokens import language_token
from medrd_kg.web.front.wishes import Wishes

__all__ = ["BEGUN", "Front", "Meaning"]

_MEGABYTE: Final = 1_000_000
_READING: Final = frozenset({"GET", "HEAD"})
_EMPTY_END: Final[Message] = {"type": "http.response.body", "body": b""}

BEGUN: Final = "medrd_kg.begun"
"""Key of a scope under which a query that was handed on already goes on."""

_NOTHING: Final = (None, None)

Meaning = tuple[Key, bytes | None]
"""Key of an answer, and ``If-None-Match``."""


class Served(Protocol):
    """What is served."""

    @property
    def state_id(self) -> str | None:
        """Identifier of the state of the data, once there is one."""


class Front:
    """The outermost layer of the service.

    Attributes:
        inner: The application behind it.
    """

    def __init__(
        self,
        inner: ASGIApp,
        settings: Settings,
        service: Served,
        *,
        methods: Callable[[Scope], Sequence[str]],
        role: Callable[[Iterable[Header]], int] | None = None,
    ) -> None:
        """Stand before ``inner``.

        Args:
            inner: The application; it refuses callers whose role does not suffice.
            settings: Cache, limits, origins, hosts, proxies, rate.
            service: Tells the state of the data that is served.
            methods: Tells the methods that an address accepts; none when there is no such address.
            role: Tells what a caller may do by its header fields; raises ``unauthorized`` for a
                wrong token. 0 is a caller without a token. None: there are no tokens.

        Raises:
            Problem: ``invalid-settings``.
        """
        self.inner = inner
        self._service = service
        self._methods = methods
        self._role = role
        self._reads_need_token = settings.reader_token is not None
        self._most_bytes = settings.max_body_mb * _MEGABYTE
        self._origins = Origins(settings.cors_origins)
        self._hosts = TrustedHosts(settings.trusted_hosts)
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._budget = Budget(settings.rate_limit) if settings.rate_limit else None
        self._answering = Answering(
            inner,
            self._state,
            cache_bytes=settings.cache_mb * _MEGABYTE,
            budget=self._budget,
        )
        self._cache = self._answering.cache
        is_open = not self._reads_need_token and self._budget is None and self._origins.any_may_read
        self._wishes = Wishes(self._hosts, are_plain=is_open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        method = scope["method"]
        if method in _READING:
            meaning = self.meaning(request_target(scope), scope["headers"])
            ready, unchanged = _NOTHING if meaning is None else self.ready(meaning)
            if ready is not None:
                await send(unchanged or ready.start)
                await send(_EMPTY_END if unchanged or method == "HEAD" else ready.end)
                return
        try:
            await self._answer(plain(scope), receive, send)
        finally:
            begun = scope.get(BEGUN)
            if begun is not None:
                begun.leave()  # what it did not take part in is not wanted any more

    def meaning(self, target: bytes, raw: Sequence[Header]) -> Meaning | None:
        """Return what a GET asks for, if its answer is the same for every caller.

        It depends on the arguments and the settings alone, so that it may be remembered.

        Args:
            target: Path and query.
            raw: The request's header fields.

        Returns:
            The key of the answer and ``If-None-Match``; None for what needs a closer look.
        """
        wish = self._wishes.of(raw)
        if not wish.is_plain or len(target) > LONGEST_TARGET:
            return None
        return wish.key(target), wish.unless

    def ready(self, meaning: Meaning) -> tuple[Ready | None, Message | None]:
        """Return the ready answer to a request.

        Args:
            meaning: From `meaning`.

        Returns:
            The answer, if there is one; and the message that begins 304, if that suffices.
        """
        state = self._service.state_id
        key, unless = meaning
        ready = None if state is None else self._cache.get(state, key)
        if ready is None:
            return _NOTHING
        self._cache.hits += 1
        if unless is not None and ready.tag is not None and matches(unless, ready.tag):
            return ready, ready.unchanged
        return ready, None

    # What the direct way of fresh queries needs.

    @property
    def cache(self) -> ReadyCache:
        """The ready answers."""
        return self._cache

    @property
    def flights(self) -> Flights:
        """Evaluations that others may join."""
        return self._answering.flights

    def must_be_asked(self, state: str, key: Key) -> bool:
        """Whether nobody asks the same already, and no kept answer can be made to serve."""
        answering = self._answering
        return answering.flights.find((state, key)) is None and not answering.has_other_coding(
            state, key
        )

    @property
    def open_fields(self) -> Iterable[Header]:
        """Header fields that every answer has where anybody may read."""
        return self._origins.open

    def state(self) -> str | None:
        """Return the identifier of the served state, once there is one."""
        return self._service.state_id

    def keep(self, state: str, key: Key, ready: Ready) -> None:
        """Keep an answer, unless the data have changed since."""
        self._answering.keep(state, key, ready)

    def client(self, peer: str, raw: Sequence[Header]) -> str:
        """Return the address of the client behind trusted proxies.

        Args:
            peer: Address at the other end of the connection.
            raw: The request's header fields.
        """
        if not self._proxies:
            return peer
        return self._proxies.client(peer, dict(raw).get(b"x-forwarded-for"))

    def figures(self) -> CacheFigures:
        """Return what the cache did so far."""
        return self._cache.figures()

    @property
    def refused(self) -> int:
        """Requests refused by the rate limit so far."""
        return 0 if self._budget is None else self._budget.refused

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what needs more than a look into the cache."""
        raw: Sequence[Header] = scope["headers"]
        lenient = dict(raw)
        caller = self._caller(scope, lenient)
        intake = Intake(receive, self._most_bytes, is_empty=is_empty(lenient))
        try:
            check_target(request_target(scope))
            check_fields(raw)
            fields = field_map(raw)
            self._hosts.check(fields.get(b"host"))
            _check_coding(fields.get(b"accept-encoding"))
            if scope["method"] == "OPTIONS":
                await self._options(scope, fields, caller, intake, send)
                return
            scope = await let_in(scope, fields, intake, self._proxies, self._most_bytes)
            asked = await self._asked(scope, fields, caller, intake)
            await self._answering.answer(asked, intake, send)
        except Problem as problem:
            await Exchange(intake, send, caller, self._release).refuse(problem)
        except ClientGone:
            return

    async def _asked(
        self, scope: Scope, fields: dict[bytes, bytes], caller: Caller, intake: Intake
    ) -> Asked:
        """Say what the answer may depend on, and whom it counts for.

        Raises:
            Problem: The body is too large.
            ClientGone: The body broke off.
        """
        client = client_of(scope["client"][0] if scope["client"] else None)
        role: Hashable = NOBODY
        is_readable = True
        if self._role is not None and (self._reads_need_token or b"authorization" in fields):
            try:
                role = self._role(scope["headers"]) or NOBODY
            except Problem:
                is_readable = False  # the inner application says what is wrong with the token
            # Where a token is needed, nothing that is kept can be meant for a caller without.
            is_readable = is_readable and (role is not NOBODY or not self._reads_need_token)
        if role is not NOBODY:
            client = hashlib.sha256(fields[b"authorization"]).hexdigest()
        if self._budget is not None:
            caller.own = self._own(caller.own, client, self._budget)
        key = await self._key(scope, fields, role, intake) if is_readable else None
        return Asked(scope=scope, caller=caller, key=key, client=client)

    async def _key(
        self, scope: Scope, fields: dict[bytes, bytes], role: Hashable, intake: Intake
    ) -> Key | None:
        """Return the key of the answer, or None when it is not kept."""
        if is_live(scope["path"]) or is_of_disk(scope["path"]):
            return None
        if scope["method"] == "GET":
            return answer_key(request_target(scope), fields, role)
        if scope["method"] != "POST" or not asks_query(scope, fields):
            return None
        length = announced_length(fields.get(b"content-length"))
        body = await intake.read(KEYED_BODY) if length is None or length <= KEYED_BODY else None
        return None if body is None else answer_key(request_target(scope), fields, role, body)

    def _caller(self, scope: Scope, fields: Mapping[bytes, bytes]) -> Caller:
        path, method = scope["path"], scope["method"]
        origins = self._origins
        permission = origins.headers(path, method, fields.get(b"origin"))
        is_common = permission is origins.open
        return Caller(
            coding=coding_wish(fields.get(b"accept-encoding")),
            is_head=method == "HEAD",
            is_tagged=method in _READING,
            unless=fields.get(b"if-none-match"),
            language=language_token(fields.get(b"accept-language")),
            common=permission if is_common else (),
            varies=b"Origin" if origins.varies(path, method) else b"",
            own=lambda _: () if is_common else permission,
        )

    @staticmethod
    def _own(
        permission: Callable[[Reservation | None], Iterable[Header]], client: str, budget: Budget
    ) -> Callable[[Reservation | None], Iterable[Header]]:
        """Return what tells a caller's own header fields, its budget among them."""
        return lambda pending: (*permission(pending), *budget.headers(client, pending))

    async def _options(
        self,
        scope: Scope,
        fields: Mapping[bytes, bytes],
        caller: Caller,
        intake: Intake,
        send: Send,
    ) -> None:
        """Answer OPTIONS, a preflight among others."""
        methods = self._methods(scope)
        path = scope["path"]
        if not methods:
            raise Problem("not-found", f"there is nothing at {path}", "/api lists all addresses")
        permission, varies = self._origins.preflight(path, methods, fields)
        caller.common, caller.own, caller.varies = permission, lambda _: (), varies
        start: Message = {
            "type": "http.response.start",
            "status": 204,
            "headers": [(b"allow", ", ".join(methods).encode())],
        }
        await Exchange(intake, send, caller, self._release).answer(start, b"")

    def _state(self) -> str | None:
        return self._service.state_id

    def _release(self) -> bytes | None:
        state = self._service.state_id
        return None if state is None else state.encode()


def _check_coding(accept_encoding: bytes | None) -> None:
    """Refuse a caller who accepts no form in which we can answer.

    Raises:
        Problem: ``not-acceptable``.
    """
    if not coding_wish(accept_encoding).is_possible:
        raise Problem(
            "not-acceptable",
            "none of the codings in Accept-Encoding can be applied",
            f"accept {', '.join((*OFFERED, IDENTITY))}",
            extra={"available": [*OFFERED, IDENTITY]},
        )
