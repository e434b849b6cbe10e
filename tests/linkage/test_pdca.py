"""The cycle of programmes and projects equals what SPARQL says of the same graph."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Quad
from tests.linkage.asking import ask
from tests.linkage.random_changes import changing
from tests.linkage.random_graphs import PROJECTS, both

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.items import PAGE
from medrd_kg.linkage.pdca import STEPS, Cycle, CycleQuestion, pdca
from medrd_kg.linkage.pdca_drafts import Element
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri

SHIPPED = [
    CycleQuestion(project="drugs", fiscal_year=2022),
    CycleQuestion(project="disease-basics", fiscal_year=2021),
    CycleQuestion(project="genome-data"),
    CycleQuestion(programme="mext-medical-rd-promotion"),
    CycleQuestion(programme="mext-medical-rd-promotion", fiscal_year=2020),
    CycleQuestion(programme="meti-medicine-engineering-innovation", fiscal_year=2021),
]


def asked(facts: FactTables, question: CycleQuestion) -> tuple[Cycle, list[Element]]:
    """Return the first page, and the elements of all pages."""
    first = page = pdca(facts, question)
    elements = list(page.elements.entries)
    while page.elements.next_offset is not None:
        page = pdca(facts, question, offset=page.elements.next_offset)
        elements += page.elements.entries
    assert len(elements) == first.elements.total
    return first, elements


def programmes(question: CycleQuestion) -> str:
    """Return the pattern of the programmes of a question."""
    if question.programme is not None:
        return f"VALUES ?p {{ <{iri_of('programme', question.programme)}> }}"
    assert question.project is not None
    return f"?p a mrd:Programme ; mrd:inProject <{iri_of('project', question.project)}> ."


def figures(question: CycleQuestion) -> str:
    """Return the pattern of the figures of a question."""
    if question.programme is not None:
        return f"?f mrd:forProgramme <{iri_of('programme', question.programme)}> ."
    project = iri_of("project", question.project or "")
    return f"""{{ ?f mrd:inProject <{project}> }} UNION {{
        ?f mrd:forProgramme ?p . ?p a mrd:Programme ; mrd:inProject <{project}> .
        FILTER NOT EXISTS {{ ?f mrd:inProject ?own }} }}"""


def of_year(question: CycleQuestion, subject: str) -> str:
    if question.fiscal_year is None:
        return ""
    return f"{subject} mrd:fiscalYear <{kind_iri('fy', str(question.fiscal_year))}> ."


def check_money(store: Store, question: CycleQuestion, elements: list[Element]) -> None:
    query = f"""SELECT ?total (SUM(?amount) AS ?yen) WHERE {{
        {{ SELECT DISTINCT ?f ?total ?amount WHERE {{
            {figures(question)} {of_year(question, "?f")}
            ?f mrd:additiveIn ?total ; mrd:amountJPY ?amount .
            FILTER NOT EXISTS {{ ?later mrd:supersedes ?f }} }} }}
        }} GROUP BY ?total"""
    expected = {str(total): int(yen or 0) for total, yen in ask(store, query) if total}
    found = {
        each.total.iri: each.amount
        for each in elements
        if each.step == "do" and each.total is not None
    }
    assert found == expected
    query = f"""SELECT DISTINCT ?f ?amount WHERE {{
        {figures(question)} {of_year(question, "?f")}
        ?f a mrd:BudgetStatement ; mrd:amountJPY|mrd:nonAdditiveAmountJPY ?amount .
        FILTER NOT EXISTS {{ ?f mrd:additiveIn ?total ; mrd:amountJPY ?summed }}
        FILTER NOT EXISTS {{ ?later mrd:supersedes ?f }} }}"""
    apart = {
        (each.item.iri, each.amount)
        for each in elements
        if each.state == "not-summed" and each.item is not None
    }
    assert apart == set(ask(store, query))


def check_results(store: Store, question: CycleQuestion, elements: list[Element]) -> None:
    query = f"""SELECT DISTINCT ?i ?y ?t ?a WHERE {{
        {programmes(question)} ?i mrd:indicatorOf ?p . ?r mrd:resultOf ?i .
        {of_year(question, "?r")} ?r mrd:fiscalYear/mrd:yearNumber ?y .
        OPTIONAL {{ ?r mrd:targetValue ?t }} OPTIONAL {{ ?r mrd:achievedValue ?a }}
        FILTER NOT EXISTS {{ ?r mrd:hasFlag mrds:flag-restated }} }}"""
    rows = [(i, y, *map(_number, values)) for i, y, *values in ask(store, query)]
    results = {
        (each.item.iri, each.fiscal_year, each.target, each.achieved)
        for each in elements
        if each.element == "result" and each.item is not None
    }
    assert results == {row for row in rows if row[2] is not None or row[3] is not None}
    targets = {
        (each.item.iri, each.fiscal_year, each.target)
        for each in elements
        if each.element == "target" and each.item is not None
    }
    assert targets == {row[:3] for row in rows if row[2] is not None}
    for each in elements:
        if each.element == "result" and None not in {each.target, each.achieved}:
            assert each.is_met == (each.achieved >= each.target)  # type: ignore[operator]


def _number(value: str | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def check_indicators(store: Store, question: CycleQuestion, elements: list[Element]) -> None:
    """Hold the indicators that the next sheet dropped or added to SPARQL."""
    query = f"""SELECT ?p ?y ?e ?i WHERE {{ {programmes(question)}
        ?e mrd:editionOf ?p ; mrd:publicationYear ?y ; mrd:statedIn ?sheet .
        OPTIONAL {{ ?i mrd:indicatorOf ?p ; mrd:statedIn ?sheet }} }}"""
    sheets: dict[tuple[str, int], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for p, y, e, i in ask(store, query):
        stated = sheets[(str(p), int(y or 0))][str(e)]
        if i is not None:
            stated.add(str(i))
    expected, without = set(), set()
    for (programme, year), own in sheets.items():
        if question.fiscal_year not in {None, year}:
            continue
        after = sheets.get((programme, year + 1))
        if after is None:
            without.add((programme, year))
        elif len(own) == len(after) == 1:
            (one,), (other,) = own.values(), after.values()
            if one and other:
                expected |= {("indicator-dropped", i, year) for i in one - other}
                expected |= {("indicator-added", i, year) for i in other - one}
    found = {
        (each.element, each.item.iri, each.fiscal_year)
        for each in elements
        if each.element in {"indicator-dropped", "indicator-added"} and each.item is not None
    }
    assert found == expected
    assert without == {
        (each.item.iri, each.fiscal_year)
        for each in elements
        if each.element == "next-sheet" and each.item is not None
    }


def check_policy(store: Store, question: CycleQuestion, elements: list[Element]) -> None:
    """Hold topics and standing scope of a project to SPARQL."""
    if question.project is None:
        return
    project = iri_of("project", question.project)
    query = f"""SELECT DISTINCT ?item WHERE {{
        {{ ?item a mrd:PriorityTopic . {of_year(question, "?item")} }}
        UNION {{ ?item a mrd:ScopeItem }} ?item mrd:inProject <{project}> }}"""
    assert {(each.item.iri,) for each in elements if each.step == "plan" and each.item
            and each.element in {"topic", "scope-item"}} == set(ask(store, query))  # fmt: skip


def check(store: Store, facts: FactTables, question: CycleQuestion) -> None:
    first, elements = asked(facts, question)
    check_money(store, question, elements)
    check_results(store, question, elements)
    check_indicators(store, question, elements)
    check_policy(store, question, elements)
    absent = {"not-stated", "not-held"}
    for step in first.steps:
        own = [each for each in elements if each.step == step.step]
        assert step.absent == sum(each.state in absent for each in own)
        assert step.elements == len(own) - step.absent
    assert [each.step for each in elements] == sorted(
        (each.step for each in elements), key=STEPS.index
    )


@pytest.mark.parametrize("question", SHIPPED, ids=str)
def test_cycles_equal_sparql_on_the_shipped_graph(
    graph: Store, facts: FactTables, question: CycleQuestion
) -> None:
    check(graph, facts, question)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changing())
def test_cycles_equal_sparql_on_random_graphs(given_quads: list[Quad]) -> None:
    with both(given_quads) as made:
        for year in (None, 2021):
            check(made.store, made.facts, CycleQuestion(programme="g0", fiscal_year=year))
            check(made.store, made.facts, CycleQuestion(project=PROJECTS[0], fiscal_year=year))


def test_a_programme_has_all_four_steps(facts: FactTables) -> None:
    question = CycleQuestion(programme="mext-medical-rd-promotion", fiscal_year=2020)
    first, elements = asked(facts, question)
    assert all(each.elements for each in first.steps if each.step != "plan")
    by_name = {(each.element, each.state): each for each in elements}
    for stage in ("request", "initial", "total", "executed"):
        assert by_name[(stage, "stated")].amount
    rate = by_name[("execution-rate", "computed")]
    assert rate.amount is not None
    assert rate.compared is not None
    assert rate.percent == round(Decimal(rate.amount * 100) / Decimal(rate.compared), 1)
    change = by_name[("request-change", "computed")]
    assert change.amount is not None
    assert change.compared is not None
    assert change.compared == by_name[("request", "stated")].amount
    assert change.difference == change.amount - change.compared
    assert by_name[("verdict", "not-held")].step == "action"


def test_what_is_stated_has_evidence_and_what_is_absent_tells_what_was_read(
    facts: FactTables,
) -> None:
    for question in SHIPPED:
        first, elements = asked(facts, question)
        for each in elements:
            if each.state in {"stated", "computed", "not-summed"}:
                assert each.evidence, each
            elif each.element == "next-sheet":
                assert each.evidence
            elif each.element in {"request", "initial", "target", "result", "execution-rate"}:
                assert bool(each.evidence) == (first.sheets > 0)
        assert len(first.elements.entries) <= PAGE


def test_steps_can_be_chosen(facts: FactTables) -> None:
    _, whole = asked(facts, SHIPPED[0])
    _, part = asked(facts, CycleQuestion(project="drugs", fiscal_year=2022, steps=("do",)))
    assert part == [each for each in whole if each.step == "do"]


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        (CycleQuestion(), "invalid-parameter"),
        (CycleQuestion(programme="x", project="drugs"), "invalid-parameter"),
        (CycleQuestion(project="drugs", steps=("wish",)), "invalid-parameter"),
        (CycleQuestion(project="drugs", basis="guessed"), "invalid-parameter"),
        (CycleQuestion(programme="none-of-this-name"), "not-found"),
        (CycleQuestion(programme=kind_iri("prj", "drugs")), "not-found"),
    ],
)
def test_what_is_wrong_is_refused(facts: FactTables, question: CycleQuestion, slug: str) -> None:
    with pytest.raises(Problem) as caught:
        pdca(facts, question)
    assert caught.value.slug == slug
