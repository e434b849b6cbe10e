"""Named totals: one node for each fiscal year x stage x level x perimeter that has addends."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from medrd_kg.sources.review_sheets.figures import STAGE_NAMES
from medrd_kg.sources.review_sheets.ministries import ministries
from medrd_kg.sources.review_sheets.perimeters import (
    MINISTRY_SHARE,
    PERIMETERS,
    TotalKey,
    total_slug,
)
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.reviewed import table
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name

__all__ = ["Printed", "total_blocks"]

_STAGES_EN: Final = {
    Stage.REQUEST: "requests",
    Stage.INITIAL: "initial budget",
    Stage.SUPPLEMENTARY: "supplementary budget",
    Stage.CARRIED_IN: "carried in",
    Stage.CARRIED_OUT: "carried out",
    Stage.RESERVE: "reserve and transfers",
    Stage.TOTAL: "budget total",
    Stage.EXECUTED: "executed",
}
_LEVELS: Final = {"appropriation": ("計上", "appropriations"), "transfer": ("移替え", "transfers")}


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed figure that a total is held against.

    Attributes:
        figure: Prefixed name of the figure.
        remainder: Printed figure minus the sum of the addends, in yen.
        ja: Why the two differ, in Japanese; empty where they do not.
        en: The same in English.
    """

    figure: str
    remainder: int
    ja: str
    en: str


def _names(key: TotalKey) -> tuple[str, str]:
    perimeter = PERIMETERS.get(key.perimeter)
    if key.perimeter == MINISTRY_SHARE:
        ministry = next(each for each in ministries().values() if each.slug == key.ministry)
        ja, en = f"AMED対象経費（{ministry.name}）", f"AMED budget, share of {key.ministry.upper()}"
        if "-" in key.ministry:
            en = f"AMED budget, share of {ministry.name}"
    elif perimeter is not None:
        ja, en = perimeter.ja, perimeter.en
    else:
        raise KeyError(key.perimeter)
    return ja, en


def _is_meant(note: Mapping[str, str], key: TotalKey) -> bool:
    """Return whether a row of ``reviewed/total-notes.tsv`` speaks of a total."""
    return (
        note["perimeter"] == key.perimeter
        and note["level"] == key.level
        and key.stage in note["stages"].split("|")
        and note["fiscal_year"] in {"", str(key.fiscal_year)}
    )


def total_blocks(
    keys: Iterable[TotalKey], printed: dict[TotalKey, Printed] | None = None
) -> Iterator[Block]:
    """Yield the block of every total.

    The sum is not stored: it is the sum over ``mrd:hasAddend``, the inverse of what the figures
    say, and `medrd_kg.build.totals` checks it.

    Args:
        keys: Totals that have addends.
        printed: Printed figures by total.
    """
    for key in sorted(set(keys)):
        block = Block(term("total", total_slug(key)), "Total")
        ja, en = _names(key)
        level_ja, level_en = _LEVELS[key.level]
        block.add(
            "rdfs:label",
            text(f"{era_name(key.fiscal_year)} {STAGE_NAMES[key.stage]} {ja}（{level_ja}）", "ja"),
            text(f"FY{key.fiscal_year} {_STAGES_EN[key.stage]}, {en} ({level_en})", "en"),
        )
        block.add("mrd:fiscalYear", term("fy", str(key.fiscal_year)))
        block.add("mrd:budgetStage", term("mrds", f"stage-{key.stage}"))
        block.add("mrd:level", term("mrds", f"level-{key.level}"))
        block.add("mrd:perimeter", term("mrds", f"perimeter-{key.perimeter}"))
        block.add("mrd:assertionBasis", term("mrds", "basis-computed"))
        if key.ministry:
            block.add("mrd:concerns", term("org-", key.ministry))
        for each in table("total-notes"):
            if _is_meant(each, key):
                block.add("mrd:note", text(each["ja"], "ja"), text(each["en"], "en"))
        known = (printed or {}).get(key)
        if known is not None:
            block.add("mrd:printedAs", known.figure)
            if known.remainder:
                block.add("mrd:remainderJPY", integer(known.remainder))
                block.add("mrd:note", text(known.ja, "ja"), text(known.en, "en"))
        yield block
