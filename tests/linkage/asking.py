"""The same questions asked by SPARQL: the reference that the fact tables are held to."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.store.base import Store
from medrd_kg.vocabulary import PREFIXES, kind_iri

PROLOGUE: Final = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("mrd", "mrds", "skos", "rdfs", "graph")
)

PROPERTIES: Final = {
    "disease-area": "mrd:hasDiseaseArea",
    "modality": "mrd:hasModality",
    "purpose": "mrd:hasPurpose",
    "phase": "mrd:hasPhase",
    "technology": "mrd:usesTechnology",
    "resource": "mrd:usesResource",
    "beneficiary": "mrd:hasBeneficiary",
    "theme": "mrd:hasTheme",
    "status": "mrd:actionStatus",
    "project": "mrd:inProject",
}
"""Facets that items carry by one property."""


def ask(store: Store, query: str) -> Iterator[tuple[str | int | None, ...]]:
    """Yield the rows of a query: IRIs and texts as text, numbers as integers."""
    result = store.query(PROLOGUE + query)
    names = list(result.variables)
    for row in result.rows():
        yield tuple(_value(row.get(name)) for name in names)


def _value(term: object) -> str | int | None:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        number = term.datatype.value.endswith("#integer")
        return int(term.value) if number else term.value
    return None


def items_pattern(scope: str, year: int | None, *, item: str = "?item") -> str:
    """Return the pattern of the topics and scope items of a selection."""
    in_year = f"{item} mrd:fiscalYear <{kind_iri('fy', str(year))}> ." if year else ""
    topics = f"{{ {item} a mrd:PriorityTopic . {in_year} }}"
    standing = f"{{ {item} a mrd:ScopeItem }}"
    return {"fiscal-year": topics, "standing": standing, "all": f"{topics} UNION {standing}"}[scope]


def falls_under(facet: str, concept: str, *, item: str = "?item", basis: str = "all") -> str:
    """Return the pattern of what lies at or above what an item names."""
    triple = f"{item} {PROPERTIES[facet]} {concept}_named ."
    others = (
        f"GRAPH {concept}_graph {{ {triple} }}"
        f" FILTER ({concept}_graph != graph:linked && {concept}_graph != graph:inferred)"
    )
    if basis != "all" and facet != "project":
        only = f"FILTER EXISTS {{ {others} }}" if basis == "stated" else (
            f"FILTER EXISTS {{ GRAPH graph:linked {{ {triple} }} }}"
            f" FILTER NOT EXISTS {{ {others} }}"
        )  # fmt: skip
        triple = f"{triple} {only}"
    return f"{triple} {concept}_named skos:broader* {concept} ."


def coverage_cells(
    store: Store, rows: str, columns: str, scope: str, year: int | None, *, basis: str = "all"
) -> dict[tuple[str, str], int]:
    """Return the cells of a matrix of counts."""
    return {
        (str(row), str(column)): int(count or 0)
        for row, column, count in ask(
            store,
            f"""SELECT ?row ?column (COUNT(DISTINCT ?item) AS ?items) WHERE {{
                {{ {items_pattern(scope, year)} }}
                {falls_under(rows, "?row", basis=basis)}
                {falls_under(columns, "?column", basis=basis)}
            }} GROUP BY ?row ?column""",
        )
    }


def coverage_axis(
    store: Store, axis: str, other: str, scope: str, year: int | None, *, placed: bool
) -> dict[str, int]:
    """Return what stands in each member of an axis, on the other axis too or not."""
    word = "EXISTS" if placed else "NOT EXISTS"
    return {
        str(concept): int(count or 0)
        for concept, count in ask(
            store,
            f"""SELECT ?concept (COUNT(DISTINCT ?item) AS ?items) WHERE {{
                {{ {items_pattern(scope, year)} }}
                {falls_under(axis, "?concept")}
                FILTER {word} {{ ?item {PROPERTIES[other]} ?any }}
            }} GROUP BY ?concept""",
        )
    }


def money_cells(store: Store, rows: str, columns: str, total: str) -> dict[tuple[str, str], int]:
    """Return the cells of a matrix of yen."""

    def of_figure(facet: str, concept: str) -> str:
        own = falls_under(facet, concept, item="?figure")
        inherited = falls_under(facet, concept, item="?programme")
        return f"""{{ {own} }} UNION {{
            ?figure mrd:forProgramme ?programme . ?programme a mrd:Programme . {inherited}
            FILTER NOT EXISTS {{ ?figure {PROPERTIES[facet]} ?other }}
        }}"""

    return {
        (str(row), str(column)): int(yen or 0)
        for row, column, yen in ask(
            store,
            f"""SELECT ?row ?column (SUM(?amount) AS ?yen) WHERE {{
                {{ SELECT DISTINCT ?figure ?amount ?row ?column WHERE {{
                    ?figure mrd:additiveIn <{total}> ; mrd:amountJPY ?amount .
                    {{ {of_figure(rows, "?row")} }}
                    {{ {of_figure(columns, "?column")} }}
                }} }}
            }} GROUP BY ?row ?column""",
        )
    }
