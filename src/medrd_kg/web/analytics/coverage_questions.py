"""Coverage: matrices of two facets, and what stands behind a cell."""

from typing import Final
from urllib.parse import urlencode

from medrd_kg.linkage.coverage import (
    CELLS,
    MEASURES,
    AxisEntry,
    Cell,
    CoverageItem,
    CoverageQuestion,
    coverage,
    coverage_items,
)
from medrd_kg.linkage.facets import FACETS
from medrd_kg.linkage.items import PAGE
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice
from medrd_kg.linkage.twins.coverage import coverage_items_twins, coverage_twins
from medrd_kg.web.analytics.arguments import (
    BASIS,
    FISCAL_YEAR,
    SCOPE,
    TOTAL,
    TOTAL_NAMES,
    choice,
    required,
    text,
)
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["COVERAGE_QUESTIONS"]

_COVERAGE: Final = (
    required(choice("rows", "Facet or kind of the rows.", FACETS), "disease-area"),
    required(choice("columns", "Facet or kind of the columns.", FACETS), "project"),
    choice(
        "measure",
        "Topics and scope items, programmes, or yen of one total.",
        MEASURES,
        default="topics",
    ),
    SCOPE,
    FISCAL_YEAR,
    BASIS,
    *TOTAL,
)


def _coverage_question(values: Values) -> CoverageQuestion:
    return CoverageQuestion(
        values["rows"],
        values["columns"],
        **given(values, "measure", "scope", "fiscal_year", "basis"),
        total=TotalChoice(**given(values, *TOTAL_NAMES)),
    )


def _coverage(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = coverage(tables, _coverage_question(values), offset=offset, limit=limit)
    answer = Answer.of(
        found.cells,
        rows=shown(found.rows),
        columns=shown(found.columns),
        whole=shown(found.whole),
        namedTotal=shown(found.total),
    )
    asked = [(name, str(value)) for name, value in values.items()]
    for cell in answer.items:
        place = [*asked, ("row", cell["row"]), ("column", cell["column"])]
        cell["href"] = f"/api/v1/coverage/items?{urlencode(place)}"
    return answer


def _coverage_items(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = coverage_items(
        tables,
        _coverage_question(values),
        row=values.get("row"),
        column=values.get("column"),
        offset=offset,
        limit=limit,
    )
    return Answer.of(found.items, namedTotal=shown(found.total))


COVERAGE_QUESTIONS: Final = (
    Question(
        "coverage",
        "How many topics, programmes or yen stand in each pair of two facets",
        "An item that names a concept counts for all that lies above it. Sums over a row, a column"
        " and the whole are over distinct items, so that nothing counts twice. Yen are summed"
        " within one total, which `namedTotal` tells. Cells with nothing are left out.",
        _COVERAGE,
        _coverage,
        most=CELLS,
        usual=CELLS,
        entry=Cell,
        parts={"rows": AxisEntry, "columns": AxisEntry},
        names={"row": "rows", "column": "columns"},
        twins=lambda values, answer: coverage_twins(_coverage_question(values), answer.total_iri),
    ),
    Question(
        "coverage/items",
        "The items behind a cell, a row, a column or the whole of a coverage matrix",
        "",
        (
            *_COVERAGE,
            text("row", "Slug or IRI of the row; without it, any."),
            text("column", "Slug or IRI of the column; without it, any."),
        ),
        _coverage_items,
        usual=PAGE,
        entry=CoverageItem,
        twins=lambda values, answer: coverage_items_twins(
            _coverage_question(values), answer.total_iri, values.get("row"), values.get("column")
        ),
    ),
)
