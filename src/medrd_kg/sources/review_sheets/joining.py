"""Sheets that join a graph which has other years: they continue its programmes and figures."""

from typing import Final

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.known_programmes import KnownEdition, KnownProgramme
from medrd_kg.sources.restating import stands_beside
from medrd_kg.sources.review_sheets.chains import ChainBuilder, SheetKey, without_former_names
from medrd_kg.sources.review_sheets.ledger import Ledger
from medrd_kg.sources.review_sheets.names import programme_key
from medrd_kg.sources.review_sheets.records import Stage

__all__ = ["continue_programmes", "settle_beside"]

_RS_EDITION: Final = "-rs-"


def continue_programmes(builder: ChainBuilder, known: KnownGraph) -> None:
    """Let a builder of chains know the programmes of the graph, each by its newest edition.

    Args:
        builder: Has no chains yet.
        known: What the graph says.
    """
    for slug, programme in sorted(known.programmes.items()):
        editions = [each for each in programme.editions if _RS_EDITION not in each.slug]
        if editions:
            ordered = sorted(editions, key=lambda each: (each.publication_year, each.slug))
            builder.continue_from(slug, [_key(programme, each) for each in ordered])


def _key(programme: KnownProgramme, edition: KnownEdition) -> SheetKey:
    name = without_former_names(programme_key(edition.name))
    figures = {
        place: figure.yen
        for place, figure in programme.current.items()
        if figure.publication_year == edition.publication_year
        and figure.yen
        and place[1] is not Stage.REQUEST
    }
    return SheetKey(
        publication_year=edition.publication_year,
        ministry=programme.ministry,
        number=edition.sheet_number,
        printed=edition.name,
        name=name,
        formers=(),
        programme_id=edition.programme_id or None,
        predecessors=(),
        figures=figures,
    )


def settle_beside(ledger: Ledger, known: KnownGraph) -> None:
    """Let the figures of a settled ledger supersede those of the graph, or stand beside them."""
    for oldest in ledger:
        held = known.programmes.get(oldest.programme)
        place = oldest.fiscal_year, oldest.stage
        earlier = held.current.get(place) if held is not None else None
        if earlier is None or oldest.supersedes is not None or not oldest.comparable:
            continue
        each = oldest
        beside = stands_beside(known, earlier, oldest.publication_year)
        each.restates = earlier
        while beside:
            each.restates, each.beside = earlier, True
            if each.superseded_by is None:
                break
            each = each.superseded_by
