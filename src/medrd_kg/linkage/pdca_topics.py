"""Topics that share a concept with a programme: one names what the other names or falls under.

A policy has a few hundred topics. What they name is read once a release, by concept.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from medrd_kg.linkage.naming import namings_of, statements_of
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import Session

__all__ = ["topics_sharing"]

_FACETS: Final = ("disease-area", "modality", "technology")
_ALL: Final = "all"

_Naming = tuple[int, bool, str]
"""A topic, whether it names the concept itself, and the basis."""


def topics_sharing(
    session: Session, programme: int, year: int | None, basis: str
) -> Iterator[tuple[int, int, str]]:
    """Yield topics in their order, each with a concept that connects it, and the basis of that.

    A concept that both name comes first, then the first in the order of concepts; of the same
    concept, what sources state.

    Args:
        session: A session of the tables.
        programme: Number of the programme.
        year: Western year of the topics; None for all.
        basis: One of `selection.BASES`.
    """
    of_year = statements_of(session, Selection(scope="fiscal-year", fiscal_year=year))
    named = _named_by_topics(session)
    best: dict[int, tuple[bool, int, bool, bool]] = {}
    for facet, concept, depth, own in namings_of(session, [programme], _FACETS, basis)[programme]:
        for topic, direct, other in named.get((facet, concept), ()):
            is_direct = depth == 0
            if topic not in of_year or not (is_direct or direct) or basis not in (_ALL, other):
                continue
            # False comes before True: named by both, the first concept, what is stated.
            place = (not (is_direct and direct), concept, own != "stated", other != "stated")
            if topic not in best or place < best[topic]:
                best[topic] = place
    for topic in sorted(best):
        _, concept, own_computed, other_computed = best[topic]
        yield topic, concept, "computed" if own_computed or other_computed else "stated"


def _named_by_topics(session: Session) -> Mapping[tuple[str, int], list[_Naming]]:
    """Return which topics fall under a concept, by facet and concept."""

    def load(_: list[str]) -> dict[str, dict[tuple[str, int], list[_Naming]]]:
        found: dict[tuple[str, int], list[_Naming]] = {}
        topics = statements_of(session, Selection(scope="fiscal-year"))
        for topic, namings in namings_of(session, topics, _FACETS, _ALL).items():
            for facet, concept, depth, basis in namings:
                found.setdefault((facet, concept), []).append((topic, depth == 0, basis))
        return {_ALL: found}

    return session.remembered.looked_up("named_by_topics", [_ALL], load)[_ALL]
