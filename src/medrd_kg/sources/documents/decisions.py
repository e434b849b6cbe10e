"""Decisions on proposals as they are kept, and under whose name."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from medrd_kg.problems import Problem

__all__ = ["Decision", "Edit", "State", "checked_handle"]

_HANDLE: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*")
_LONGEST_HANDLE: Final = 40


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    KNOWN = "known"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on one proposal.

    Attributes:
        fingerprint: Digest of the unit's text, or ``term``.
        target: What follows the point in the fact's id, or the id of the term.
        state: ``accepted`` or ``rejected``.
        by: Role or handle of whoever decided.
        at: When, with zone.
        concept: Slug of the concept that a new term was accepted as.
    """

    fingerprint: str
    target: str
    state: str
    by: str
    at: str
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A statement that a person wrote, in place of what was proposed on its units.

    Attributes:
        subject: IRI of the statement.
        fingerprints: Digests of the texts of its units.
        triples: N-Triples of the statement and of what says who wrote it.
        by: Role or handle.
        at: When, with zone.
    """

    subject: str
    fingerprints: tuple[str, ...]
    triples: tuple[str, ...]
    by: str
    at: str


def checked_handle(by: str) -> str:
    """Return a role or handle that may be written into the graph.

    Raises:
        Problem: ``usage``: it has capitals, blanks or other letters, as names of persons have.
    """
    if not _HANDLE.fullmatch(by) or len(by) > _LONGEST_HANDLE:
        raise Problem(
            "usage",
            f"--by {by!r}: give a role or handle, not a name",
            "small letters, digits, hyphens: policy-analyst",
        )
    return by
