"""Linkages, bridges and stated links in SPARQL."""

from medrd_kg.linkage.bridges import BridgeQuestion
from medrd_kg.linkage.facets import CONCEPT_FACETS, iri_of
from medrd_kg.linkage.linkages import LinkageQuestion, selection_of
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.twins.patterns import (
    CLASSES,
    Twin,
    falls_under,
    subject,
    term,
    twin,
    under_any,
)

__all__ = [
    "bridge_twins",
    "linkage_items_twins",
    "linkage_twins",
    "looked_at",
    "stated_link_twins",
    "weights",
]


def linkage_twins(question: LinkageQuestion) -> tuple[Twin, ...]:
    """Return the queries for the concepts that pairs share, and for how many items there are."""
    selection, via = selection_of(question)
    body = _pairs(question, selection, via)
    if question.min_shared > 1:
        body = f"""{{ SELECT ?left ?right WHERE {{ {body} }} GROUP BY ?left ?right
            HAVING (COUNT(*) >= {question.min_shared}) }}
        {body}"""
    query = f"""
    SELECT ?left ?right ?shared_facet ?shared_concept ?shared_how ?shared_namedBy
        ?shared_leftCount ?shared_rightCount
    WHERE {{
        {body}
        {weights(selection, via, "?shared_facet", "?shared_concept", "?shared_namedBy")}
    }}
    ORDER BY ?left ?right ?shared_facet ?shared_concept"""
    stated = stated_link_twins(left=question.left, right=question.right)[0]
    shared = twin("items", query, leaves_out="bits")
    return (shared, looked_at(selection), Twin("statedLinks", stated.text))


def linkage_items_twins(question: LinkageQuestion, left: str, right: str) -> tuple[Twin, ...]:
    """Return the query for the items behind a pair.

    Args:
        question: What is linked.
        left: Slug or IRI of the one thing.
        right: Slug or IRI of the other.
    """
    selection, via = selection_of(question)
    ends = " UNION ".join(
        f"{{ VALUES (?side ?end) {{ ('{side}' {term(iri_of(kind, thing))}) }}"
        f" {falls_under(kind, '?end', basis=question.basis)} }}"
        for side, kind, thing in (
            ("left", question.left, left),
            ("right", question.right, right),
        )
    )
    sided = f"""{subject(selection)}
        {ends}
        {under_any(via, "?facet", "?concept", basis=question.basis)}
        BIND (IF(?concept_named = ?concept, 1, 0) AS ?is_named)"""
    both = 'MAX(IF(?side = "left", ?is_named, 0)) = 1 && MAX(IF(?side = "right", ?is_named, 0)) = 1'
    named = "MAX(?is_named) = 1" if question.hierarchy else both
    query = f"""
    SELECT ?side ?item ?facet ?concept ?direct WHERE {{
        {{ SELECT ?side ?item ?facet ?concept (MAX(?is_named) = 1 AS ?direct)
        WHERE {{ {sided} }} GROUP BY ?side ?item ?facet ?concept }}
        {{ SELECT ?facet ?concept WHERE {{ {sided} }} GROUP BY ?facet ?concept
        HAVING (COUNT(DISTINCT ?side) = 2 && {named}) }}
    }}
    ORDER BY ?side ?item ?facet ?concept"""
    return (twin("items", query),)


def bridge_twins(question: BridgeQuestion) -> tuple[Twin, ...]:
    """Return the queries for the concepts with what they connect, and for how many items are."""
    asked = LinkageQuestion(
        question.kind,
        question.kind,
        question.via,
        scope=question.scope,
        fiscal_year=question.fiscal_year,
        basis=question.basis,
    )
    selection, via = selection_of(asked)
    direct = "" if question.hierarchy else "FILTER (?concept_named = ?concept)"
    body = f"""{subject(selection)}
        {falls_under(question.kind, "?connected", basis=question.basis)}
        {under_any(via, "?facet", "?concept", basis=question.basis)}
        {direct}"""
    query = f"""
    SELECT ?facet ?concept ?connected ?namedBy WHERE {{
        {{ SELECT DISTINCT ?facet ?concept ?connected WHERE {{ {body} }} }}
        {{ SELECT ?facet ?concept WHERE {{ {body} }} GROUP BY ?facet ?concept
        HAVING (COUNT(DISTINCT ?connected) >= {question.min_connected}) }}
        {weights(selection, via, "?facet", "?concept", "?namedBy")}
    }}
    ORDER BY ?facet ?concept ?connected"""
    return (twin("items", query, leaves_out="bits"), looked_at(selection))


def stated_link_twins(
    *,
    relation: str | None = None,
    left: str | None = None,
    right: str | None = None,
    thing: str | None = None,
) -> tuple[Twin, ...]:
    """Return the query for the links that the policy states; see `stated.stated_links`."""
    kinds = "".join(
        f"FILTER EXISTS {{ {variable} a {CLASSES[kind]} }} "
        for variable, kind in (("?subject", left), ("?target", right))
        if kind is not None
    )
    one = "" if relation is None else f'FILTER (?relation = "{relation}")'
    end = "" if thing is None else f"FILTER ({term(thing)} IN (?subject, ?target))"
    query = f"""
    SELECT ?relation ?subject ?target ?linkage (MAX(?is_read) AS ?inferred) WHERE {{
        {{
            VALUES (?property ?relation) {{
                (mrd:feedsInto "feeds-into") (mrd:steeredBy "steered-by")
            }}
            ?subject ?property ?target .
            BIND (EXISTS {{
                ?axiom owl:annotatedSource ?subject ; owl:annotatedProperty ?property ;
                    owl:annotatedTarget ?target ; mrd:assertionBasis mrds:basis-inferred
            }} AS ?is_read)
        }} UNION {{
            ?linkage mrd:linkageSource ?subject ; mrd:linkageTarget ?target .
            BIND ("linked-to" AS ?relation)
            BIND (EXISTS {{
                VALUES ?end {{ mrd:linkageSource mrd:linkageTarget }}
                ?axiom owl:annotatedSource ?linkage ; owl:annotatedProperty ?end ;
                    mrd:assertionBasis mrds:basis-inferred .
                {{ ?axiom owl:annotatedTarget ?subject }}
                UNION {{ ?axiom owl:annotatedTarget ?target }}
            }} AS ?is_read)
        }}
        FILTER (ISIRI(?subject) && ISIRI(?target))
        {kinds}{one}{end}
    }}
    GROUP BY ?relation ?subject ?target ?linkage
    ORDER BY ?relation ?subject ?target ?linkage"""
    return (twin("items", query),)


def _pairs(question: LinkageQuestion, selection: Selection, via: tuple[str, ...]) -> str:
    alike = question.left == question.right
    apart = "STR(?left) < STR(?right)" if alike else "?left != ?right"
    both = "?left_named = 1 && ?right_named = 1"
    named = "?left_named = 1 || ?right_named = 1" if question.hierarchy else both
    one = ""
    if question.thing is not None:
        one = f"FILTER ({term(iri_of(question.left, question.thing))} IN (?left, ?right))"
    above = ""
    if {question.left, question.right} <= set(CONCEPT_FACETS):
        above = """FILTER NOT EXISTS { ?left skos:broader+ ?right }
        FILTER NOT EXISTS { ?right skos:broader+ ?left }"""
    return f"""{_carried(question, selection, via, "left", question.left)}
        {_carried(question, selection, via, "right", question.right)}
        FILTER ({apart})
        FILTER ({named})
        {one}
        {above}
        BIND (IF({both}, "same", IF(?left_named = 1, "broader", "narrower")) AS ?shared_how)"""


def _carried(
    question: LinkageQuestion, selection: Selection, via: tuple[str, ...], side: str, kind: str
) -> str:
    """Return the subquery of the concepts under which the items of one side's things fall."""
    return f"""{{ SELECT ?{side} ?shared_facet ?shared_concept (MAX(?is_named) AS ?{side}_named)
            (COUNT(DISTINCT ?item) AS ?shared_{side}Count)
        WHERE {{
            {subject(selection)}
            {falls_under(kind, f"?{side}", basis=question.basis).replace(f"?{side}_named", "?own")}
            {under_any(via, "?shared_facet", "?shared_concept", basis=question.basis)}
            BIND (IF(?shared_concept_named = ?shared_concept, 1, 0) AS ?is_named)
        }} GROUP BY ?{side} ?shared_facet ?shared_concept }}"""


def weights(
    selection: Selection, via: tuple[str, ...], facet: str, concept: str, count: str
) -> str:
    """Return the subquery of how many items of a selection fall under each concept."""
    return f"""{{ SELECT {facet} {concept} (COUNT(DISTINCT ?item) AS {count}) WHERE {{
            {subject(selection)}
            {under_any(via, facet, concept, basis=selection.basis)}
        }} GROUP BY {facet} {concept} }}"""


def looked_at(selection: Selection) -> Twin:
    """Return the query for N of the information content, log2(N / n)."""
    return twin("N", f"SELECT (COUNT(?item) AS ?N) WHERE {{ {subject(selection)} }}")
