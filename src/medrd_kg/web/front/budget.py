"""Rate limits in query seconds: a token bucket for each client.

A client may spend ``rate`` seconds of evaluation in a minute; what it does not spend gathers up to
that amount. The answer's headers follow draft-ietf-httpapi-ratelimit-headers (fields
``RateLimit-Policy`` and ``RateLimit``).
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from medrd_kg.problems import Problem

__all__ = ["Budget", "Reservation", "client_of"]

_POLICY: Final = "query-seconds"
_MINUTE: Final = 60
_MOST_CLIENTS: Final = 50_000
_LARGEST_RESERVE: Final = 1.0
"""Seconds. Many requests at once must not all pass before the first of them has been counted."""

_NETWORK_BITS: Final = 64
"""A household or a host is given this much of an IPv6 address; the rest is free to vary."""

Header = tuple[bytes, bytes]


@dataclass(slots=True)
class _Bucket:
    """What a client has left.

    Attributes:
        left: Seconds; negative after queries that took more than was there.
        seen: When ``left`` was true, on the clock of the budget.
    """

    left: float
    seen: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """Seconds taken at a request's start, to be settled at its end.

    Attributes:
        client: Whose they are.
        seconds: How many.
    """

    client: str
    seconds: float


class Budget:
    """Counts what clients spend; one for the whole service."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow ``rate`` query seconds a minute to each client.

        Args:
            rate: Seconds; more than 0.
            clock: Tells the time in seconds.
        """
        # The fields of the draft are integers: half a second a minute is one in two minutes.
        self._quota = math.ceil(rate)
        self._window = round(_MINUTE * self._quota / rate)
        self._refill = self._quota / self._window
        self._reserve = min(_LARGEST_RESERVE, self._quota / 8)
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self.refused = 0
        self._policy: Header = (
            b"ratelimit-policy",
            f'"{_POLICY}";q={self._quota};w={self._window}'.encode(),
        )

    def reserve(self, client: str) -> Reservation:
        """Take a little for a request that is about to run.

        Raises:
            Problem: ``rate-limited`` with ``Retry-After`` when nothing is left.
        """
        bucket = self._bucket(client)
        if bucket.left <= 0:
            self.refused += 1
            wait = max(math.ceil((self._reserve - bucket.left) / self._refill), 1)
            raise Problem(
                "rate-limited",
                f"this client has spent its {self._quota} query seconds in {self._window} s",
                f"try again in {wait} s; answers that are kept ready cost nothing",
                extra={"quota": self._quota, "window": self._window, "retryAfter": wait},
                headers={"Retry-After": str(wait)},
            )
        bucket.left -= self._reserve
        return Reservation(client, self._reserve)

    def settle(self, reservation: Reservation, seconds: float) -> None:
        """Replace what was reserved by what was spent."""
        self._bucket(reservation.client).left += reservation.seconds - max(seconds, 0)

    def headers(self, client: str, pending: Reservation | None = None) -> tuple[Header, Header]:
        """Return the fields that tell a client where it stands.

        Args:
            client: Whose answer it is.
            pending: What is reserved for the answer itself, not counted as spent.
        """
        taken = pending.seconds if pending else 0.0
        left = min(self._bucket(client).left + taken, self._quota)
        full_in = math.ceil(max(self._quota - left, 0) / self._refill)
        value = f'"{_POLICY}";r={max(math.floor(left), 0)};t={full_in}'
        return self._policy, (b"ratelimit", value.encode())

    def _bucket(self, client: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = _Bucket(self._quota, now)
            if len(self._buckets) > _MOST_CLIENTS:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(client)
        bucket.left = min(bucket.left + (now - bucket.seen) * self._refill, self._quota)
        bucket.seen = now
        return bucket


def client_of(address: str | None) -> str:
    """Return whom an address counts for.

    >>> client_of("2001:db8::1") == client_of("2001:db8::2")
    True
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "local"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _NETWORK_BITS), strict=False))
    return str(parsed)
