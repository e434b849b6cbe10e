"""What a person judged of doubtful pairs: the next import of sheets heeds it.

A pair that was kept apart and is accepted is one organisation or one programme from the next import
on; one that is rejected stays apart, and is told no longer. Two editions that were joined on little
evidence stay joined if they are accepted, and are two programmes if they are rejected. Judgements
hang on the local names of both, which imports of the same sheets give again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem

__all__ = [
    "APART",
    "EDITION",
    "JOINED",
    "ORGANISATION",
    "PROGRAMME",
    "Judgement",
    "Judgements",
    "Reason",
    "pair_id",
]

ORGANISATION: Final = "organization"
PROGRAMME: Final = "programme"
EDITION: Final = "edition"
APART: Final = "kept-apart"
JOINED: Final = "joined"
_ACCEPTED: Final = "accepted"
_REJECTED: Final = "rejected"


class Reason(StrEnum):
    """Why two that were kept apart may be one, or are what they are."""

    NAMESAKES = "the same normalised name; several bear it"
    LEGAL_FORM = "the same name with another legal form"
    UNLISTED = "a publisher on no list bears the name of an organisation with a number"
    EQUAL_EVIDENCE = "another sheet of the year has equal evidence"
    STRONGER_EVIDENCE = "another sheet of the year has stronger evidence"
    EQUAL_FIGURES = "equal large figures under an unrelated name"
    JUDGED = "a person's judgement"


def pair_id(kind: str, one: str, other: str) -> str:
    """Return the short name of a pair, from the IRIs of both."""
    return "P" + hashlib.sha256(f"{kind}|{one}|{other}".encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's judgement on a pair.

    Attributes:
        kind: `ORGANISATION`, `PROGRAMME`, or `EDITION` for two that were joined.
        one: IRI of the first; without 法人番号, or the later programme or edition.
        other: IRI of the second.
        state: ``accepted``: both are one; ``rejected``: they are two.
        by: Role or handle.
        at: When, with zone.
        one_label: Japanese label of the first, for who looks at the judgement later.
        other_label: That of the second.
    """

    kind: str
    one: str
    other: str
    state: str
    by: str
    at: str
    one_label: str = ""
    other_label: str = ""


@dataclass(frozen=True)
class Judgements:
    """All judgements of a data folder."""

    given: tuple[Judgement, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Judgements":
        """Return the judgements that a file keeps; none where there is no file.

        Raises:
            Problem: ``invalid-data``: the file is damaged.
        """
        try:
            kept = json.loads(path.read_text("utf-8"))
            return cls(tuple(Judgement(**each) for each in kept))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, TypeError) as error:
            raise Problem("invalid-data", f"{path} cannot be read: {error}") from error

    def to_json(self) -> str:
        """Return the content of the file."""
        return json.dumps([asdict(each) for each in self.given], ensure_ascii=False, indent=1)

    def with_these(self, new: Iterable[Judgement]) -> "Judgements":
        """Return these judgements with others, which take the place of those on the same pairs."""
        held = {(each.kind, each.one, each.other): each for each in (*self.given, *new)}
        return Judgements(tuple(each for _, each in sorted(held.items())))

    def digest(self) -> str:
        """Return a hash of what an import heeds; empty where there is nothing."""
        return hashlib.sha256(self.to_json().encode()).hexdigest() if self.given else ""

    def state_of(self, kind: str, one: str, other: str) -> str | None:
        """Return how a pair was judged, or None."""
        return self._states.get((kind, one, other))

    @cached_property
    def organisations(self) -> Mapping[str, Judgement]:
        """Accepted pairs of organisations, by the local name of the first."""
        return self._accepted(ORGANISATION)

    @cached_property
    def programmes(self) -> Mapping[str, Judgement]:
        """Accepted pairs of programmes, by the local name of the first."""
        return self._accepted(PROGRAMME)

    @cached_property
    def separate_editions(self) -> frozenset[tuple[str, str]]:
        """Editions that are not of one programme: local names, the later first."""
        return frozenset(
            (each.one.rpartition("/")[2], each.other.rpartition("/")[2])
            for each in self.given
            if each.kind == EDITION and each.state == _REJECTED
        )

    @cached_property
    def _states(self) -> Mapping[tuple[str, str, str], str]:
        return {(each.kind, each.one, each.other): each.state for each in self.given}

    def _accepted(self, kind: str) -> dict[str, Judgement]:
        return {
            each.one.rpartition("/")[2]: each
            for each in self.given
            if each.kind == kind and each.state == _ACCEPTED
        }
