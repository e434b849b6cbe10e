"""Programmes of one name: what tells each from the others.

Ministries run programmes under the same name, and the sheets of some years restart one under a new
record. Where names alone are shown, such programmes could not be told apart.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from medrd_kg.linkage.tables import FactTables, statement

__all__ = ["Distinction", "distinctions"]


@dataclass(frozen=True, slots=True)
class Distinction:
    """What tells a programme from others of its name: no more than is needed.

    Attributes:
        programme: Its IRI.
        ministries: Names of its ministries by language; None where those are the same for all.
        years: First and last year in which a sheet of it was published; None where not needed.
        sheet: Its latest sheet, as the last part of its IRI; None where not needed.
        is_sheetless: Whether years are needed and no sheet tells of it.
    """

    programme: str
    ministries: dict[str, tuple[str, ...]] | None
    years: tuple[int, int] | None
    sheet: str | None
    is_sheetless: bool


@dataclass(frozen=True, slots=True)
class _Programme:
    """A programme with all that could tell it from others.

    Attributes:
        iri: The programme.
        name: Its name.
        ja: Its ministries in Japanese.
        en: The same in English.
        years: First and last year of its sheets.
        sheet: Its latest sheet.
    """

    iri: str
    name: str
    ja: tuple[str, ...]
    en: tuple[str, ...]
    years: tuple[int, int] | None
    sheet: str | None


def distinctions(tables: FactTables) -> tuple[Distinction, ...]:
    """Return what tells programmes of one name apart; none for those whose names are their own."""
    with tables.session() as session:
        rows = session.rows(statement("alike"))
    found = [
        _Programme(
            iri,
            name,
            tuple(each for each in ja if each),
            tuple(each for each in en if each),
            None if first is None else (int(first), int(last)),
            None if sheet is None else sheet.rpartition("/")[2],
        )
        for iri, name, ja, en, first, last, sheet in rows
    ]
    groups = groupby(found, key=lambda each: each.name)
    return tuple(each for _, group in groups for each in _of_one_name(list(group)))


def _of_one_name(group: Sequence[_Programme]) -> Iterable[Distinction]:
    by_ministry = _differ(group, lambda each: each.ja)
    for each in group:
        rivals = [other for other in group if other.ja == each.ja] if by_ministry else group
        by_year = len(rivals) > 1
        same = [other for other in rivals if other.years == each.years] if by_year else [each]
        yield Distinction(
            each.iri,
            {"ja": each.ja, "en": each.en} if by_ministry and each.ja else None,
            each.years if by_year else None,
            each.sheet if len(same) > 1 else None,
            by_year and each.years is None,
        )


def _differ(group: Iterable[_Programme], told: Callable[[_Programme], object]) -> bool:
    return len({told(each) for each in group}) > 1
