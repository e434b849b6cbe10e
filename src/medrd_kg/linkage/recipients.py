"""Recipients: payments as the sheets list them, which must not be added up (see `flows`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.items import (
    PAGE,
    Item,
    Page,
    Thing,
    check_page,
    described,
    item_of_kind,
    number_of,
    things_of,
)
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.problems import Problem

__all__ = ["Payment", "latest_payments", "recipients"]

_Line = tuple[Any, ...]
"""A payment: its figure, fiscal year, programme, block, payer, payee, amount, level, rank, the
amount as printed, and its place."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A line of a payee list.

    Attributes:
        figure: The figure, with its sheet.
        programme: The programme that is paid from; None where not stated.
        block: Letter of its block.
        rank: Its rank in the block.
        payer: Who pays; None where the sheet states no edge.
        payee: Who is paid.
        amount: Yen.
        printed: The amount as the source has it.
        level: ``transfer`` or ``payment``.
        locator: Its place in the source.
    """

    figure: Item
    programme: Item | None
    block: str | None
    rank: int | None
    payer: Thing | None
    payee: Thing | None
    amount: int
    printed: str | None
    level: str
    locator: str | None


def recipients(
    tables: FactTables,
    fiscal_year: int,
    *,
    programme: str | None = None,
    payee: str | None = None,
    offset: int = 0,
    limit: int = PAGE,
) -> Page[Payment]:
    """Return the payments of a year as the sheets list them, most money first.

    They must not be added up.

    Args:
        tables: The fact tables.
        fiscal_year: Western year.
        programme: Slug or IRI of one programme; None for all.
        payee: Slug or IRI of one payee; None for all.
        offset: Payments to pass over.
        limit: Payments to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: offset or limit is out of range; ``not-found``: there is no
            such programme or payee.
    """
    page = check_page(offset, limit)
    with tables.session() as session:
        if programme is None and payee is None:
            rows, total = _of_year(session, fiscal_year, page)
        else:
            own = None if programme is None else _programme(session, programme)
            paid = None if payee is None else number_of(session, iri_of("organization", payee))
            found = [row for row in _of_one(session, own, paid) if row[1] == fiscal_year]
            rows, total = found[offset : offset + limit], len(found)
        items = described(session, {n for row in rows for n in (row[0], row[2]) if n is not None})
        things = things_of(session, {n for row in rows for n in row[4:6]})
    payments = tuple(
        Payment(
            items[figure], items.get(own), block, rank, things.get(payer), things.get(paid),
            amount, printed, level, locator,
        )
        for figure, _, own, block, payer, paid, amount, level, rank, printed, locator in rows
    )  # fmt: skip
    return Page(payments, total, offset)


def latest_payments(tables: FactTables, side: str, iri: str) -> int | None:
    """Return the latest fiscal year for which there are `recipients`; None without any.

    Args:
        tables: The fact tables.
        side: ``programme`` for whose payments, ``payee`` for payments to whom.
        iri: The programme or payee.
    """
    with tables.session() as session:
        try:
            if side == "programme":
                rows = _of_one(session, _programme(session, iri), None)
            else:
                rows = _of_one(session, None, number_of(session, iri))
        except Problem:  # nothing is known of it
            return None
    return max((row[1] for row in rows), default=None)


def _of_year(
    session: Session, fiscal_year: int, page: Mapping[str, int]
) -> tuple[list[_Line], int]:
    """Return a page of the payments of a year, and how many there are."""
    parameters = {"fiscal_year": fiscal_year, **page}
    rows = session.rows(statement("recipients"), parameters)
    first = rows or (
        session.rows(statement("recipients"), parameters | {"offset": 0, "limit": 1})
        if page["offset"]
        else []
    )
    return [row[:-1] for row in rows], first[0][-1] if first else 0


def _of_one(session: Session, programme: int | None, payee: int | None) -> list[_Line]:
    """Return all payments by a programme, to a payee, or by the one to the other."""
    if programme is None:
        return session.said_of("payments_payee", [payee])[payee]
    rows = session.said_of("payments_programme", [programme])[programme]
    return rows if payee is None else [row for row in rows if row[5] == payee]


def _programme(session: Session, slug_or_iri: str) -> int:
    """Return the item number of a programme.

    Raises:
        Problem: ``not-found``: there is no such programme.
    """
    iri = iri_of("programme", slug_or_iri)
    found = item_of_kind(session, "programme", iri)
    if found is None:
        raise Problem("not-found", f"nothing is known of {iri}")
    return found
