"""Coverage in SPARQL."""

from medrd_kg.linkage.coverage import WHOLE_AXES, CoverageQuestion
from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.twins.patterns import (
    Twin,
    falls_under,
    figures,
    figures_naming,
    figures_under,
    members,
    names,
    subject,
    term,
    twin,
)

__all__ = ["coverage_items_twins", "coverage_twins"]


def coverage_twins(question: CoverageQuestion, total: str | None) -> tuple[Twin, ...]:
    """Return the queries for the cells, the axes and the whole of a matrix.

    Args:
        question: What is counted.
        total: IRI of the total in which yen are summed; None when items are counted.
    """
    cells = f"""
    SELECT ?row ?column (COUNT(?item) AS ?items) (SUM(?weight) AS ?value)
        (SUM(?weight * ?is_named) AS ?direct)
    WHERE {{
        SELECT ?item ?weight ?row ?column
            (MAX(IF(?row_named = ?row && ?column_named = ?column, 1, 0)) AS ?is_named)
        WHERE {{
            {_weighed(question, total)}
            {_under(question, question.rows, "?row", total)}
            {_under(question, question.columns, "?column", total)}
        }}
        GROUP BY ?item ?weight ?row ?column
    }}
    GROUP BY ?row ?column
    ORDER BY ?row ?column"""
    whole = f"""
    SELECT (SUM(?in) AS ?value) (SUM(?out) AS ?elsewhere) WHERE {{
        SELECT DISTINCT ?item (IF(?inside, ?weight, 0) AS ?in) (IF(?inside, 0, ?weight) AS ?out)
        WHERE {{
            {_weighed(question, total)}
            {_marked(question, question.rows, "?in_row", total)}
            {_marked(question, question.columns, "?in_column", total)}
            BIND (BOUND(?in_row) && BOUND(?in_column) AS ?inside)
        }}
    }}"""
    return (
        twin("items", cells),
        twin("rows", _axis(question, question.rows, question.columns, total)),
        twin("columns", _axis(question, question.columns, question.rows, total)),
        twin("whole", whole),
    )


def coverage_items_twins(
    question: CoverageQuestion, total: str | None, row: str | None, column: str | None
) -> tuple[Twin, ...]:
    """Return the query for the items behind a cell, a row, a column or the whole.

    Args:
        question: What the matrix counts.
        total: IRI of the total in which yen are summed; None when items are counted.
        row: Slug or IRI of the row; None for any.
        column: Slug or IRI of the column; None for any.
    """
    chosen = "".join(
        f"VALUES {variable} {{ {term(iri_of(facet, value))} }} "
        for variable, facet, value in (
            ("?row", question.rows, row),
            ("?column", question.columns, column),
        )
        if value is not None
    )
    query = f"""
    SELECT DISTINCT ?item (?weight AS ?value) WHERE {{
        {chosen}
        {_weighed(question, total)}
        {_under(question, question.rows, "?row", total)}
        {_under(question, question.columns, "?column", total)}
    }}
    ORDER BY ?item"""
    return (twin("items", query),)


def _axis(question: CoverageQuestion, facet: str, other: str, total: str | None) -> str:
    empty = ""
    if facet in WHOLE_AXES:
        empty = f"UNION {{ {members(facet, '?thing')} BIND (0 AS ?in) BIND (0 AS ?out) }}"
    return f"""
    SELECT ?thing (SUM(?in) AS ?value) (SUM(?out) AS ?elsewhere) WHERE {{
        {{ SELECT DISTINCT ?item ?thing (IF(?inside, ?weight, 0) AS ?in)
            (IF(?inside, 0, ?weight) AS ?out)
        WHERE {{
            {_weighed(question, total)}
            {_under(question, facet, "?thing", total)}
            {_marked(question, other, "?elsewhere_too", total)}
            BIND (BOUND(?elsewhere_too) AS ?inside)
        }} }}
        {empty}
    }}
    GROUP BY ?thing
    ORDER BY ?thing"""


def _weighed(question: CoverageQuestion, total: str | None) -> str:
    """Return the pattern of what is counted, and what each of it weighs."""
    if total is not None:
        return figures(total)
    selection = Selection(
        scope=question.scope,
        fiscal_year=question.fiscal_year,
        basis=question.basis,
        statements=question.measure == "topics",
        programmes=question.measure == "programmes",
    )
    return f"{subject(selection)} BIND (1 AS ?weight)"


def _marked(question: CoverageQuestion, facet: str, mark: str, total: str | None) -> str:
    """Return the pattern that binds a variable where an item names anything of a facet."""
    naming = names if total is None else figures_naming
    return f"""OPTIONAL {{ SELECT DISTINCT ?item (1 AS {mark}) WHERE {{
                {_weighed(question, total)}
                {{ {naming(facet, basis=question.basis)} }}
            }} }}"""


def _under(question: CoverageQuestion, facet: str, variable: str, total: str | None) -> str:
    under = falls_under if total is None else figures_under
    return f"{{ {under(facet, variable, basis=question.basis)} }}"
