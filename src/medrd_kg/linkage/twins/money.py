"""Overlaps, flows and payments in SPARQL."""

from collections.abc import Mapping

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.overlaps import OverlapQuestion
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.twins.patterns import (
    Twin,
    falls_under,
    figures,
    figures_under,
    money,
    subject,
    term,
    twin,
    under_any,
    year_of,
)

__all__ = ["flow_twins", "overlap_twins", "recipient_twins", "selected"]


def overlap_twins(question: OverlapQuestion, total: str) -> tuple[Twin, ...]:
    """Return the query for `overlaps.overlaps`.

    Args:
        question: What was asked.
        total: IRI of the total in which amounts are summed.
    """
    selection = Selection(
        fiscal_year=question.fiscal_year,
        basis=question.basis,
        statements=False,
        programmes=True,
    )
    worked = f"""{subject(selection)}
        {falls_under("ministry", "?ministry")}
        {under_any(question.via, "?facet", "?concept", basis=question.basis)}
        {"" if question.hierarchy else "FILTER (?concept_named = ?concept)"}
        BIND (IF(?concept_named = ?concept, 1, 0) AS ?is_named)"""
    query = f"""
    SELECT ?facet ?concept (?item AS ?programmes_item) ?programmes_direct ?programmes_amount
    WHERE {{
        {{ SELECT ?facet ?concept ?item (MAX(?is_named) = 1 AS ?programmes_direct)
        WHERE {{ {worked} }} GROUP BY ?facet ?concept ?item }}
        {{ SELECT ?facet ?concept WHERE {{ {worked} }} GROUP BY ?facet ?concept
        HAVING (MAX(?is_named) = 1 && COUNT(DISTINCT ?ministry) >= {question.min_ministries}) }}
        OPTIONAL {money(total, "?item", "?programmes_amount")}
    }}
    ORDER BY ?facet ?concept ?item"""
    return (twin("items", query),)


def flow_twins(
    total: str, fiscal_year: int, filters: Mapping[str, str], basis: str
) -> tuple[Twin, ...]:
    """Return the queries for the balances, the links and the selected yen of `flows.flows`.

    Args:
        total: IRI of the total.
        fiscal_year: Its year.
        filters: Facet and slug or IRI of what the money must be for, or be paid by or to.
        basis: Basis of the concepts of programmes.
    """
    chosen = selected(total, filters, basis)
    balances = f"""
    SELECT ?programme ?amount ?executed ?transferred WHERE {{
        {{ SELECT ?programme (SUM(?weight) AS ?amount) WHERE {{
            {chosen}
            ?item mrd:forProgramme ?programme .
        }} GROUP BY ?programme }}
        OPTIONAL {{ SELECT ?programme (SUM(?spent) AS ?executed) WHERE {{
            ?figure mrd:forProgramme ?programme ; mrd:amountJPY ?spent ;
                mrd:level mrds:level-appropriation ; mrd:budgetStage mrds:stage-executed .
            {year_of("?figure", fiscal_year)}
        }} GROUP BY ?programme }}
        OPTIONAL {{ SELECT ?programme (SUM(?passed) AS ?transferred) WHERE {{
            ?figure mrd:forProgramme ?programme ; mrd:amountJPY ?passed ;
                mrd:level mrds:level-transfer .
            {year_of("?figure", fiscal_year)}
        }} GROUP BY ?programme }}
    }}
    ORDER BY DESC(?amount) ?programme"""
    links = f"""
    SELECT ?source_kind ?source_thing ?target_kind ?target_thing
        (SUM(?weight) AS ?amount) (COUNT(?item) AS ?figures)
    WHERE {{
        {chosen}
        OPTIONAL {{ ?item mrd:payer ?payer }}
        OPTIONAL {{ ?item mrd:payee ?payee }}
        OPTIONAL {{ ?item mrd:forProgramme ?programme }}
        {{
            BIND ("total" AS ?source_kind) BIND ("payer" AS ?target_kind)
        }} UNION {{
            BIND ("payer" AS ?source_kind) BIND ("payee" AS ?target_kind)
        }} UNION {{
            BIND ("payer" AS ?source_kind) BIND ("programme" AS ?target_kind)
        }} UNION {{
            BIND ("payee" AS ?source_kind) BIND ("programme" AS ?target_kind)
        }}
        FILTER (IF(?source_kind = "payee" || ?target_kind = "payee", BOUND(?payee),
            ?source_kind = "total" || !BOUND(?payee)))
        BIND (IF(?source_kind = "total", {term(total)},
            IF(?source_kind = "payer", ?payer, ?payee)) AS ?source_thing)
        BIND (IF(?target_kind = "programme", ?programme,
            IF(?target_kind = "payer", ?payer, ?payee)) AS ?target_thing)
    }}
    GROUP BY ?source_kind ?source_thing ?target_kind ?target_thing"""
    whole = f"SELECT (SUM(?weight) AS ?selected) WHERE {{ {chosen} }}"
    return (twin("items", balances), twin("links", links), twin("selected", whole))


def recipient_twins(fiscal_year: int, programme: str | None, payee: str | None) -> tuple[Twin, ...]:
    """Return the query for `flows.recipients`.

    Args:
        fiscal_year: Western year.
        programme: Slug or IRI of one programme; None for all.
        payee: Slug or IRI of one payee; None for all.
    """
    chosen = "".join(
        f"?figure {path} {term(iri_of(facet, value))} . "
        for path, facet, value in (
            ("mrd:forProgramme", "programme", programme),
            ("mrd:payee", "organization", payee),
        )
        if value is not None
    )
    query = f"""
    SELECT DISTINCT ?figure ?programme ?block ?rank ?payer ?payee ?amount ?printed ?level ?locator
    WHERE {{
        {chosen}
        VALUES ?figure_level {{ mrds:level-transfer mrds:level-payment }}
        ?figure mrd:level ?figure_level ;
            mrd:amountJPY|mrd:nonAdditiveAmountJPY ?amount .
        {year_of("?figure", fiscal_year)}
        FILTER NOT EXISTS {{ ?later mrd:supersedes ?figure }}
        OPTIONAL {{ ?figure mrd:forProgramme ?programme }}
        OPTIONAL {{ ?figure mrd:blockLabel ?block }}
        OPTIONAL {{ ?figure mrd:rank ?rank }}
        OPTIONAL {{ ?figure mrd:payer ?payer }}
        OPTIONAL {{ ?figure mrd:payee ?payee }}
        OPTIONAL {{ ?figure mrd:amountAsPrinted ?printed }}
        OPTIONAL {{ ?figure mrd:sourceLocator ?locator }}
        BIND (STRAFTER(STR(?figure_level), "#level-") AS ?level)
    }}
    ORDER BY DESC(?amount) ?figure"""
    return (twin("items", query),)


def selected(total: str, filters: Mapping[str, str], basis: str) -> str:
    """Return the pattern of the figures of a total that pass all filters, once each."""
    if not filters:
        return figures(total)
    passed = "\n            ".join(
        f"VALUES ?wanted{at} {{ {term(iri_of(facet, member))} }}"
        f" {{ {figures_under(facet, f'?wanted{at}', basis=basis)} }}"
        for at, (facet, member) in enumerate(sorted(filters.items()))
    )
    return f"""{{ SELECT DISTINCT ?item ?weight WHERE {{
            {figures(total)}
            {passed}
        }} }}"""
