"""The years that a page shows where its reader names none: those that the release speaks of."""

from anyio import to_thread
from fastapi import Request

from medrd_kg.linkage.recipients import latest_payments
from medrd_kg.linkage.years import Years, years
from medrd_kg.web.state import serving

__all__ = ["latest_payments_of", "money_of", "years_of"]


async def years_of(request: Request) -> Years:
    """Return the years of the release that is served; none where there are no fact tables."""
    tables = serving(request).tables
    return Years((), None) if tables is None else await to_thread.run_sync(years, tables)


async def latest_payments_of(request: Request, side: str, iri: str) -> int | None:
    """Return the latest year of payments by a programme or to a payee, see `latest_payments`."""
    tables = serving(request).tables
    if tables is None:
        return None
    return await to_thread.run_sync(latest_payments, tables, side, iri)


def money_of(year: int) -> dict[str, object]:
    """Return the parameters of the total that stands for a year: its initial budget."""
    return {"fiscal_year": year, "stage": "initial", "level": "appropriation"}
