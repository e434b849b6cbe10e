"""Who asks, and under which name of ours: the Host check and the client's address."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from medrd_kg.problems import Problem

__all__ = ["TrustedHosts", "TrustedProxies"]

_REMEMBERED: Final = 1024
_LONGEST: Final = 256
"""Bytes of a Host header that is looked at; a DNS name has 253 at most (RFC 1035)."""

_MOST_HOPS: Final = 32

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedHosts:
    """The names that requests may give in Host."""

    def __init__(self, names: Sequence[str]) -> None:
        """Trust ``names``; ``*`` means any name."""
        self.any = "*" in names
        self._names = frozenset(name.lower().rstrip(".") for name in names)
        self._remembered = lru_cache(_REMEMBERED)(self._read)

    def trusts(self, header: bytes) -> bool:
        """Whether a Host header names one of ours, whatever its port."""
        return self.any or (len(header) <= _LONGEST and self._remembered(header))

    def check(self, header: bytes | None) -> None:
        """Refuse a request under a name that is not ours.

        Raises:
            Problem: ``malformed-request``. A missing Host is refused as RFC 9112, section 3.2,
                wants it.
        """
        if header is None:
            raise Problem("malformed-request", "the request has no Host header")
        if not self.trusts(header):
            raise Problem(
                "malformed-request",
                "the request names a host that this service does not answer for",
                "use the service's published address",
            )

    def _read(self, header: bytes) -> bool:
        name = header.decode("latin-1").strip().lower()
        # An IPv6 address has colons of its own, and brackets around them.
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
        return name.rstrip(".") in self._names


class TrustedProxies:
    """The proxies whose ``X-Forwarded-For`` is believed."""

    def __init__(self, networks: Sequence[str]) -> None:
        """Trust the addresses or networks in ``networks``.

        Raises:
            Problem: ``invalid-settings`` when one of them is neither.
        """
        self._networks: list[_Network] = []
        for each in networks:
            try:
                self._networks.append(ipaddress.ip_network(each, strict=False))
            except ValueError as error:
                raise Problem(
                    "invalid-settings",
                    f"TRUSTED_PROXIES: {each!r} is neither an address nor a network",
                    "write 192.0.2.1 or 192.0.2.0/24",
                ) from error

    def __bool__(self) -> bool:
        """Whether any proxy is trusted."""
        return bool(self._networks)

    def client(self, peer: str, forwarded: bytes | None) -> str:
        """Return the address of the client behind the proxies.

        Each proxy appends whom it answers, so that the field is read from its end: the first
        address that is no trusted proxy is the last one that somebody trustworthy has seen.
        What stands before it may be invented.

        Args:
            peer: Address of the other end of the connection.
            forwarded: ``X-Forwarded-For``, its lines joined by commas.
        """
        nearest = peer
        hops = forwarded.decode("latin-1").split(",")[-_MOST_HOPS:] if forwarded else []
        while self._trusts(_address(nearest)) and hops:
            hop = _address(hops.pop().strip())
            if hop is None:  # "unknown" and the like: the proxy is all that we know
                break
            nearest = str(hop)
        return nearest

    def _trusts(self, address: _Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> _Address | None:
    """Read an address that may come with brackets or a port."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
