"""The one way to other servers: SERVICE asks and LOAD reads through it.

It runs in the event loop of the front process and looks at no byte of an answer beyond its HTTP
header and its compression.
"""

import asyncio
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol
from urllib.parse import quote

import httpx

from medrd_kg.federation.allowance import (
    Allowance,
    OwnAddresses,
    checked_addresses,
    not_allowed,
)
from medrd_kg.federation.documents import Document
from medrd_kg.federation.exchange import ExchangeFault, Request, exchange
from medrd_kg.federation.hops import MAX_HOPS
from medrd_kg.federation.limits import Limits
from medrd_kg.federation.locations import Location
from medrd_kg.federation.resolution import Resolver, SystemResolver
from medrd_kg.problems import Problem

__all__ = ["RDF_MEDIA_TYPES", "RESULT_MEDIA_TYPES", "Call", "Gateway"]

RESULT_MEDIA_TYPES: Final = (
    "application/sparql-results+json",
    "application/sparql-results+xml;q=0.9",
    "application/json;q=0.5",
    "application/xml;q=0.4",
)
"""What an endpoint may answer, as Accept says it."""

RDF_MEDIA_TYPES: Final = (
    "application/n-quads",
    "application/n-triples",
    "text/turtle",
    "application/trig;q=0.9",
    "application/rdf+xml;q=0.8",
    "application/ld+json;q=0.7",
)
"""What a document to load may be, as Accept says it."""

_UNTOLD: Final = frozenset({"", "text/plain", "application/octet-stream"})
"""Media types that servers of plain files give to what they do not know."""

_SUFFIXES: Final[Mapping[str, str]] = {
    ".nq": "application/n-quads",
    ".nt": "application/n-triples",
    ".ttl": "text/turtle",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}


class Call(Protocol):
    """A call of another server that a worker found in a query or update."""

    @property
    def endpoint(self) -> str:
        """IRI of the endpoint, or of the document to load."""

    @property
    def query(self) -> str | None:
        """The SELECT that the endpoint is asked; None: a document is loaded."""

    @property
    def silent(self) -> bool:
        """Whether the request goes on without the answer when there is none."""

    @property
    def nested(self) -> Sequence[str]:
        """IRIs of the endpoints that it is asked to call in turn."""


class Gateway:
    """Calls other servers within the operator's permission and the limits."""

    def __init__(
        self,
        allowed: Sequence[str],
        own_addresses: Sequence[str] = (),
        limits: Limits | None = None,
        *,
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Permit calls.

        Args:
            allowed: Entries of the setting; empty: no call is made.
            own_addresses: URLs at which this service itself answers, which are never called.
            limits: How much is taken in.
            resolve: Resolves names; the operating system by default.
            tls: Trusted certificates; by default those of ``SSL_CERT_FILE`` or certifi.

        Raises:
            Problem: ``invalid-settings`` when an entry is no address of a server.
        """
        self._allowance = Allowance(allowed)
        self._own = OwnAddresses(own_addresses)
        self._limits = limits or Limits()
        self._system = SystemResolver()
        self._resolve = resolve or self._system
        # Reading the trusted certificates takes some 20 ms: once, and only if they are needed.
        # A context without them trusts nobody.
        reads = httpx.create_ssl_context if self._allowance.is_encrypted else _empty_context
        self._tls = tls or reads()
        self._turns = asyncio.Semaphore(self._limits.calls)
        self._turns_of: defaultdict[tuple[str, str, int], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(self._limits.calls_per_origin)
        )

    @property
    def is_open(self) -> bool:
        """Whether anything may be called at all."""
        return bool(self._allowance)

    async def answers(
        self, calls: Sequence[Call], *, deadline: float, hops: int = 0
    ) -> list[Document | None]:
        """Make all calls of a request at the same time; equal ones are made once.

        Args:
            calls: The calls, all of which are admitted before the first is made.
            deadline: Value of `time.monotonic` by which all answers are there.
            hops: How many services the caller's request had passed (`hops.hops_of`).

        Returns:
            An answer for each call; None for one that failed and is silent.

        Raises:
            Problem: ``remote-failure``; ``service-not-allowed``, which a silent SERVICE does not
                hide: that an endpoint is not allowed is no failure of it, and who is not told
                cannot mend it. LOAD SILENT hides it, since it always succeeds (SPARQL 1.1
                Update, section 3.1.4).
        """
        tasks: dict[tuple[str, str | None, bool], asyncio.Task[Document | None]] = {}
        admitted = [call for call in calls if self._is_admitted(call, hops)]
        try:
            async with asyncio.TaskGroup() as group:
                for call in admitted:
                    if _key(call) not in tasks:
                        tasks[_key(call)] = group.create_task(self._answer(call, deadline, hops))
        except BaseExceptionGroup as failures:
            raise _first(failures) from None
        return [tasks[_key(call)].result() if _key(call) in tasks else None for call in calls]

    async def ask(self, endpoint: str, query: str, *, deadline: float, hops: int = 0) -> Document:
        """Ask one endpoint a SELECT; see `answers`.

        Raises:
            Problem: ``service-not-allowed`` or ``remote-failure``.
        """
        location = self._admit(endpoint, hops)
        parameter = f"query={quote(query, safe='')}"
        parameters = f"{location.query}&{parameter}" if location.query else parameter
        asked, form = replace(location, query=parameters), None
        if len(asked.url) > self._limits.url_characters:
            asked, form = location, {"query": query}
        most_bytes = self._limits.answer_bytes
        request = Request(asked, RESULT_MEDIA_TYPES, hops + 1, form, most_bytes=most_bytes)
        return await self._fetched(endpoint, request, deadline)

    async def fetch(self, iri: str, *, deadline: float, hops: int = 0) -> Document:
        """Read an RDF document for LOAD.

        Args:
            iri: Where it is; entries of the same setting allow it.
            deadline: Value of `time.monotonic` by which it is there.
            hops: How many services the caller's request had passed.

        Raises:
            Problem: ``service-not-allowed`` or ``remote-failure``.
        """
        location = self._admit(iri, hops)
        if len(location.url) > self._limits.url_characters:
            raise not_allowed(iri, f"it has more than {self._limits.url_characters} characters")
        most_bytes = self._limits.document_bytes
        request = Request(location, RDF_MEDIA_TYPES, hops + 1, most_bytes=most_bytes)
        return await self._fetched(iri, request, deadline)

    async def aclose(self) -> None:
        """Let go of the resolver's threads."""
        self._system.close()

    def _admit(self, iri: str, hops: int) -> Location:
        location = self._allowance.admit(iri)
        if hops >= MAX_HOPS:
            raise not_allowed(
                iri,
                "the request was itself sent by another service, and is not passed on further",
                "ask the endpoint directly",
            )
        return location

    def _is_admitted(self, call: Call, hops: int) -> bool:
        try:
            for iri in (call.endpoint, *call.nested):
                self._admit(iri, hops)
        except Problem:
            if call.silent and call.query is None:
                return False
            raise
        return True

    async def _answer(self, call: Call, deadline: float, hops: int) -> Document | None:
        try:
            if call.query is None:
                return await self.fetch(call.endpoint, deadline=deadline, hops=hops)
            return await self.ask(call.endpoint, call.query, deadline=deadline, hops=hops)
        except Problem as problem:
            if call.silent and (call.query is None or problem.slug == "remote-failure"):
                return None
            raise

    async def _fetched(self, iri: str, request: Request, deadline: float) -> Document:
        seconds = max(min(deadline - time.monotonic(), self._limits.seconds), 0)
        try:
            async with (
                asyncio.timeout(seconds),
                self._turns_of[request.location.origin],
                self._turns,
            ):
                addresses = await checked_addresses(iri, request.location, self._own, self._resolve)
                media_type, content = await exchange(request, addresses, self._tls, self._limits)
        except TimeoutError:
            raise _failure(iri, f"its answer was not complete after {seconds:.1f} s") from None
        except OSError:
            raise _failure(iri, "its name has no address") from None
        except ExchangeFault as fault:
            raise _failure(iri, str(fault)) from None
        told = _told(media_type, request)
        if told is None:
            wanted = ", ".join(each.partition(";")[0] for each in request.accept)
            raise _failure(iri, f"its answer is none of {wanted}")
        return Document(iri, told, content)


def _key(call: Call) -> tuple[str, str | None, bool]:
    """Calls with the same key are made once."""
    return call.endpoint, call.query, call.silent


def _empty_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _told(media_type: str, request: Request) -> str | None:
    """Return the media type of an answer if it is one that was asked for."""
    wanted = {each.partition(";")[0] for each in request.accept}
    if media_type in wanted:
        return media_type
    if media_type in _UNTOLD:
        name = request.location.path.rpartition("/")[2].lower()
        guessed = _SUFFIXES.get(f".{name.rpartition('.')[2]}")
        return guessed if guessed in wanted else None
    return None


def _failure(iri: str, reason: str) -> Problem:
    return Problem(
        "remote-failure",
        f"<{iri}> gave no usable answer: {reason}",
        "try again later; SERVICE SILENT and LOAD SILENT go on without it",
        extra={"endpoint": iri},
    )


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first failure of several that came at the same time."""
    failure = failures.exceptions[0]
    return _first(failure) if isinstance(failure, BaseExceptionGroup) else failure
