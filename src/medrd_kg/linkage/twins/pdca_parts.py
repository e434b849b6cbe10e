"""Patterns of a cycle in SPARQL: its programmes, what the policy says of them, their results."""

from typing import Final

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.pdca import CycleQuestion
from medrd_kg.linkage.twins.patterns import falls_under, term, year_of

__all__ = ["programmes_of", "project_of", "results_of", "statements_of", "topics_of"]

_VIA: Final = ("disease-area", "modality", "technology")
"""Facets over which a programme and topics share concepts."""


def programmes_of(question: CycleQuestion) -> str:
    """Return the pattern of the programmes that are looked at."""
    if question.programme is not None:
        return f"VALUES ?programme {{ {term(iri_of('programme', question.programme))} }}"
    return f"?programme a mrd:Programme ; mrd:inProject {project_of(question)} ."


def project_of(question: CycleQuestion) -> str:
    """Return the project that is asked for, as SPARQL writes it."""
    return term(iri_of("project", question.project or ""))


def statements_of(question: CycleQuestion, projects: str) -> str:
    """Return the pattern of topics of the year and standing scope of projects."""
    return f"""{projects}
            {{
                ?item a mrd:PriorityTopic ; mrd:inProject ?project .
                {year_of("?item", question.fiscal_year)}
                BIND ("topic" AS ?kind)
            }} UNION {{
                ?item a mrd:ScopeItem ; mrd:inProject ?project . BIND ("scope-item" AS ?kind)
            }}"""


def topics_of(question: CycleQuestion) -> str:
    """Return the pattern of topics that share a concept with a programme."""
    ways = " UNION ".join(
        f"{{ {falls_under(facet, '?one', basis=question.basis, item='?programme')}"
        f" {falls_under(facet, '?two', basis=question.basis)}"
        " FILTER (?one = ?two && (?one_named = ?one || ?two_named = ?two)) }"
        for facet in _VIA
    )
    return f"""{programmes_of(question)}
            ?item a mrd:PriorityTopic . {year_of("?item", question.fiscal_year)}
            {ways}"""


def results_of(question: CycleQuestion) -> str:
    """Return the pattern of current targets and results."""
    return f"""{programmes_of(question)}
            ?item mrd:indicatorOf ?programme . ?result mrd:resultOf ?item .
            {year_of("?result", question.fiscal_year)}
            FILTER NOT EXISTS {{ ?result mrd:hasFlag mrds:flag-restated }}
            OPTIONAL {{ ?result mrd:fiscalYear/mrd:yearNumber ?fiscalYear }}
            OPTIONAL {{ ?result mrd:targetValue ?target }}
            OPTIONAL {{ ?result mrd:achievedValue ?result_value }}"""
