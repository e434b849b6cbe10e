"""A plan: the text to evaluate, and what was changed in it and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from medrd_kg.store.lexing import position

__all__ = ["NO_FILTER", "Edit", "Extents", "Origins", "Plan", "Rewrite", "applied"]

NO_FILTER: Final = "FILTER(true)"
"""What stands where a filter was: it may part patterns that have no dot between them."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change of a query.

    Attributes:
        rule: Name of the rule.
        line: One-based line of the changed part in the original text.
        column: One-based column of it.
        explanation: What was changed, and why it gives the same answer.
    """

    rule: str
    line: int
    column: int
    explanation: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to evaluate instead of a query.

    Attributes:
        text: The text to evaluate; the very object that was given when nothing applied.
        rewrites: The changes in the order of their places; empty when nothing applied.
    """

    text: str
    rewrites: tuple[Rewrite, ...] = ()


class Extents(Protocol):
    """What may be known of a graph's size: it only helps to choose between equal texts."""

    def of(self, predicate: str, value: str) -> int | None:
        """Return about how many subjects have the value.

        Args:
            predicate: An IRI in angle brackets.
            value: A term in N-Triples form.

        Returns:
            Their number, possibly cut at some limit; None when it is not known.
        """


class Edit(NamedTuple):
    """Replacement of a stretch of text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        text: What stands there instead.
        rule: The rule that asks for it; empty for a part of another edit.
        explanation: See `Rewrite`.
    """

    start: int
    end: int
    text: str
    rule: str = ""
    explanation: str = ""


def applied(plan: Plan, edits: Iterable[Edit], origins: "Origins") -> tuple[Plan, "Origins"]:
    """Apply edits that do not overlap to a plan's text.

    Args:
        plan: What was planned so far.
        edits: The edits, with places in the plan's text.
        origins: Where the places of the plan's text were in the query as it was given.

    Returns:
        The new plan, and the origins of its text.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    if not ordered:
        return plan, origins
    parts: list[str] = []
    rewrites = list(plan.rewrites)
    at = 0
    for edit in ordered:
        parts += (plan.text[at : edit.start], edit.text)
        at = edit.end
        if edit.rule:
            line, column = position(origins.text, origins.of(edit.start))
            rewrites.append(Rewrite(edit.rule, line, column, edit.explanation))
    parts.append(plan.text[at:])
    return Plan("".join(parts), tuple(rewrites)), origins.after(ordered)


@dataclass(frozen=True, slots=True)
class Origins:
    """Where places of an edited text were in the text as it was given.

    Attributes:
        text: The text as it was given.
        passes: The edits of each pass, in the order of their places.
    """

    text: str
    passes: tuple[tuple[Edit, ...], ...] = ()

    def after(self, edits: Iterable[Edit]) -> "Origins":
        """Return the origins behind one more pass."""
        return Origins(self.text, (*self.passes, tuple(edits)))

    def of(self, offset: int) -> int:
        """Return the origin of a place; what a pass wrote began where it replaced something."""
        for edits in reversed(self.passes):
            offset = _before(edits, offset)
        return offset


def _before(edits: Iterable[Edit], offset: int) -> int:
    shift = 0
    for edit in edits:
        if offset < edit.start + shift:
            break
        if offset < edit.start + shift + len(edit.text):
            return edit.start
        shift += len(edit.text) - (edit.end - edit.start)
    return offset - shift
