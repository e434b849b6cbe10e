"""Columns of ``SELECT *`` in the order in which a reader meets them in the query."""

from functools import lru_cache

import pyoxigraph as ox

from medrd_kg.store.outline import Outline
from medrd_kg.store.results import EmbeddedResult

__all__ = ["with_columns_in_order"]


def with_columns_in_order(text: str, found: Outline, base_iri: str | None) -> str:
    """Spell ``SELECT *`` out: the engine orders its columns by name, readers by appearance.

    Args:
        text: The query, or the same with blanked dataset clauses.
        found: Outline of the query; its offsets hold for both.
        base_iri: Base of the relative IRIs.
    """
    if found.star is None:
        return text
    return found.with_projection(text, _projected(text, base_iri))


@lru_cache(maxsize=256)
def _projected(text: str, base_iri: str | None) -> frozenset[str]:
    """Return the variables of a SELECT, asked of an empty store."""
    return frozenset(EmbeddedResult(ox.Store().query(text, base_iri=base_iri)).variables)
