"""What becomes of a figure that the graph has already, from another import.

Both statements stay and one is current. It is the newer one, which supersedes the other; but where
totals, parts or a whole rest on the graph's statement, or it is of a later edition, that one stays
current, because an import beside it cannot move what rests on it. The new figure then stands
beside it: it concerns programme and statement, and is for no programme by itself, so that no
question about a programme meets two current figures.
"""

from typing import Final

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.known_programmes import KnownFigure
from medrd_kg.sources.review_sheets.amounts import exceeds
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.turtle import Block, term, text

__all__ = ["is_restated", "reconcile", "restated_block", "stands_beside"]

_DEFINED_OTHERWISE: Final = frozenset({Stage.TOTAL, Stage.CARRIED_OUT})
"""The RS system prints 歳出予算現額, and carry-overs without a minus."""


def stands_beside(known: KnownGraph, earlier: KnownFigure, year: int) -> bool:
    """Return whether the graph's statement stays current.

    Args:
        known: What the graph says.
        earlier: Its statement.
        year: Publication year of the new one.
    """
    return known.is_settled(earlier) or earlier.publication_year > year


def is_restated(earlier: KnownFigure, yen: int, year: int, stage: Stage) -> bool:
    """Return whether a later edition gives another value, beyond the rounding of the cells.

    計 and carry-overs are defined otherwise from source to source and not compared.
    """
    return earlier.publication_year < year and _differs(earlier, yen, stage)


def restated_block(earlier: KnownFigure) -> Block:
    """Return what is said of a statement whose value a later edition has changed."""
    block = Block(term("budget", earlier.name))
    return block.add("mrd:hasFlag", term("mrds", "flag-restated"))


def reconcile(block: Block, earlier: KnownFigure, programme: str, yen: int, stage: Stage) -> None:
    """Say on a figure what the statement says that stays current.

    `mrd:remainderJPY` is what its own lines leave of a figure, so the note has the difference.
    """
    block.add("mrd:concerns", term("prg", programme), term("budget", earlier.name))
    if stage in _DEFINED_OTHERWISE:
        ja = "先に取り込まれた版の金額が現行である。計と繰越しは版により定義が異なり、比べない。"
        en = "The figure of the other edition is current; this stage is defined otherwise there."
    elif _differs(earlier, yen, stage):
        apart = yen - earlier.yen
        ja = f"合計や内訳の基となった版の金額が現行である。この金額はそれより{apart}円多い。"
        en = f"The edition that totals or parts rest on is current; this is {apart} yen more."
    else:
        ja = "合計や内訳の基となった版の金額が現行で、この金額と一致する。"
        en = "The edition that totals or parts rest on is current, and agrees with this figure."
    block.add("mrd:note", text(ja, "ja"), text(en, "en"))


def _differs(earlier: KnownFigure, yen: int, stage: Stage) -> bool:
    apart = exceeds(yen, earlier.yen) or exceeds(earlier.yen, yen)
    return apart and stage not in _DEFINED_OTHERWISE
