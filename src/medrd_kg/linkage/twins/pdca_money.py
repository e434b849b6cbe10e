"""The money of a programme or project in SPARQL: by total, executed, and against the next year."""

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.pdca import CycleQuestion
from medrd_kg.linkage.twins.patterns import Twin, term, twin, year_of

__all__ = ["changed_money", "executed_money", "money_twins", "stage_of_year"]


def money_twins(question: CycleQuestion, steps: frozenset[str]) -> tuple[Twin, ...]:
    """Return the queries for what was done with the money, the rate executed, and what changed."""
    found = []
    if "do" in steps:
        found += [_summed(question), _apart(question)]
    if "check" in steps:
        query = f"""
    SELECT ?step ?element ?state ?fiscalYear ?item ?total ?level ?amount ?compared ?percent
    WHERE {{
        {executed_money(question)}
        BIND ("check" AS ?step)
        BIND ("execution-rate" AS ?element)
        BIND ("computed" AS ?state)
        BIND ("appropriation" AS ?level)
        BIND (IF(?compared = 0, ?nothing, ROUND(1000.0 * ?amount / ?compared) / 10.0) AS ?percent)
    }}
    ORDER BY ?fiscalYear ?item"""
        rows = {"element": ("execution-rate",), "state": ("computed",)}
        found.append(twin("items", query, rows=rows, leaves_out="pdca"))
    if "action" in steps:
        found += [_changed(question, stage) for stage in ("request", "initial")]
    return tuple(found)


def _figures(question: CycleQuestion) -> str:
    """Return the subquery of the current figures of a programme, or of a project."""
    if question.programme is not None:
        of = f"?figure mrd:forProgramme {term(iri_of('programme', question.programme))} ."
    else:
        project = term(iri_of("project", question.project or ""))
        of = f"""{{ ?figure mrd:inProject {project} }} UNION {{
                ?own_programme a mrd:Programme ; mrd:inProject {project} .
                ?figure mrd:forProgramme ?own_programme .
                FILTER NOT EXISTS {{ ?figure mrd:inProject ?another }}
            }}"""
    return f"""{{ SELECT DISTINCT ?figure WHERE {{
            {of}
            FILTER NOT EXISTS {{ ?later mrd:supersedes ?figure }}
        }} }}"""


def stage_of_year(question: CycleQuestion, stage: str) -> str:
    """Return the pattern of the figures of a stage in the year that is asked for."""
    return f"""{_figures(question)}
            {year_of("?figure", question.fiscal_year)}
            ?figure mrd:budgetStage mrds:stage-{stage} .
            {{ ?figure a mrd:BudgetStatement }} UNION {{ ?figure mrd:additiveIn ?any_total }}"""


def _summed(question: CycleQuestion) -> Twin:
    query = f"""
    SELECT ?step ?element ?state ?fiscalYear ?total ?level ?amount WHERE {{
        {{ SELECT ?total (SUM(?yen) AS ?amount) (MIN(?year) AS ?fiscalYear)
            (MIN(STR(?a_stage)) AS ?stage) (MIN(STR(?a_level)) AS ?some_level)
        WHERE {{
            {_figures(question)}
            {year_of("?figure", question.fiscal_year)}
            ?figure mrd:additiveIn ?total ; mrd:amountJPY ?yen ; mrd:budgetStage ?a_stage ;
                mrd:level ?a_level ; mrd:fiscalYear/mrd:yearNumber ?year .
        }} GROUP BY ?total }}
        BIND ("do" AS ?step)
        BIND ("stated" AS ?state)
        BIND (STRAFTER(?stage, "#stage-") AS ?element)
        BIND (STRAFTER(?some_level, "#level-") AS ?level)
    }}
    ORDER BY ?fiscalYear ?total"""
    return twin("items", query, rows={"step": ("do",), "state": ("stated",)}, leaves_out="pdca")


def _apart(question: CycleQuestion) -> Twin:
    query = f"""
    SELECT DISTINCT ?step ?element ?state ?fiscalYear ?item ?level ?amount WHERE {{
        {_figures(question)}
        {year_of("?figure", question.fiscal_year)}
        ?figure a mrd:BudgetStatement ; mrd:amountJPY|mrd:nonAdditiveAmountJPY ?amount .
        FILTER NOT EXISTS {{ ?figure mrd:additiveIn ?total ; mrd:amountJPY ?summed }}
        OPTIONAL {{ ?figure mrd:fiscalYear/mrd:yearNumber ?fiscalYear }}
        OPTIONAL {{ ?figure mrd:budgetStage ?stage }}
        OPTIONAL {{ ?figure mrd:level ?its_level }}
        BIND ("do" AS ?step)
        BIND ("not-summed" AS ?state)
        BIND (STRAFTER(STR(?stage), "#stage-") AS ?element)
        BIND (STRAFTER(STR(?its_level), "#level-") AS ?level)
        BIND (?figure AS ?item)
    }}
    ORDER BY ?fiscalYear ?item"""
    return twin("items", query, rows={"state": ("not-summed",)}, leaves_out="pdca")


def _by_stage(
    question: CycleQuestion, stage: str, amount: str, total: str, *, earlier: int = 0
) -> str:
    """Return the subquery of the yen of a stage by year and perimeter, else by programme.

    Args:
        question: What is asked for.
        stage: Slug of the stage.
        amount: Variable of the yen.
        total: Variable of the total; unbound where none sums the figure, of which there is one.
        earlier: How many years before that of the figures ``?fiscalYear`` is.
    """
    return f"""{{ SELECT (?year - {earlier} AS ?fiscalYear) ?within
            (SUM(?yen) AS {amount}) (MIN(STR(?sum)) AS {total})
        WHERE {{
            {_figures(question)}
            ?figure mrd:budgetStage mrds:stage-{stage} ; mrd:level mrds:level-appropriation ;
                mrd:fiscalYear/mrd:yearNumber ?year .
            {{
                ?figure mrd:additiveIn ?sum ; mrd:amountJPY ?yen . ?sum mrd:perimeter ?within .
            }} UNION {{
                ?figure a mrd:BudgetStatement ; mrd:forProgramme ?within ;
                    mrd:amountJPY|mrd:nonAdditiveAmountJPY ?yen .
                FILTER NOT EXISTS {{ ?figure mrd:additiveIn ?its_total ; mrd:amountJPY ?summed }}
            }}
        }} GROUP BY ?year ?within HAVING (COUNT(?sum) > 0 || COUNT(*) = 1) }}"""


def executed_money(question: CycleQuestion) -> str:
    """Return the pattern of what was executed, and of the budget that it is compared to."""
    return _set_against(
        question,
        _by_stage(question, "executed", "?amount", "?its_total"),
        _by_stage(question, "total", "?compared", "?other_total"),
    )


def changed_money(question: CycleQuestion, stage: str) -> str:
    """Return the pattern of the yen of a stage in the next year, and of the year before it."""
    return _set_against(
        question,
        _by_stage(question, stage, "?amount", "?its_total", earlier=1),
        _by_stage(question, stage, "?compared", "?other_total"),
    )


def _set_against(question: CycleQuestion, one: str, other: str) -> str:
    year = question.fiscal_year
    return f"""{one}
        {other}
        {"" if year is None else f"FILTER (?fiscalYear = {year})"}
        BIND (IF(BOUND(?its_total), IRI(?its_total), ?nothing) AS ?total)
        BIND (IF(BOUND(?its_total), ?nothing, ?within) AS ?item)"""


def _changed(question: CycleQuestion, stage: str) -> Twin:
    query = f"""
    SELECT ?step ?element ?state ?fiscalYear ?item ?total ?level ?amount ?compared ?difference
        ?ratio
    WHERE {{
        {changed_money(question, stage)}
        BIND ("action" AS ?step)
        BIND ("{stage}-change" AS ?element)
        BIND ("computed" AS ?state)
        BIND ("appropriation" AS ?level)
        BIND (?amount - ?compared AS ?difference)
        BIND (IF(?compared = 0, ?nothing,
            ROUND(1000000.0 * ?amount / ?compared) / 1000000.0) AS ?ratio)
    }}
    ORDER BY ?fiscalYear ?item"""
    rows = {"element": (f"{stage}-change",), "state": ("computed",)}
    return twin("items", query, rows=rows, leaves_out="pdca")
