"""Fiscal years that a release speaks of: what a reader sees who names none."""

from dataclasses import dataclass

from medrd_kg.linkage.tables import FactTables, statement

__all__ = ["Years", "years"]


@dataclass(frozen=True, slots=True)
class Years:
    """The years of a release.

    Attributes:
        known: Western years of topics and programmes, the latest first.
        policy: The latest year for which the policy states topics; None without any.
    """

    known: tuple[int, ...]
    policy: int | None


def years(tables: FactTables) -> Years:
    """Return the years of a release."""
    with tables.session() as session:
        rows = session.rows(statement("years"))
    return Years(
        known=tuple(year for year, _ in rows),
        policy=next((year for year, of_policy in rows if of_policy), None),
    )
