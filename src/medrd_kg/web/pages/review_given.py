"""What the forms of the review pages hold."""

from dataclasses import dataclass

__all__ = ["Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """What a form held that was refused, so that nobody writes it twice; never the token.

    Attributes:
        ids: Proposals or pairs that were chosen.
        by: Role or handle.
        concept: Slug of a concept.
        turtle: Statements.
    """

    ids: frozenset[str] = frozenset()
    by: str = ""
    concept: str = ""
    turtle: str = ""
