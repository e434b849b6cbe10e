"""Plan, do, check, action in SPARQL: policy, targets, results, money, sheets."""

from medrd_kg.linkage.pdca import STEPS, CycleQuestion
from medrd_kg.linkage.twins.patterns import Twin, twin
from medrd_kg.linkage.twins.pdca_absent import absent_twin
from medrd_kg.linkage.twins.pdca_money import money_twins
from medrd_kg.linkage.twins.pdca_parts import (
    programmes_of,
    project_of,
    results_of,
    statements_of,
    topics_of,
)

__all__ = ["cycle_twins"]


def cycle_twins(question: CycleQuestion) -> tuple[Twin, ...]:
    """Return the queries for the elements of a cycle, and for how much was read."""
    steps = frozenset(question.steps or STEPS)
    found: list[Twin] = []
    if "plan" in steps:
        found += _policy(question)
    if steps & {"plan", "check"}:
        found.append(_results(question, steps))
    found += money_twins(question, steps)
    if "action" in steps:
        found += [_sheets_changed(question), _renamed(question)]
    programmes = f"""
    SELECT (COUNT(DISTINCT ?programme) AS ?programmes) WHERE {{
        {programmes_of(question)} ?programme a mrd:Programme .
    }}"""
    year = question.fiscal_year
    read = "" if year is None else f"FILTER (?published IN ({year}, {year + 1}))"
    sheets = f"""
    SELECT (COUNT(DISTINCT ?edition) AS ?sheets) WHERE {{
        {programmes_of(question)}
        ?edition mrd:editionOf ?programme ; mrd:publicationYear ?published . {read}
    }}"""
    return (
        *found,
        absent_twin(question, steps),
        twin("programmes", programmes),
        twin("sheets", sheets),
    )


def _policy(question: CycleQuestion) -> list[Twin]:
    """Return the queries for what the policy plans."""
    if question.programme is None:
        projects = f"VALUES ?project {{ {project_of(question)} }}"
        statements = statements_of(question, projects)
        aiming = statements
        planned = f"""{statements}
            BIND (?kind AS ?element)
            BIND ("stated" AS ?basis)
            OPTIONAL {{ ?item mrd:fiscalYear/mrd:yearNumber ?fiscalYear }}"""
        kinds: tuple[str, ...] = ("topic", "scope-item", "goal")
    else:
        projects = f"{programmes_of(question)} ?programme mrd:inProject ?project ."
        aiming = f"{{ {statements_of(question, projects)} }} UNION {{ {topics_of(question)} }}"
        planned = f"""{projects}
            BIND (?project AS ?concerns)
            BIND ("project" AS ?element)
            BIND ("stated" AS ?basis)"""
        kinds = ("project", "goal")
    goals = f"""{{ SELECT DISTINCT ?concerns WHERE {{
            {aiming}
            ?item mrd:aimsAt ?concerns . ?concerns a mrd:Goal .
        }} }}
            BIND ("goal" AS ?element)"""
    columns = "?fiscalYear ?item ?concerns ?basis"
    query = f"""
    SELECT DISTINCT ?step ?element ?state {columns} WHERE {{
        {{
            {planned}
        }} UNION {{
            {goals}
        }}
        BIND ("plan" AS ?step)
        BIND ("stated" AS ?state)
    }}
    ORDER BY ?element ?item ?concerns"""
    rows = {"element": kinds, "state": ("stated",)}
    found = [twin("items", query, rows=rows, leaves_out="pdca")]
    if question.programme is not None:
        query = f"""
    SELECT DISTINCT ?step ?element ?state ?item WHERE {{
        {topics_of(question)}
        BIND ("plan" AS ?step)
        BIND ("topic" AS ?element)
        BIND ("stated" AS ?state)
    }}
    ORDER BY ?item"""
        rows = {"element": ("topic",), "state": ("stated",)}
        found.append(twin("items", query, rows=rows, leaves_out="connecting-concept"))
    return found


def _results(question: CycleQuestion, steps: frozenset[str]) -> Twin:
    ways = {
        "plan": """BIND ("plan" AS ?step) BIND ("target" AS ?element)
            FILTER (BOUND(?target))""",
        "check": """BIND ("check" AS ?step) BIND ("result" AS ?element)
            BIND (?result_value AS ?achieved)
            BIND (?achieved >= ?target AS ?isMet)
            BIND (IF(?target = 0, ?nothing,
                IF(?achieved = 0, 0.0, ROUND(1000.0 * ?achieved / ?target) / 10.0))
                AS ?percent)
            FILTER (BOUND(?achieved))""",
    }
    each = "\n        UNION ".join(
        f"{{ {results_of(question)}\n            {way} }}"
        for step, way in ways.items()
        if step in steps
    )
    columns = "?fiscalYear ?item ?target ?achieved ?percent ?isMet"
    query = f"""
    SELECT DISTINCT ?step ?element ?state {columns} WHERE {{
        {each}
        BIND ("stated" AS ?state)
    }}
    ORDER BY ?step ?fiscalYear ?item"""
    rows = {"element": ("target", "result"), "state": ("stated",)}
    return twin("items", query, rows=rows, leaves_out="pdca")


def _two_sheets(question: CycleQuestion) -> str:
    """Return the pattern of the only sheets of a programme in a year and in the next."""
    year = question.fiscal_year
    return f"""{programmes_of(question)}
            ?sheet_before mrd:editionOf ?programme ; mrd:publicationYear ?fiscalYear .
            ?sheet_after mrd:editionOf ?programme ; mrd:publicationYear ?next .
            FILTER (?next = ?fiscalYear + 1{"" if year is None else f" && ?fiscalYear = {year}"})
            FILTER NOT EXISTS {{
                ?second mrd:editionOf ?programme ; mrd:publicationYear ?that_year .
                FILTER (?that_year = ?fiscalYear && ?second != ?sheet_before
                    || ?that_year = ?next && ?second != ?sheet_after)
            }}"""


def _sheets_changed(question: CycleQuestion) -> Twin:
    two = _two_sheets(question)

    def indicators(element: str, one: str, other: str) -> str:
        # The sheets stand in the group whose filters name them: there alone they are bound.
        return f"""{{
            {two}
            ?item mrd:indicatorOf ?programme ; mrd:statedIn ?the_sheet .
            ?{one} mrd:statedIn ?the_sheet .
            FILTER NOT EXISTS {{
                ?item mrd:statedIn ?the_other . ?{other} mrd:statedIn ?the_other
            }}
            FILTER EXISTS {{
                ?another mrd:indicatorOf ?programme ; mrd:statedIn ?that_sheet .
                ?{other} mrd:statedIn ?that_sheet
            }}
            BIND ("{element}" AS ?element)
        }}"""

    periods = "\n            ".join(
        f"OPTIONAL {{ ?sheet_{side} mrd:startYear ?start_{side} }}"
        f" OPTIONAL {{ ?sheet_{side} mrd:endYear ?end_{side} }}"
        f' BIND (CONCAT(COALESCE(STR(?start_{side}), ""), "-", COALESCE(STR(?end_{side}), ""))'
        f" AS ?period_{side})"
        for side in ("before", "after")
    )
    query = f"""
    SELECT DISTINCT ?step ?element ?state ?fiscalYear ?item WHERE {{
        {indicators("indicator-dropped", "sheet_before", "sheet_after")}
        UNION {indicators("indicator-added", "sheet_after", "sheet_before")}
        UNION {{
            {two}
            {periods}
            FILTER (?period_before != ?period_after)
            BIND ("period-changed" AS ?element)
            BIND (?programme AS ?item)
        }} UNION {{
            {two}
            ?sheet_before mrd:describedBy/mrd:preparedBy ?ministry_before .
            ?sheet_after mrd:describedBy/mrd:preparedBy ?ministry_after .
            FILTER (?ministry_before != ?ministry_after)
            BIND ("ministry-moved" AS ?element)
            BIND (?programme AS ?item)
        }}
        BIND ("action" AS ?step)
        BIND ("stated" AS ?state)
    }}
    ORDER BY ?fiscalYear ?element ?item"""
    kinds = ("indicator-dropped", "indicator-added", "period-changed", "ministry-moved")
    return twin("items", query, rows={"element": kinds}, leaves_out="pdca")


def _renamed(question: CycleQuestion) -> Twin:
    query = f"""
    SELECT DISTINCT ?step ?element ?state ?fiscalYear ?item ?before ?after WHERE {{
        {_two_sheets(question)}
        ?sheet_before mrd:printedName ?before . ?sheet_after mrd:printedName ?after .
        FILTER (?before != ?after)
        BIND ("action" AS ?step)
        BIND ("renamed" AS ?element)
        BIND ("stated" AS ?state)
        BIND (?programme AS ?item)
    }}
    ORDER BY ?fiscalYear ?item"""
    rows = {"element": ("renamed",)}
    return twin("items", query, rows=rows, leaves_out="spelling", exact=False)
