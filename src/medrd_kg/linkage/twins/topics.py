"""Topics and the programmes that serve them in SPARQL."""

from typing import Final

from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.topic_programmes import TopicProgrammeQuestion, iri_of_end
from medrd_kg.linkage.twins.linkages import looked_at, weights
from medrd_kg.linkage.twins.patterns import PROPERTIES, Twin, subject, term, text_of, twin
from medrd_kg.linkage.twins.walking import LINKS, stated_only

__all__ = ["topic_twins"]

_VIA: Final = tuple(facet for facet in PROPERTIES if facet != "status")
"""Facets over which topics and programmes share concepts."""

_ALL: Final = Selection(programmes=True)
"""What the weights count: topics, scope items, programmes."""


def topic_twins(question: TopicProgrammeQuestion) -> tuple[Twin, ...]:
    """Return the queries for the reasons of each kind, and for how many items are looked at."""
    asked = {
        "shared-concept": _shared(question),
        "stated-link": None if question.basis == "computed" else _linked(question),
        "named-together": None if question.basis == "computed" else _together(question),
    }
    found = [
        twin("items", query, rows={"reasons_kind": (kind,)}, leaves_out="bits")
        for kind, query in asked.items()
        if query is not None and question.reason in {None, kind}
    ]
    return (*found, looked_at(_ALL))


def _ends(question: TopicProgrammeQuestion) -> str:
    """Return the pattern of the topics and programmes that are wanted."""
    year = question.fiscal_year
    found = []
    for kind, wanted, selection in (
        ("topic", question.topic, Selection(scope="fiscal-year", fiscal_year=year)),
        (
            "programme",
            question.programme,
            Selection(fiscal_year=year, statements=False, programmes=True),
        ),
    ):
        iri = iri_of_end(kind, wanted)
        chosen = "" if iri is None else f"VALUES ?{kind} {{ {term(iri)} }} "
        found.append(f"{chosen}{subject(selection).replace('?item', f'?{kind}')}")
    return "\n        ".join(found)


def _shared(question: TopicProgrammeQuestion) -> str:
    """Return the query for shared concepts, each with how and by whose word it is shared."""
    both = "?topic_direct = 1 && ?programme_direct = 1"
    how = f'IF({both}, "same", IF(?topic_direct = 1, "broader", "narrower"))'
    held = "?topic_stated = 1 && ?programme_stated = 1"
    named = "?topic_named_so = 1 || ?programme_named_so = 1"
    same = "?topic_named_so = 1 && ?programme_named_so = 1"
    so = f'IF({same}, "same", IF(?topic_named_so = 1, "broader", "narrower"))'
    kept = {
        "stated": f"FILTER ({held} && ({named})) BIND ({so} AS ?reasons_how)",
        "computed": f"FILTER (?reasons_basis = 'computed') BIND ({how} AS ?reasons_how)",
        "all": f"BIND ({how} AS ?reasons_how)",
    }[question.basis]
    is_so = f"{held} && ({named}) && {how} = {so}" if question.basis != "stated" else "true"
    return f"""
    SELECT ?topic ?programme ?reasons_kind ?reasons_facet ?reasons_concept ?reasons_how
        ?reasons_namedBy ?reasons_basis
    WHERE {{
        {_ends(question)}
        {_carried("topic")}
        {_carried("programme")}
        FILTER (?topic_direct = 1 || ?programme_direct = 1)
        BIND (IF({is_so}, "stated", "computed") AS ?reasons_basis)
        {kept}
        {weights(_ALL, _VIA, "?reasons_facet", "?reasons_concept", "?reasons_namedBy")}
        BIND ("shared-concept" AS ?reasons_kind)
    }}
    ORDER BY ?topic ?programme ?reasons_facet ?reasons_concept"""


def _carried(end: str) -> str:
    """Return the subquery of what topics or programmes fall under, and by whose word."""
    kind = "mrd:PriorityTopic" if end == "topic" else "mrd:Programme"
    ways = " ".join(f"({PROPERTIES[facet]} {text_of(facet)})" for facet in _VIA)
    return f"""{{ SELECT ?{end} ?reasons_facet ?reasons_concept (MAX(?is_direct) AS ?{end}_direct)
            (MAX(?is_stated) AS ?{end}_stated)
            (MAX(?is_direct * ?is_stated) AS ?{end}_named_so)
        WHERE {{
            {{ SELECT ?{end} ?reasons_facet ?named ?is_stated WHERE {{
                VALUES (?property ?reasons_facet) {{ {ways} }}
                ?{end} a {kind} ; ?property ?named .
                BIND (IF({stated_only(f"?{end}", "?property", "?named")}, 1, 0) AS ?is_stated)
            }} }}
            ?named skos:broader* ?reasons_concept .
            BIND (IF(?named = ?reasons_concept, 1, 0) AS ?is_direct)
        }} GROUP BY ?{end} ?reasons_facet ?reasons_concept }}"""


def _linked(question: TopicProgrammeQuestion) -> str:
    return f"""
    SELECT ?topic ?programme ?reasons_kind ?reasons_namedBy ?reasons_basis WHERE {{
        {_ends(question)}
        VALUES ?property {{ {LINKS} }}
        {{
            ?topic ?property ?programme .
            FILTER ({stated_only("?topic", "?property", "?programme")})
        }} UNION {{
            ?programme ?property ?topic .
            FILTER ({stated_only("?programme", "?property", "?topic")})
        }}
        BIND ("stated-link" AS ?reasons_kind)
        BIND (2 AS ?reasons_namedBy)
        BIND ("stated" AS ?reasons_basis)
    }}
    ORDER BY ?topic ?programme"""


def _together(question: TopicProgrammeQuestion) -> str:
    return f"""
    SELECT ?topic ?programme ?reasons_kind ?reasons_evidence ?reasons_namedBy ?reasons_basis
    WHERE {{
        {_ends(question)}
        ?topic mrd:statedIn ?reasons_evidence .
        ?programme mrd:statedIn ?reasons_evidence .
        ?reasons_evidence a mrd:DocumentUnit .
        {{ SELECT ?reasons_evidence (COUNT(DISTINCT ?item) AS ?reasons_namedBy) WHERE {{
            {subject(_ALL)}
            ?item mrd:statedIn ?reasons_evidence .
        }} GROUP BY ?reasons_evidence }}
        BIND ("named-together" AS ?reasons_kind)
        BIND ("stated" AS ?reasons_basis)
    }}
    ORDER BY ?topic ?programme ?reasons_evidence"""
