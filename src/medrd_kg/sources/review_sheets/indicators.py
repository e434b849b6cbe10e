"""Outcome indicators of programmes with their targets and results, year by year.

The goal and the measure of an outcome are sentences of others: they go to the local text store.
The graph keeps the indicator with a label of its own, its unit, and the measure where it is a
short term.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from medrd_kg.sources.review_sheets.editions import locator, slug_of
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.records import Outcome, Sheet
from medrd_kg.sources.review_sheets.turtle import Block, decimal, term, text
from medrd_kg.sources.review_sheets.years import era_name

__all__ = ["IndicatorRegistry"]

_LONGEST_TERM: Final = 25


@dataclass(slots=True)
class _Result:
    sheet: Sheet
    pointer: str
    achieved: Decimal | None
    target: Decimal | None


@dataclass(slots=True)
class _Indicator:
    slug: str
    label: str
    programme: str
    measure: str
    unit: str
    first: Sheet
    pointer: str
    sheets: list[str] = field(default_factory=list)
    results: dict[int, list[_Result]] = field(default_factory=dict)


class IndicatorRegistry:
    """Recognises the indicators of a programme across its editions.

    Two outcomes are one indicator where measure (or goal, for want of a measure) and unit are the
    same text. Feed the sheets in the order of publication years.
    """

    def __init__(self, numbered: Mapping[str, int] | None = None) -> None:
        """Start empty.

        Args:
            numbered: Highest number already given to an indicator, by programme.
        """
        self._indicators: dict[tuple[str, str, str, str], _Indicator] = {}
        self._count: dict[str, int] = dict(numbered or {})

    def observe(self, sheet: Sheet, programme: str) -> dict[str, str]:
        """Take the outcomes of a sheet.

        Returns:
            Local name of the indicator by JSON pointer of the outcome, for the text store.
        """
        names = {}
        seen: dict[tuple[str, str, str, str], int] = {}
        for outcome in sheet.outcomes:
            if not outcome.results and outcome.final_target is None:
                continue
            indicator = self._indicator(sheet, programme, outcome, seen)
            names[outcome.pointer] = indicator.slug
            for result in outcome.results:
                self._add(
                    indicator,
                    result.fiscal_year,
                    _Result(sheet, result.pointer, result.achieved, result.target),
                )
            if outcome.final_target is not None and outcome.final_year is not None:
                self._add(
                    indicator,
                    outcome.final_year,
                    _Result(sheet, f"{outcome.pointer}/目標値", None, outcome.final_target),
                )
        return names

    def _indicator(
        self,
        sheet: Sheet,
        programme: str,
        outcome: Outcome,
        seen: dict[tuple[str, str, str, str], int],
    ) -> _Indicator:
        subject = outcome.measure or outcome.goal
        base = (programme, match_key(subject), match_key(outcome.unit), "")
        seen[base] = seen.get(base, 0) + 1
        # The same words twice on one sheet are two indicators: the goal may differ.
        key = (*base[:3], str(seen[base]))
        found = self._indicators.get(key)
        if found is None:
            number = self._count[programme] = self._count.get(programme, 0) + 1
            found = _Indicator(
                slug=f"{programme}-{number}",
                label=f"{sheet.name} 成果指標{number}",
                programme=programme,
                measure=outcome.measure,
                unit=outcome.unit,
                first=sheet,
                pointer=outcome.pointer,
            )
            self._indicators[key] = found
        slug = slug_of(sheet)
        if slug not in found.sheets:
            found.sheets.append(slug)
        return found

    @staticmethod
    def _add(indicator: _Indicator, year: int, result: _Result) -> None:
        """Keep a result unless an earlier edition already states the same values."""
        stated = indicator.results.setdefault(year, [])
        for each in stated:
            if each.sheet.publication_year == result.sheet.publication_year:
                each.achieved = each.achieved if each.achieved is not None else result.achieved
                each.target = each.target if each.target is not None else result.target
                return
            same_result = result.achieved in (None, each.achieved)
            same_target = result.target in (None, each.target)
            if same_result and same_target:
                return
        if stated and _only_adds(stated[-1], result):
            stated[-1] = result
            return
        stated.append(result)

    def blocks(self) -> Iterator[tuple[str, Block]]:
        """Yield graph and block of every indicator and result."""
        for indicator in sorted(self._indicators.values(), key=lambda each: each.slug):
            graph = f"review-sheets-{indicator.first.publication_year}"
            yield graph, self._indicator_block(indicator)
            for year, stated in sorted(indicator.results.items()):
                for result in stated:
                    newest = result is stated[-1]
                    yield self._result_block(indicator, year, result, newest=newest)

    @staticmethod
    def _indicator_block(indicator: _Indicator) -> Block:
        block = Block(term("ind", indicator.slug), "Indicator")
        block.add("rdfs:label", text(indicator.label, "ja"))
        if indicator.measure and len(indicator.measure) <= _LONGEST_TERM:
            block.add("skos:altLabel", text(indicator.measure, "ja"))
        block.add("mrd:indicatorOf", term("prg", indicator.programme))
        if indicator.unit and len(indicator.unit) <= _LONGEST_TERM:
            block.add("mrd:unitOfMeasure", text(indicator.unit))
        for sheet in indicator.sheets:
            block.add("mrd:statedIn", term("sheet", sheet))
        return block.add("mrd:sourceLocator", text(locator(indicator.first, indicator.pointer)))

    @staticmethod
    def _result_block(
        indicator: _Indicator, year: int, result: _Result, *, newest: bool
    ) -> tuple[str, Block]:
        published = result.sheet.publication_year
        block = Block(
            term("result", f"{indicator.slug}-fy{year}-in-{published}"), "IndicatorResult"
        )
        label = f"{indicator.label} {era_name(year)}（{published}年公表）"
        block.add("rdfs:label", text(label, "ja"))
        block.add("mrd:resultOf", term("ind", indicator.slug))
        block.add("mrd:fiscalYear", term("fy", str(year)))
        if result.achieved is not None:
            block.add("mrd:achievedValue", decimal(result.achieved))
        if result.target is not None:
            block.add("mrd:targetValue", decimal(result.target))
        block.add("mrd:statedIn", term("sheet", slug_of(result.sheet)))
        block.add("mrd:sourceLocator", text(locator(result.sheet, result.pointer)))
        if not newest:
            block.add("mrd:hasFlag", term("mrds", "flag-restated"))
        return f"review-sheets-{published}", block

    def __len__(self) -> int:
        """Return the number of indicators."""
        return len(self._indicators)

    def years(self) -> set[int]:
        """Return every fiscal year that a result belongs to."""
        return {year for each in self._indicators.values() for year in each.results}


def _only_adds(earlier: _Result, later: _Result) -> bool:
    """Return whether the later edition repeats what the earlier states and fills a gap."""
    keeps_result = earlier.achieved is None or earlier.achieved == later.achieved
    keeps_target = earlier.target is None or earlier.target == later.target
    return keeps_result and keeps_target
