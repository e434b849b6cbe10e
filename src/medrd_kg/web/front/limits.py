"""What a request may take before anybody looks at what it says."""

from collections.abc import Sequence
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.web.front.answers import Header

__all__ = [
    "LONGEST_TARGET",
    "MOST_FIELD_BYTES",
    "are_modest",
    "check_fields",
    "check_target",
]

LONGEST_TARGET: Final = 32 * 1024
"""Bytes of path and query; longer queries go into the body of a POST."""

MOST_FIELD_BYTES: Final = 64 * 1024
"""Bytes of all header fields together."""

_MOST_FIELDS: Final = 100


def check_target(target: bytes) -> None:
    """Refuse an address that is too long.

    Raises:
        Problem: ``address-too-long``.
    """
    if len(target) > LONGEST_TARGET:
        raise Problem(
            "address-too-long",
            f"the address has {len(target)} bytes; {LONGEST_TARGET} is the limit",
            "send the query in the body of a POST",
            extra={"limit": LONGEST_TARGET},
        )


def are_modest(fields: Sequence[Header]) -> bool:
    """Whether `check_fields` has nothing to say."""
    return (
        len(fields) <= _MOST_FIELDS
        and sum([len(name) + len(value) for name, value in fields]) <= MOST_FIELD_BYTES
    )


def check_fields(fields: Sequence[Header]) -> None:
    """Refuse header fields that are too many or too long.

    Raises:
        Problem: ``header-too-large``.
    """
    if len(fields) > _MOST_FIELDS:
        raise Problem(
            "header-too-large",
            f"the request has {len(fields)} header fields; {_MOST_FIELDS} is the limit",
            extra={"limit": _MOST_FIELDS},
        )
    size = sum(len(name) + len(value) for name, value in fields)
    if size > MOST_FIELD_BYTES:
        raise Problem(
            "header-too-large",
            f"the header fields have {size} bytes; {MOST_FIELD_BYTES} is the limit",
            extra={"limit": MOST_FIELD_BYTES},
        )
