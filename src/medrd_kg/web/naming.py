"""``?release=…``: the parameter that names a release, and the addresses that take it."""

import re
from typing import Final

__all__ = ["RELEASE", "takes_release"]

RELEASE: Final = "release"
"""The parameter that names the release to answer from."""

_TAKES: Final = re.compile(
    r"/sparql/?$|/api/v1/(?!(?:admin|releases|reviews)(?:/|$)).|/api/v1$|/(?:ja|en)(?:/|$)|/id/."
    r"|/(?:core|ontology|schemes|views|alignments|reconcile)(?:/|$)"
)
"""Addresses that answer from the data of a release."""


def takes_release(path: str) -> bool:
    """Whether an address answers from the data of a release, so that a request may name one.

    >>> takes_release("/api/v1/topics"), takes_release("/api/v1/releases")
    (True, False)
    """
    return _TAKES.match(path) is not None
