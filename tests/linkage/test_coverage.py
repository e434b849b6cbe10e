"""Coverage from the tables equals what SPARQL says of the same graph."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad
from tests.linkage.asking import (
    PROPERTIES,
    ask,
    coverage_axis,
    coverage_cells,
    money_cells,
)
from tests.linkage.random_graphs import YEARS, both, quads

from medrd_kg.linkage.coverage import (
    CoverageItem,
    CoverageQuestion,
    coverage,
    coverage_items,
)
from medrd_kg.linkage.selection import BASES, SCOPES
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice, named_totals
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRDS, kind_iri

RANDOM = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cells(facts: FactTables, question: CoverageQuestion) -> dict[tuple[str, str], int]:
    answer = coverage(facts, question)
    assert answer.cells.total == len(answer.cells.entries)
    return {(cell.row, cell.column): cell.value for cell in answer.cells.entries}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("rows", [each for each in PROPERTIES if each != "project"])
def test_matrix_of_every_facet_by_project(
    graph: Store, facts: FactTables, rows: str, scope: str
) -> None:
    asked = coverage_cells(graph, rows, "project", scope, 2022)
    question = CoverageQuestion(rows, "project", scope=scope, fiscal_year=2022)
    assert cells(facts, question) == asked
    if scope == "all":
        assert asked


def test_matrix_of_two_facets(graph: Store, facts: FactTables) -> None:
    asked = coverage_cells(graph, "disease-area", "modality", "all", 2022)
    assert asked
    question = CoverageQuestion("disease-area", "modality", fiscal_year=2022)
    assert cells(facts, question) == asked


def test_rows_columns_and_whole_count_items_once(graph: Store, facts: FactTables) -> None:
    answer = coverage(facts, CoverageQuestion("disease-area", "project", fiscal_year=2022))
    for entries, axis, other in (
        (answer.rows, "disease-area", "project"),
        (answer.columns, "project", "disease-area"),
    ):
        for placed in (True, False):
            asked = coverage_axis(graph, axis, other, "all", 2022, placed=placed)
            found = {each.thing.iri: each.value if placed else each.elsewhere for each in entries}
            assert {iri: count for iri, count in found.items() if count} == asked
    # An item that names two diseases stands in two rows and once in the whole.
    assert answer.whole.value < sum(each.value for each in answer.rows)
    assert answer.whole.value + answer.whole.elsewhere == 63 + 45


def test_every_member_of_a_scheme_has_a_row(graph: Store, facts: FactTables) -> None:
    answer = coverage(facts, CoverageQuestion("purpose", "project", fiscal_year=2022))
    asked = {iri for (iri,) in ask(graph, "SELECT ?c WHERE { ?c a mrd:DevelopmentPurpose }")}
    assert {each.thing.iri for each in answer.rows} == asked
    assert all(each.thing.ja and each.thing.en for each in answer.rows)


def test_money_of_every_total_by_ministry_is_the_total(graph: Store, facts: FactTables) -> None:
    printed_sums = {
        str(total): int(yen or 0)
        for total, yen in ask(
            graph,
            """SELECT ?total (SUM(?amount) AS ?yen) WHERE {
                ?figure mrd:additiveIn ?total ; mrd:amountJPY ?amount
            } GROUP BY ?total""",
        )
    }
    assert len(printed_sums) > 200
    totals = {each.iri: each for each in named_totals(facts)}
    assert {iri: each.amount for iri, each in totals.items() if each.figures} == printed_sums
    for iri in sorted(printed_sums)[::20]:
        question = CoverageQuestion(
            "ministry", "programme", measure="amount", total=TotalChoice(iri)
        )
        answer = coverage(facts, question)
        assert answer.whole.value + answer.whole.elsewhere == printed_sums[iri]
        assert sum(each.value + each.elsewhere for each in answer.rows) == printed_sums[iri]


def test_money_by_ministry_in_a_year(graph: Store, facts: FactTables) -> None:
    asked = {
        str(ministry): int(yen or 0)
        for ministry, yen in ask(
            graph,
            """SELECT ?ministry (SUM(?amount) AS ?yen) WHERE {
                ?total mrd:perimeter mrds:perimeter-amed ; mrd:budgetStage mrds:stage-initial ;
                    mrd:level mrds:level-appropriation ; mrd:fiscalYear/mrd:yearNumber 2022 .
                ?figure mrd:additiveIn ?total ; mrd:amountJPY ?amount ; mrd:payer ?ministry .
            } GROUP BY ?ministry""",
        )
    }
    question = CoverageQuestion("ministry", "project", measure="amount", fiscal_year=2022)
    answer = coverage(facts, question)
    assert {each.thing.iri: each.value + each.elsewhere for each in answer.rows} == asked
    assert answer.total is not None
    assert answer.total.iri == kind_iri("total", "fy2022-initial-appropriation-amed")
    assert answer.whole.value + answer.whole.elsewhere == sum(asked.values())


def test_a_share_of_a_total_must_be_named(facts: FactTables) -> None:
    choice = TotalChoice(fiscal_year=2022, perimeter="amed-ministry-share")
    question = CoverageQuestion("ministry", "project", measure="amount", total=choice)
    with pytest.raises(Problem, match="totals are of this year") as caught:
        coverage(facts, question)
    assert len(caught.value.extra["known"]) > 1


def test_unknown_values_are_told_with_the_known_ones(facts: FactTables) -> None:
    for question in (
        CoverageQuestion("diseases", "project"),
        CoverageQuestion("disease-area", "x'; DROP TABLE item; --"),
        CoverageQuestion("disease-area", "project", scope="never"),
        CoverageQuestion("disease-area", "project", measure="euros"),
    ):
        with pytest.raises(Problem) as caught:
            coverage(facts, question)
        assert caught.value.extra["known"]


def test_items_of_a_cell_with_their_units(graph: Store, facts: FactTables) -> None:
    question = CoverageQuestion("disease-area", "project", fiscal_year=2022)
    page = coverage_items(facts, question, row="cancer", column="drugs").items
    asked = set(
        ask(
            graph,
            f"""SELECT DISTINCT ?item ?unit WHERE {{
                ?item mrd:hasDiseaseArea/skos:broader* <{MRDS}disease-cancer> ;
                    mrd:inProject <{kind_iri("prj", "drugs")}> ; mrd:statedIn/mrd:unitId ?unit .
                {{ ?item a mrd:PriorityTopic }} UNION {{ ?item a mrd:ScopeItem }}
            }}""",
        )
    )
    assert asked
    assert {
        (each.item.iri, evidence.unit) for each in page.entries for evidence in each.item.evidence
    } == asked


def test_pages_of_items_make_up_the_whole(facts: FactTables) -> None:
    question = CoverageQuestion("theme", "project", fiscal_year=2022)
    whole = coverage_items(facts, question, limit=100).items
    assert whole.total == coverage(facts, question).whole.value
    paged: list[CoverageItem] = []
    offset = 0
    while True:
        page = coverage_items(facts, question, offset=offset, limit=7).items
        assert page.total == whole.total
        paged.extend(page.entries)
        if page.next_offset is None:
            break
        offset = page.next_offset
    assert paged == list(whole.entries)
    with pytest.raises(Problem):
        coverage_items(facts, question, limit=101)


@RANDOM
@given(graph=quads(), scope=st.sampled_from(SCOPES), basis=st.sampled_from(BASES))
def test_random_graphs_count_alike(graph: list[Quad], scope: str, basis: str) -> None:
    with both(graph) as one:
        for rows, columns in (("disease-area", "project"), ("disease-area", "modality")):
            question = CoverageQuestion(rows, columns, scope=scope, fiscal_year=2022, basis=basis)
            asked = coverage_cells(one.store, rows, columns, scope, 2022, basis=basis)
            assert cells(one.facts, question) == asked


@RANDOM
@given(graph=quads())
def test_random_graphs_sum_alike(graph: list[Quad]) -> None:
    with both(graph) as one:
        for year, (rows, columns) in itertools.product(
            YEARS, (("disease-area", "project"), ("modality", "disease-area"))
        ):
            total = kind_iri("total", f"fy{year}")
            question = CoverageQuestion(rows, columns, measure="amount", fiscal_year=year)
            answer = coverage(one.facts, question)
            found = {(cell.row, cell.column): cell.value for cell in answer.cells.entries}
            assert found == money_cells(one.store, rows, columns, total)
            assert answer.total is not None
            assert answer.whole.value + answer.whole.elsewhere == answer.total.amount
