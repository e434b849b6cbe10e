"""Organisations with a readable name of their own in the graph: ministries, AMED, institutes.

Identifiers come from the facts table of the research data (ROR records, 法人番号 of the payee
lists), each with its row in ``reviewed/organisations.tsv``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.reviewed import table

__all__ = ["KnownOrganisation", "known_by_name", "known_by_number", "known_organisations"]


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation of the reviewed list.

    Attributes:
        slug: Local name below ``id/organization/``.
        kind: Class in the core vocabulary.
        name: Official Japanese name.
        number: 法人番号 where a source states it.
        other_names: Names under which sheets mean the same organisation.
        parent: Slug of the organisation that it is a part of, or empty.
        described_elsewhere: True where another source of the graph gives class and labels.
    """

    slug: str
    kind: str
    name: str
    number: str | None
    other_names: tuple[str, ...]
    parent: str
    described_elsewhere: bool


@cache
def known_organisations() -> Mapping[str, KnownOrganisation]:
    """Return the reviewed organisations by slug, ministries included."""
    known = {
        row["slug"]: KnownOrganisation(
            slug=row["slug"],
            kind="Ministry",
            name=row["ja"],
            number=row["corporate_number"] or None,
            other_names=(),
            parent="",
            described_elsewhere=row["slug"] == "cabinet-office",
        )
        for row in table("ministries")
    }
    for row in table("organisations"):
        known[row["slug"]] = KnownOrganisation(
            slug=row["slug"],
            kind=row["kind"],
            name=row["ja"],
            number=row["corporate_number"] or None,
            other_names=tuple(name for name in row["other_names"].split("||") if name),
            parent=row["parent"],
            described_elsewhere=row["elsewhere"] == "yes",
        )
    return known


@cache
def _numbers() -> Mapping[str, KnownOrganisation]:
    return {each.number: each for each in known_organisations().values() if each.number}


@cache
def _names() -> Mapping[str, KnownOrganisation]:
    return {
        match_key(name): each
        for each in known_organisations().values()
        for name in (each.name, *each.other_names)
    }


def known_by_number(number: str) -> KnownOrganisation | None:
    """Return the reviewed organisation with a 法人番号."""
    return _numbers().get(number)


def known_by_name(key: str) -> KnownOrganisation | None:
    """Return the reviewed organisation with a `match_key`."""
    return _names().get(key)
