"""Which IP addresses may be called.

Registries: IANA IPv4 and IPv6 Special-Purpose Address Registries, as `ipaddress` has them.
"""

import socket
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import Final

__all__ = ["IPAddress", "Reach", "is_local", "reach", "unwrapped"]

IPAddress = IPv4Address | IPv6Address

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is reached."""

_THIS_NETWORK: Final = ip_network("0.0.0.0/8")
_UNTAKEN: Final = IPv4Address("255.255.255.255")


class Reach(Enum):
    """How far away an address lies, as far as permission goes."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    """Not reachable from everywhere: an own network, a carrier's, or for documentation."""
    NEVER = "never"
    """Link-local, multicast, unspecified, broadcast or reserved."""


def unwrapped(address: IPAddress) -> IPAddress:
    """Return the IPv4 address that an IPv6 address merely wraps, or the address itself.

    Mapped (``::ffff:a.b.c.d``), 6to4, Teredo and NAT64 addresses lead to an IPv4 address.
    """
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo
    inner = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
    if inner is None and address in _TRANSLATED:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    # The same scope-less address for "fe80::1%eth0" and "fe80::1".
    return inner or IPv6Address(int(address))


def reach(address: IPAddress) -> Reach:
    """Return how far ``address`` reaches.

    >>> reach(IPv6Address("::ffff:169.254.169.254"))
    <Reach.NEVER: 'never'>
    >>> reach(IPv4Address("10.0.0.1"))
    <Reach.PRIVATE: 'private'>
    """
    plain = unwrapped(address)
    if plain.is_loopback:
        return Reach.LOOPBACK if plain == address else Reach.NEVER
    if _is_never_called(plain):
        return Reach.NEVER
    return Reach.PUBLIC if plain.is_global else Reach.PRIVATE


def _is_never_called(plain: IPAddress) -> bool:
    if isinstance(plain, IPv6Address) and plain.is_site_local:
        return True
    if isinstance(plain, IPv4Address) and (plain in _THIS_NETWORK or plain == _UNTAKEN):
        return True
    return plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved


def is_local(address: IPAddress) -> bool:
    """Whether a packet to ``address`` stays on this machine: then a socket can be bound to it."""
    plain = unwrapped(address)
    if plain.is_loopback or plain.is_unspecified:
        return True
    family = socket.AF_INET if isinstance(plain, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(plain), 0))
    except OSError:
        return False
    return True
