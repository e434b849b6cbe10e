"""Which servers may be called at all: the setting's entries, and never this service itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Self

from medrd_kg.federation.addresses import IPAddress, Reach, is_local, reach, unwrapped
from medrd_kg.federation.locations import Location, LocationFault
from medrd_kg.federation.resolution import Resolver
from medrd_kg.problems import Problem

__all__ = ["SETTING", "Allowance", "OwnAddresses", "checked_addresses", "not_allowed"]

SETTING: Final = "MEDRD_KG_SERVICE_ALLOW"

_LOCALHOST: Final = "localhost"


def not_allowed(iri: str, reason: str, hint: str | None = None) -> Problem:
    """Return the problem of a call that this service does not make."""
    return Problem("service-not-allowed", f"<{iri}> is not called: {reason}", hint)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the setting.

    Attributes:
        location: What it names.
        below: Whether it ends in a slash, so that it allows all that lies below.
    """

    location: Location
    below: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        location = Location.parse(text)
        return cls(location, below=location.query is None and text.endswith("/"))

    def covers(self, location: Location) -> bool:
        if location.origin != self.location.origin:
            return False
        if self.below:
            return location.path.startswith(self.location.path)
        return location.target == self.location.target


class Allowance:
    """The servers that an operator lets be called."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Read the entries of the setting.

        Raises:
            Problem: ``invalid-settings`` when an entry is no address of a server.
        """
        self._entries = []
        for entry in entries:
            try:
                self._entries.append(_Entry.parse(entry))
            except LocationFault as fault:
                raise Problem(
                    "invalid-settings",
                    f"{SETTING}: {entry!r} cannot be called: {fault}",
                    "give addresses like https://example.org/sparql",
                ) from fault

    def __bool__(self) -> bool:
        """Whether anything is allowed."""
        return bool(self._entries)

    @property
    def is_encrypted(self) -> bool:
        """Whether an entry needs TLS."""
        return any(entry.location.scheme == "https" for entry in self._entries)

    def admit(self, iri: str) -> Location:
        """Return where ``iri`` lies, if it may be called.

        Raises:
            Problem: ``service-not-allowed``.
        """
        try:
            location = Location.parse(iri)
        except LocationFault as fault:
            raise not_allowed(iri, str(fault)) from fault
        if not any(entry.covers(location) for entry in self._entries):
            listed = "does not list it" if self._entries else "is empty, so federation is off"
            raise not_allowed(
                iri, f"the setting {SETTING} {listed}", f"an operator can add it to {SETTING}"
            )
        return location


class OwnAddresses:
    """Where this service itself answers."""

    def __init__(self, addresses: Iterable[str]) -> None:
        """Take the addresses as URLs: where it listens, and its public one.

        Raises:
            Problem: ``invalid-settings`` when one is no http(s) address.
        """
        try:
            self._own = [Location.parse(address) for address in addresses]
        except LocationFault as fault:
            raise Problem("invalid-settings", f"the service's own address: {fault}") from fault

    def names(self, location: Location) -> bool:
        """Whether ``location`` lies at this service by its very name."""
        return any((own.host, own.port) == (location.host, location.port) for own in self._own)

    async def reached_by(
        self, location: Location, addresses: Sequence[IPAddress], resolve: Resolver
    ) -> bool:
        """Whether one of the ``addresses`` of ``location`` leads to this service.

        Any address of this machine does, with a port on which the service answers, and any
        address of its public name.
        """
        same_port = [own for own in self._own if own.port == location.port]
        if not same_port:
            return False
        if any(map(is_local, addresses)):
            return True
        plain = set(map(unwrapped, addresses))
        for own in same_port:
            try:
                found = [str(own.ip_address)] if own.ip_address else await resolve(*own.origin[1:])
            except OSError:  # the own name is unknown here, so nothing can be compared
                continue
            if not plain.isdisjoint(unwrapped(ip_address(each)) for each in found):
                return True
        return False


async def checked_addresses(
    iri: str, location: Location, own: OwnAddresses, resolve: Resolver
) -> list[IPAddress]:
    """Return all addresses of ``location``, each of which may be called.

    Raises:
        Problem: ``service-not-allowed`` when a single one may not.
        OSError: The name has no address.
    """
    literal = location.ip_address
    if own.names(location):
        raise not_allowed(iri, "it is this service itself")
    texts = [str(literal)] if literal else await resolve(location.host, location.port)
    addresses = [ip_address(text) for text in texts]
    if await own.reached_by(location, addresses, resolve):
        raise not_allowed(iri, "it is this service itself")
    for address in addresses:
        _check(iri, location, address)
    return addresses


def _check(iri: str, location: Location, address: IPAddress) -> None:
    match reach(address):
        case Reach.PUBLIC:
            return
        case Reach.LOOPBACK if location.ip_address or location.host == _LOCALHOST:
            return
        case Reach.PRIVATE if location.ip_address:
            return
        case Reach.NEVER:
            raise not_allowed(iri, "it leads to an address that is never called")
        case _:
            raise not_allowed(
                iri,
                "its name leads into a private network",
                f"an operator can list such a server in {SETTING} by its IP address, or as"
                " localhost",
            )
