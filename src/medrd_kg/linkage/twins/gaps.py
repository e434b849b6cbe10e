"""Gaps in SPARQL: what is missing; what comes nearest is left to the tables."""

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.gaps_money import MoneyGapQuestion
from medrd_kg.linkage.gaps_scope import TAKEN_UP
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.twins.patterns import (
    Twin,
    falls_under,
    members,
    money,
    names,
    subject,
    term,
    twin,
    year_of,
)

__all__ = [
    "combination_twins",
    "concept_twins",
    "indicator_twins",
    "money_twins",
    "scope_twins",
    "silent_twins",
    "target_twins",
    "topic_twins",
]


def combination_twins(
    rows: str, columns: str, selection: Selection, row: str | None, column: str | None
) -> tuple[Twin, ...]:
    """Return the query for `gaps.missing_combinations`."""
    query = f"""
    SELECT DISTINCT ?row ?column WHERE {{
        {members(rows, "?row", None if row is None else iri_of(rows, row))}
        {members(columns, "?column", None if column is None else iri_of(columns, column))}
        MINUS {{
            {subject(selection)}
            {falls_under(rows, "?row", basis=selection.basis)}
            {falls_under(columns, "?column", basis=selection.basis)}
        }}
    }}
    ORDER BY ?column ?row"""
    return (twin("items", query),)


def concept_twins(facet: str, selection: Selection) -> tuple[Twin, ...]:
    """Return the query for `gaps.concepts_without_items`."""
    query = f"""
    SELECT DISTINCT ?concept WHERE {{
        {members(facet, "?concept")}
        ?concept mrd:statedIn/mrd:unitId ?unit .
        MINUS {{
            {subject(selection)}
            {falls_under(facet, "?concept", basis=selection.basis)}
        }}
    }}
    ORDER BY ?concept"""
    return (twin("items", query),)


def silent_twins(facet: str, selection: Selection) -> tuple[Twin, ...]:
    """Return the query for `gaps.silent_items`."""
    query = f"""
    SELECT (?item AS ?id) WHERE {{
        {subject(selection)}
        MINUS {{ {subject(selection)} {{ {names(facet, basis=selection.basis)} }} }}
    }}
    ORDER BY ?id"""
    return (twin("items", query),)


def scope_twins(fiscal_year: int, project: str | None, basis: str) -> tuple[Twin, ...]:
    """Return the query for `gaps.scope_without_topic`."""
    one = "" if project is None else f"VALUES ?project {{ {term(iri_of('project', project))} }}"
    met = " UNION ".join(
        f"{{ {names(facet, '?item', basis=basis)}"
        f" {falls_under(facet, '?anything', basis=basis, item='?topic')} }}"
        for facet in TAKEN_UP
    )
    query = f"""
    SELECT ?item ?project WHERE {{
        {one}
        ?item a mrd:ScopeItem ; mrd:inProject ?project .
        MINUS {{
            ?item a mrd:ScopeItem ; mrd:inProject ?project .
            ?topic a mrd:PriorityTopic ; mrd:inProject ?project .
            {year_of("?topic", fiscal_year)}
            {met}
        }}
    }}
    ORDER BY ?project ?item"""
    return (twin("items", query),)


def topic_twins(question: MoneyGapQuestion, total: str) -> tuple[Twin, ...]:
    """Return the query for `gaps_money.topics_without_money`."""
    query = f"""
    SELECT ?item WHERE {{
        {_topics("?item", question)}
        MINUS {{
            SELECT DISTINCT ?item
            WHERE {{ {_linked("?item", "?programme", question, total)} }}
        }}
    }}
    ORDER BY ?item"""
    return (twin("items", query),)


def money_twins(question: MoneyGapQuestion, total: str) -> tuple[Twin, ...]:
    """Return the queries for `gaps_money.money_without_topic`."""
    query = f"""
    SELECT ?item ?amount WHERE {{
        {money(total, "?item", "?amount")}
        ?item a mrd:Programme .
        MINUS {{ SELECT DISTINCT ?item WHERE {{ {_linked("?topic", "?item", question, total)} }} }}
    }}
    ORDER BY DESC(?amount) ?item"""
    nowhere = f"""
    SELECT (SUM(?yen) AS ?withoutProgramme) WHERE {{
        ?figure mrd:additiveIn {term(total)} ; mrd:amountJPY ?yen .
        FILTER NOT EXISTS {{ ?figure mrd:forProgramme ?programme . ?programme a mrd:Programme }}
    }}"""
    return (twin("items", query), twin("withoutProgramme", nowhere))


def indicator_twins(ministry: str | None) -> tuple[Twin, ...]:
    """Return the query for `gaps_results.indicators_without_results`."""
    run = (
        "OPTIONAL { ?item mrd:indicatorOf ?programme }"
        if ministry is None
        else f"""?item mrd:indicatorOf ?programme . ?programme a mrd:Programme ;
            mrd:administeredBy|mrd:payer {term(iri_of("ministry", ministry))} ."""
    )
    query = f"""
    SELECT DISTINCT ?item ?programme WHERE {{
        ?item a mrd:Indicator .
        {run}
        FILTER NOT EXISTS {{ ?result mrd:resultOf ?item ; mrd:achievedValue ?value }}
    }}
    ORDER BY ?item"""
    return (twin("items", query),)


def target_twins(fiscal_year: int) -> tuple[Twin, ...]:
    """Return the query for `gaps_results.targets_missed`."""
    query = f"""
    SELECT ?item ?programme ?result ?target ?achieved ?percent WHERE {{
        ?result mrd:resultOf ?item ; mrd:targetValue ?target ; mrd:achievedValue ?achieved .
        {year_of("?result", fiscal_year)}
        OPTIONAL {{ ?item mrd:indicatorOf ?programme }}
        FILTER (?achieved < ?target)
        FILTER NOT EXISTS {{ ?result mrd:hasFlag mrds:flag-restated }}
        BIND (IF(?achieved = 0, 0.0, ROUND(1000.0 * ?achieved / ?target) / 10.0) AS ?percent)
    }}
    ORDER BY ?percent ?programme ?item ?result"""
    return (twin("items", query),)


def _topics(topic: str, question: MoneyGapQuestion) -> str:
    return f"{topic} a mrd:PriorityTopic . {year_of(topic, question.fiscal_year)}"


def _linked(topic: str, programme: str, question: MoneyGapQuestion, total: str) -> str:
    """Return the pattern of topics and programmes with money that share a concept."""
    ways = " UNION ".join(
        f"{{ {falls_under(facet, '?one', basis=question.basis, item=topic)}"
        f" {falls_under(facet, '?two', basis=question.basis, item=programme)}"
        " FILTER (?one = ?two && (?one_named = ?one || ?two_named = ?two)) }"
        for facet in question.via
    )
    return f"""{_topics(topic, question)}
            {money(total, programme, "?linked_yen")}
            {ways}"""
