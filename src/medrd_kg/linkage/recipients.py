"""Recipients: payments as the sheets list them, which must not be added up (see `flows`)."""

from dataclasses import dataclass

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.items import (
    PAGE,
    Item,
    Page,
    Thing,
    check_page,
    described,
    number_of,
    things_of,
)
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.problems import Problem

__all__ = ["Payment", "recipients"]


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
    parameters: dict[str, object] = {"fiscal_year": fiscal_year, **check_page(offset, limit)}
    with tables.session() as session:
        parameters["payee"] = (
            None if payee is None else number_of(session, iri_of("organization", payee))
        )
        parameters["programme"] = None if programme is None else _programme(session, programme)
        rows = session.rows(statement("recipients"), parameters)
        first = (
            rows
            if rows or not offset
            else session.rows(statement("recipients"), parameters | {"offset": 0, "limit": 1})
        )
        numbers = {n for row in rows for n in row[:2] if n is not None}
        items = described(session, numbers)
        texts = session.said_of("recipients_texts", (row[0] for row in rows))
        things = things_of(session, {n for row in rows for n in row[3:5]})
    payments = tuple(
        Payment(
            items[figure], items.get(own), block, rank, things.get(payer), things.get(paid),
            amount, printed, level, locator,
        )
        for figure, own, block, payer, paid, amount, level, _ in rows
        for rank, printed, locator in texts[figure]
    )  # fmt: skip
    return Page(payments, first[0][7] if first else 0, offset)


def _programme(session: Session, slug_or_iri: str) -> int:
    """Return the item number of a programme."""
    iri = iri_of("programme", slug_or_iri)
    found = session.rows(statement("item_number"), {"iri": iri})
    if not found:
        raise Problem("not-found", f"nothing is known of {iri}")
    return int(found[0][0])
