"""Proactive content negotiation: which of our media types, and which language, a caller wants.

RFC 9110, sections 12.4.2 (quality values) and 12.5.1 (Accept): for each type that we offer, the
most specific range of the header that covers it decides its quality.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Range", "accepted_language", "accepted_ranges", "negotiate"]

_ELEMENT = re.compile(r'(?>[^,"]|"(?>[^"\\]|\\.)*+")++')
_QUALITY = re.compile(r";\s*[qQ]\s*=\s*(1(?:\.0{0,3})?|0(?:\.[0-9]{0,3})?)\s*(?=;|$)")
_ANY_QUALITY = re.compile(r";\s*[qQ]\s*=")
_QUOTED = re.compile(r'"(?>[^"\\]|\\.)*+"')
_MEDIA_RANGE = re.compile(r"[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+", re.ASCII)


class Range(NamedTuple):
    """One element of an Accept header.

    Attributes:
        main: Type, or ``*``.
        sub: Subtype, or ``*``.
        quality: Between 0 (not acceptable) and 1.
    """

    main: str
    sub: str
    quality: float

    @property
    def specificity(self) -> int:
        """How narrow it is: 0 for ``*/*``, 1 for ``type/*``, 2 for a media type."""
        return (self.main != "*") + (self.sub != "*")

    def covers(self, media_type: str) -> bool:
        """Whether ``media_type`` falls into it."""
        main, _, sub = media_type.partition("/")
        return self.main in {"*", main} and self.sub in {"*", sub}


def accepted_ranges(header: str) -> list[Range]:
    """Return the ranges of an Accept header; elements that break the syntax are passed over.

    >>> accepted_ranges("text/turtle;q=0.5, */*")
    [Range(main='text', sub='turtle', quality=0.5), Range(main='*', sub='*', quality=1.0)]
    """
    ranges = []
    for element in _ELEMENT.findall(header):
        name, parameters = _split(element)
        if _MEDIA_RANGE.fullmatch(name) and (quality := _quality(parameters)) is not None:
            main, _, sub = name.partition("/")
            ranges.append(Range(main, sub, quality))
    return ranges


def negotiate(
    header: str | None, offers: Sequence[str], *, named_only: Collection[str] = ()
) -> str | None:
    """Return the offer that suits the caller best, or None when none is acceptable.

    Quality decides; between equals a type that the caller names outranks one that falls under a
    wildcard, and then the order of ``offers`` counts.

    Args:
        header: The Accept header; None when the request has none.
        offers: Media types that we can send, the preferred one first.
        named_only: Offers that a wildcard does not choose.

    >>> negotiate("text/html, */*;q=0.8", ["text/turtle", "text/html"], named_only=["text/html"])
    'text/html'
    >>> negotiate("*/*", ["text/turtle", "text/html"], named_only=["text/html"])
    'text/turtle'
    """
    ranges = accepted_ranges(header) if header is not None and header.strip() else []
    if not ranges:
        # An absent header means anything; so does one without a single readable element.
        return next((offer for offer in offers if offer not in named_only), None)
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for offer in offers:
        decisive = max(
            (each for each in ranges if each.covers(offer)),
            key=lambda each: each.specificity,
            default=None,
        )
        if decisive is None or (offer in named_only and decisive.specificity < 2):  # noqa: PLR2004
            continue
        rank = (decisive.quality, decisive.specificity)
        if decisive.quality > 0 and rank > best:
            best, chosen = rank, offer
    return chosen


@lru_cache(maxsize=1024)
def accepted_language(header: str | None) -> str:
    """Return ``ja`` or ``en``, whichever an Accept-Language header prefers; ``en`` by default.

    >>> accepted_language("ja,en-GB;q=0.8")
    'ja'
    """
    qualities = {"en": 0.0, "ja": 0.0}
    for element in (header or "").split(","):
        name, parameters = _split(element)
        language = name.partition("-")[0]
        quality = _quality(parameters)
        if language in qualities and quality is not None:
            qualities[language] = max(qualities[language], quality)
    return "ja" if qualities["ja"] > qualities["en"] else "en"


def _split(element: str) -> tuple[str, str]:
    name, separator, parameters = element.strip().partition(";")
    return name.strip().lower(), separator + parameters


def _quality(parameters: str) -> float | None:
    """Return the quality that parameters state, 1 when they state none, None when malformed."""
    parameters = _QUOTED.sub('""', parameters)
    if not _ANY_QUALITY.search(parameters):
        return 1.0
    found = _QUALITY.search(parameters)
    return float(found.group(1)) if found else None
