"""The kinds that can stand on an axis, on a side of a link, or between two sides."""

from typing import Final

from medrd_kg.kinds import kinds
from medrd_kg.problems import Problem

__all__ = ["CONCEPT_FACETS", "FACETS", "iri_of", "require", "require_facet"]

CONCEPT_FACETS: Final = (
    "disease-area",
    "modality",
    "purpose",
    "phase",
    "technology",
    "resource",
    "beneficiary",
    "theme",
    "status",
)
"""Facets whose members are concepts of a scheme, with broader and narrower ones."""

FACETS: Final = (*CONCEPT_FACETS, "project", "programme", "ministry", "organization", "topic")
"""Every kind that a question may name."""


def require_facet(parameter: str, value: str) -> str:
    """Return a facet that a caller named.

    Args:
        parameter: The parameter, for the message.
        value: What the caller gave.

    Raises:
        Problem: ``invalid-parameter``: there is no such facet.
    """
    return require(parameter, value, FACETS)


def require(parameter: str, value: str, known: tuple[str, ...]) -> str:
    """Return a value that must be one of a few.

    Args:
        parameter: The parameter, for the message.
        value: What the caller gave.
        known: The values that it may have.

    Raises:
        Problem: ``invalid-parameter``: it is another one; the known ones are told.
    """
    if value not in known:
        raise Problem(
            "invalid-parameter",
            f"{parameter} cannot be {value!r}",
            f"one of: {', '.join(known)}",
            {"parameter": parameter, "known": list(known)},
        )
    return value


def iri_of(facet: str, slug_or_iri: str) -> str:
    """Return the IRI of a member of a facet.

    Args:
        facet: One of `FACETS`.
        slug_or_iri: The part of the IRI after the kind, a local or prefixed name, or the IRI.

    >>> iri_of("disease-area", "cancer")
    'https://w3id.org/medrd-kg/schemes#disease-cancer'
    >>> iri_of("project", "drugs")
    'https://w3id.org/medrd-kg/id/project/drugs'
    """
    return kinds()[facet].named(slug_or_iri)
