"""What every server is asked, in forms that all of them understand.

A task makes the text of its n-th request. Hot tasks send the same text again and again; cold ones
never the same twice, by another constant or other names of variables, so that no cache of answers
helps while the work stays alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.vocabulary import BASE

__all__ = ["SUBJECTS", "Task", "tasks"]

SOLUTIONS: Final = "application/sparql-results+json"
GRAPH: Final = "application/n-triples"

_PREFIXES: Final = (
    f"PREFIX mrd: <{BASE}core#> PREFIX prj: <{BASE}id/project/> PREFIX fy: <{BASE}id/fiscal-year/>"
    " PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)

SUBJECTS: Final = f"{_PREFIXES}SELECT ?s {{ ?s a mrd:FundingFlow }} LIMIT 1500"
"""Things that the small queries ask for."""

_LOOKUP: Final = "SELECT ?p% ?o% { $ ?p% ?o% }"
_ROWS: Final = "SELECT ?s% ?p% ?o% { ?s% mrd:fiscalYear ?y% ; ?p% ?o% } LIMIT 10000"
_MATRIX: Final = (
    "SELECT ?d% ?p% (COUNT(DISTINCT ?i%) AS ?n%) { ?i% a mrd:PriorityTopic ;"
    " mrd:hasDiseaseArea ?d% ; mrd:inProject ?p% } GROUP BY ?d% ?p%"
)
_SUM: Final = (
    "SELECT ?m% ?p% (SUM(?a%) AS ?yen%) { ?f% mrd:payer ?m% ; mrd:forProgramme ?g% ;"
    " mrd:amountJPY ?a% . ?g% mrd:inProject ?p% } GROUP BY ?m% ?p%"
)
_BRIDGE: Final = (
    "SELECT ?d% ?m% (COUNT(DISTINCT ?p%) AS ?n%) { ?i% mrd:hasDiseaseArea ?d% ;"
    " mrd:hasModality ?m% ; mrd:inProject ?p% } GROUP BY ?d% ?m% HAVING (COUNT(DISTINCT ?p%) > 2)"
)
_GAPS: Final = (
    "SELECT ?d% ?m% { ?d% a mrd:DiseaseArea . ?m% a mrd:Modality FILTER NOT EXISTS"
    " { ?i% mrd:hasDiseaseArea ?d% ; mrd:hasModality ?m% ; mrd:inProject prj:genome-data } }"
)
_LINK_ONE: Final = (
    "SELECT DISTINCT ?d% { ?a% mrd:inProject prj:drugs ; mrd:hasDiseaseArea ?d% ."
    " ?b% mrd:inProject prj:genome-data ; mrd:hasDiseaseArea ?d% }"
)
_LINK_ALL: Final = (
    "SELECT ?a% ?b% (COUNT(*) AS ?n%) {"
    " { SELECT DISTINCT ?a% ?d% { ?x% mrd:inProject ?a% ; mrd:hasDiseaseArea ?d% } }"
    " { SELECT DISTINCT ?b% ?d% { ?y% mrd:inProject ?b% ; mrd:hasDiseaseArea ?d% } }"
    " FILTER (STR(?a%) < STR(?b%)) } GROUP BY ?a% ?b%"
)
_FLOW: Final = (
    "SELECT ?p% ?r% (COUNT(*) AS ?n%) { ?f% a mrd:FundingFlow ; mrd:fiscalYear fy:2019 ;"
    " mrd:payer ?p% ; mrd:payee ?r% } GROUP BY ?p% ?r%"
    " ORDER BY DESC(?n%) STR(?p%) STR(?r%) LIMIT 20"
)
_CONSTRUCT: Final = (
    "CONSTRUCT { ?f% ?p% ?o% } WHERE { $ mrd:forProgramme ?g% ."
    " ?f% mrd:forProgramme ?g% ; mrd:fiscalYear fy:2019 ; ?p% ?o% }"
)
_LABEL: Final = 'SELECT ?s% ?l% { ?s% rdfs:label ?l% FILTER CONTAINS(STR(?l%), "がん") }'
_EXPORT: Final = (
    "SELECT ?f% ?l% ?p% ?r% ?y% ?g% ?a% { ?f% a mrd:FundingFlow ; rdfs:label ?l% ; mrd:payer ?p% ;"
    " mrd:payee ?r% ; mrd:fiscalYear ?y% ; mrd:forProgramme ?g% ; mrd:amountAsPrinted ?a% }"
)


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of request.

    Attributes:
        name: What the table calls it.
        text: Gives the query of the n-th request.
        connections: How many clients ask at a time.
        accept: The media type asked for.
        is_heavy: Whether a request may take long, so that one or two make a measurement.
    """

    name: str
    text: Callable[[int], str]
    connections: int = 1
    accept: str = SOLUTIONS
    is_heavy: bool = True


def tasks(subjects: Sequence[str]) -> list[Task]:
    """Return all tasks over data in which ``subjects`` are things to look up, as IRIs."""

    def fresh(pattern: str) -> Callable[[int], str]:
        def text(number: int) -> str:
            subject = f"<{subjects[number % len(subjects)]}>"
            named = pattern.replace("%", f"v{number}").replace("$", subject)
            return _PREFIXES + named

        return text

    def same(pattern: str) -> Callable[[int], str]:
        text = fresh(pattern)(0)
        return lambda _: text

    return [
        Task("hot tiny", same(_LOOKUP), is_heavy=False),
        Task("hot tiny, 8 clients", same(_LOOKUP), connections=8, is_heavy=False),
        Task("cold tiny", fresh(_LOOKUP), is_heavy=False),
        Task("cold tiny, 8 clients", fresh(_LOOKUP), connections=8, is_heavy=False),
        Task("hot 10,000 rows", same(_ROWS)),
        Task("cold 10,000 rows", fresh(_ROWS)),
        Task("matrix", fresh(_MATRIX)),
        Task("sum", fresh(_SUM)),
        Task("bridge", fresh(_BRIDGE)),
        Task("gaps", fresh(_GAPS)),
        Task("link1", fresh(_LINK_ONE)),
        Task("linkall", fresh(_LINK_ALL)),
        Task("flow", fresh(_FLOW)),
        Task("construct", fresh(_CONSTRUCT), accept=GRAPH, is_heavy=False),
        Task("label search", fresh(_LABEL)),
        Task("export", fresh(_EXPORT)),
    ]
