"""Addresses of other servers in one normal form, so that two spellings cannot mean two things.

The grammar is that of RFC 3986 for http and https, read strictly: what any reader of URLs might
take in another way (user names, numeric host names, encoded dot segments, backslashes) is refused
rather than repaired. Only the parts found here are ever sent.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final, Self
from urllib.parse import quote, unquote_to_bytes

__all__ = ["Location", "LocationFault"]

_PORTS: Final = {"http": 80, "https": 443}
_LAST_PORT: Final = 65_535

_SHAPE: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:/?]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?]*)?(?:\?(?P<query>.*))?"
)
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`]")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_END: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_LONGEST_NAME: Final = 253
_LONGEST: Final = 8_000
"""Longest address in characters; RFC 9110, section 4.1 asks readers to take 8000 octets."""

_TRIPLET: Final = re.compile(r"%([0-9A-Fa-f]{2})|%")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ASCII: Final = "".join(map(chr, range(0x21, 0x7F)))
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_DECODINGS: Final = 4
"""How often a path is decoded in search of dot segments; careless servers decode twice."""


class LocationFault(Exception):
    """A text that is no address of a server, with the reason."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a document or an endpoint lies.

    Attributes:
        scheme: ``http`` or ``https``.
        host: A name in lower case, or an IP address in its shortest form without brackets.
        port: TCP port.
        path: Path with its leading slash, percent-encoded.
        query: What follows the question mark, or None.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str | None

    @classmethod
    def parse(cls, iri: str) -> Self:
        """Read an IRI.

        Raises:
            LocationFault: It is no http(s) address, or one that readers could take differently.

        >>> Location.parse("HTTP://Example.ORG:80/%7Ea/%e3%81%82").url
        'http://example.org/~a/%E3%81%82'
        >>> Location.parse("http://example.org/あ").path
        '/%E3%81%82'
        """
        if len(iri) > _LONGEST:
            raise LocationFault(f"it has more than {_LONGEST} characters")
        if "#" in iri:
            raise LocationFault("it has a fragment")
        shape = _SHAPE.fullmatch(iri)
        if shape is None or _UNFIT.search(iri):
            raise LocationFault("it is no absolute http or https address")
        scheme = shape["scheme"].lower()
        if scheme not in _PORTS:
            raise LocationFault("only http and https are spoken")
        port = int(shape["port"] or _PORTS[scheme])
        if not 0 < port <= _LAST_PORT:
            raise LocationFault(f"there is no port {port}")
        path = _encoded(shape["path"] or "/")
        _refuse_traversal(path)
        query = None if shape["query"] is None else _encoded(shape["query"])
        return cls(scheme, _host(shape["host"]), port, path, query)

    @property
    def authority(self) -> str:
        """Host and port as in the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454)."""
        return self.scheme, self.host, self.port

    @property
    def target(self) -> str:
        """Path and query, as the request line has them."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def ip_address(self) -> IPv4Address | IPv6Address | None:
        """The IP address that the host is, or None when it is a name."""
        if ":" in self.host:
            return IPv6Address(self.host)
        return IPv4Address(self.host) if _NUMERIC_END.fullmatch(self.host) else None


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except AddressValueError:
            raise LocationFault("its IPv6 address is malformed") from None
    if "@" in text:
        raise LocationFault("it carries a user name")
    if not text.isascii():
        raise LocationFault("its host is not in ASCII: write it in its xn-- form")
    host = text.lower()
    if _NUMERIC_END.fullmatch(host):
        # "2130706433", "0x7f.1" and "0177.0.0.1" are 127.0.0.1 for some readers only.
        try:
            return str(IPv4Address(host))
        except AddressValueError:
            raise LocationFault("its IPv4 address is not four decimal numbers") from None
    if len(host) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, host.split("."))):
        raise LocationFault("its host is no host name")
    return host


def _encoded(part: str) -> str:
    """Normalise percent-encoding (RFC 3986, section 6.2.2) and encode what is not ASCII."""
    return _TRIPLET.sub(_normal_triplet, quote(part, safe=_ASCII))


def _normal_triplet(found: re.Match[str]) -> str:
    if found[1] is None:
        raise LocationFault("it has a % that encodes nothing")
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _refuse_traversal(path: str) -> None:
    """Refuse paths that climb up for any reader: dots, encoded ones, ``..;x``, backslashes."""
    decoded = path.encode("ascii")
    for _ in range(_DECODINGS):
        if _CONTROL.search(decoded):
            raise LocationFault("its path has a control character")
        for segment in re.split(rb"[/\\]", decoded):
            if segment.partition(b";")[0] in {b".", b".."}:
                raise LocationFault("its path has a dot segment")
        further = unquote_to_bytes(decoded)
        if further == decoded:
            return
        decoded = further
    raise LocationFault("its path is encoded many times over")
