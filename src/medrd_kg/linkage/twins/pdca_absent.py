"""What nobody states of a cycle, in SPARQL."""

from typing import Final

from medrd_kg.linkage.pdca import CycleQuestion
from medrd_kg.linkage.twins.patterns import Twin, twin
from medrd_kg.linkage.twins.pdca_money import changed_money, executed_money, stage_of_year
from medrd_kg.linkage.twins.pdca_parts import (
    programmes_of,
    project_of,
    results_of,
    statements_of,
    topics_of,
)

__all__ = ["absent_twin"]

_STAGES: Final = ("request", "initial", "total", "executed")


def absent_twin(question: CycleQuestion, steps: frozenset[str]) -> Twin:
    """Return the query for what nobody states, or the graph does not hold of any programme."""
    year = question.fiscal_year
    stated: dict[tuple[str, str], str] = {}
    if question.programme is None:
        statements = statements_of(question, f"VALUES ?project {{ {project_of(question)} }}")
        for kind in ("topic", "scope-item"):
            stated[("plan", kind)] = f'{statements} FILTER (?kind = "{kind}")'
    else:
        stated[("plan", "topic")] = topics_of(question)
    some = results_of(question)
    stated[("plan", "target")] = f"{some} FILTER (BOUND(?target))"
    stated |= {("do", stage): stage_of_year(question, stage) for stage in _STAGES}
    stated[("check", "result")] = f"{some} FILTER (BOUND(?target) || BOUND(?result_value))"
    stated[("check", "execution-rate")] = executed_money(question)
    for stage in ("request", "initial"):
        stated[("action", f"{stage}-change")] = changed_money(question, stage)
    ways = [
        f"""{{
            {{ SELECT (COUNT(*) AS ?told) WHERE {{
            {pattern}
            }} }}
            FILTER (?told = 0)
            BIND ("{step}" AS ?step) BIND ("{element}" AS ?element) BIND ("not-stated" AS ?state)
        }}"""
        for (step, element), pattern in stated.items()
        if step in steps
    ]
    asked = "" if year is None else f"BIND ({year} AS ?fiscalYear)"
    ways = [way[:-1] + f"    {asked}\n        }}" for way in ways]
    if "check" in steps:
        ways.append(f"""{{
            {some} FILTER (BOUND(?target) && !BOUND(?result_value))
            BIND ("check" AS ?step) BIND ("result" AS ?element) BIND ("not-stated" AS ?state)
        }}""")
    if "action" in steps:
        ways.append(f"""{{
            {programmes_of(question)}
            ?edition mrd:editionOf ?programme ; mrd:publicationYear ?fiscalYear .
            {"" if year is None else f"FILTER (?fiscalYear = {year})"}
            FILTER NOT EXISTS {{
                ?following mrd:editionOf ?programme ; mrd:publicationYear ?next .
                FILTER (?next = ?fiscalYear + 1)
            }}
            BIND (?programme AS ?item)
            BIND ("action" AS ?step) BIND ("next-sheet" AS ?element) BIND ("not-stated" AS ?state)
        }}""")
        ways.append(f"""{{
            BIND ("action" AS ?step) BIND ("verdict" AS ?element) BIND ("not-held" AS ?state)
            {asked}
        }}""")
    each = "\n        UNION ".join(ways)
    query = f"""
    SELECT DISTINCT ?step ?element ?state ?fiscalYear ?item ?target WHERE {{
        {each}
    }}
    ORDER BY ?step ?element ?fiscalYear ?item"""
    rows = {"state": ("not-stated", "not-held")}
    return twin("items", query, rows=rows, leaves_out="pdca")
