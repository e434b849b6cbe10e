"""Flows from the tables equal what SPARQL says of the same graph, and reconcile."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Quad
from tests.linkage.asking import ask
from tests.linkage.random_graphs import PROJECTS, YEARS, both, quads

from medrd_kg.linkage.flows import FlowQuestion, Flows, flows
from medrd_kg.linkage.recipients import recipients
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice, named_totals
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri

Paths = dict[tuple[str | None, str | None], tuple[int, int]]
"""Yen and figures by payer and programme."""


def paths_by_sparql(store: Store, total: str) -> Paths:
    return {
        (payer and str(payer), programme and str(programme)): (int(yen or 0), int(count or 0))
        for payer, programme, yen, count in (
            (str(one) if one else None, str(two) if two else None, yen, count)
            for one, two, yen, count in ask(
                store,
                f"""SELECT ?payer ?programme (SUM(?amount) AS ?yen) (COUNT(?figure) AS ?n) WHERE {{
                    ?figure mrd:additiveIn <{total}> ; mrd:amountJPY ?amount .
                    OPTIONAL {{ ?figure mrd:payer ?payer }}
                    OPTIONAL {{ ?figure mrd:forProgramme ?programme }}
                }} GROUP BY ?payer ?programme""",
            )
        )
        if count
    }


def totals_of(paths: Paths, place: int) -> dict[str | None, tuple[int, int]]:
    sums: dict[str | None, tuple[int, int]] = {}
    for ends, (yen, count) in paths.items():
        before = sums.get(ends[place], (0, 0))
        sums[ends[place]] = (before[0] + yen, before[1] + count)
    return sums


def check(answer: Flows, paths: Paths) -> None:
    """Compare the links with what SPARQL says, and what enters each node with what leaves it."""
    entering: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    leaving: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for link in answer.links:
        for node, ends in ((link.target, entering), (link.source, leaving)):
            sums = ends[node.kind, node.thing.iri if node.thing else None]
            sums[0] += link.amount
            sums[1] += link.figures
    assert {
        iri: tuple(sums) for (kind, iri), sums in entering.items() if kind == "payer"
    } == totals_of(paths, 0)
    assert {
        iri: tuple(sums) for (kind, iri), sums in entering.items() if kind == "programme"
    } == totals_of(paths, 1)
    for end, entered in entering.items():
        if end[0] != "programme":
            assert leaving[end] == entered
    assert leaving.pop(("total", answer.total.iri), [0, 0])[0] == answer.selected
    assert answer.selected + answer.left_out == answer.total.amount


@pytest.mark.parametrize("nth", range(6))
def test_every_total_reconciles(graph: Store, facts: FactTables, nth: int) -> None:
    totals = [each for each in named_totals(facts) if each.figures]
    for total in totals[nth::36]:
        answer = flows(facts, FlowQuestion(TotalChoice(total.iri)))
        assert answer.total == total
        assert answer.selected == total.amount
        assert answer.left_out == 0
        check(answer, paths_by_sparql(graph, total.iri))


def test_transfers_pass_through_the_agency(facts: FactTables) -> None:
    choice = TotalChoice(fiscal_year=2021, stage="executed", level="transfer")
    answer = flows(facts, FlowQuestion(choice))
    amed = kind_iri("org-", "amed")
    received = sum(
        link.amount
        for link in answer.links
        if link.target.kind == "payee" and link.target.thing and link.target.thing.iri == amed
    )
    assert received == answer.total.amount == 336_664_700_000


def test_a_printed_total_keeps_its_remainder(graph: Store, facts: FactTables) -> None:
    asked = {
        (total, printed, remainder)
        for total, printed, remainder in ask(
            graph,
            """SELECT ?total ?printed ?remainder WHERE {
                ?total mrd:printedAs/(mrd:amountJPY|mrd:nonAdditiveAmountJPY) ?printed
                OPTIONAL { ?total mrd:remainderJPY ?remainder } }""",
        )
    }
    printed = [each for each in named_totals(facts) if each.printed is not None]
    assert {(each.iri, each.printed, each.remainder) for each in printed} == asked
    assert len(asked) > 3
    for each in printed:
        assert each.printed == each.amount + (each.remainder or 0)


def test_filters_leave_the_rest_in_sight(graph: Store, facts: FactTables) -> None:
    choice = TotalChoice(fiscal_year=2022)
    whole = flows(facts, FlowQuestion(choice))
    meti = flows(facts, FlowQuestion(choice, {"ministry": "meti"}))
    ((asked,),) = ask(
        graph,
        f"""SELECT (SUM(?amount) AS ?yen) WHERE {{ ?figure mrd:additiveIn <{whole.total.iri}> ;
            mrd:payer <{kind_iri("org-", "meti")}> ; mrd:amountJPY ?amount }}""",
    )
    assert meti.selected == asked
    assert meti.selected + meti.left_out == whole.total.amount
    assert 0 < meti.selected < whole.selected
    assert meti.balances.total < whole.balances.total
    with pytest.raises(Problem) as caught:
        flows(facts, FlowQuestion(choice, {"ministry": "atlantis"}))
    assert caught.value.slug == "not-found"
    with pytest.raises(Problem):
        flows(facts, FlowQuestion(choice, {"planet": "earth"}))
    with pytest.raises(Problem):
        flows(facts, FlowQuestion(choice, basis="guessed"))


def test_balances_say_what_is_not_accounted_for(graph: Store, facts: FactTables) -> None:
    choice = TotalChoice(fiscal_year=2021, stage="executed")
    answer = flows(facts, FlowQuestion(choice))
    year = kind_iri("fy", "2021")

    def stated(pattern: str) -> dict[str, int]:
        return {
            str(programme): int(yen or 0)
            for programme, yen in ask(
                graph,
                f"""SELECT ?programme (SUM(?amount) AS ?yen) WHERE {{
                    ?figure mrd:forProgramme ?programme ; mrd:fiscalYear <{year}> ;
                        mrd:amountJPY ?amount ; {pattern} }} GROUP BY ?programme""",
            )
        }

    executed = stated("mrd:level mrds:level-appropriation ; mrd:budgetStage mrds:stage-executed")
    transferred = stated("mrd:level mrds:level-transfer")
    assert answer.balances.total == len(answer.balances.entries) > 5
    remainders = 0
    for each in answer.balances.entries:
        iri = each.programme.iri
        assert each.executed == executed.get(iri)
        assert each.transferred == transferred.get(iri)
        if iri in executed and iri in transferred:
            assert each.remainder == executed[iri] - transferred[iri]
            remainders += each.remainder != 0
        else:
            assert each.remainder is None
    assert remainders
    amounts = [each.amount for each in answer.balances.entries]
    assert amounts == sorted(amounts, reverse=True)
    assert sum(amounts) == answer.selected


def test_payments_block_by_block(graph: Store, facts: FactTables) -> None:
    programme = "meti-medicine-engineering-innovation"
    asked = {
        (str(figure), block, rank, str(payee), amount)
        for figure, block, rank, payee, amount in ask(
            graph,
            f"""SELECT ?f ?block ?rank ?payee ?amount WHERE {{
                ?f mrd:forProgramme <{kind_iri("prg", programme)}> ; mrd:blockLabel ?block ;
                    mrd:fiscalYear <{kind_iri("fy", "2021")}> ; mrd:payee ?payee ;
                    mrd:amountJPY|mrd:nonAdditiveAmountJPY ?amount .
                OPTIONAL {{ ?f mrd:rank ?rank }}
                FILTER NOT EXISTS {{ ?later mrd:supersedes ?f }} }}""",
        )
    }
    page = recipients(facts, 2021, programme=programme)
    assert page.total == len(asked) > 20
    assert {
        (each.figure.iri, each.block, each.rank, each.payee and each.payee.iri, each.amount)
        for each in page.entries
    } == asked
    assert all(each.figure.evidence and each.locator for each in page.entries)
    answer = flows(facts, FlowQuestion(TotalChoice(fiscal_year=2021, stage="executed")))
    (own,) = (
        each for each in answer.balances.entries if each.programme.iri.endswith(f"/{programme}")
    )
    sums: dict[str | None, int] = defaultdict(int)
    for each in page.entries:
        if each.level == "payment":
            sums[each.block] += each.amount
    assert {block.label: block.amount for block in own.blocks} == sums


def test_payments_to_one_payee_and_their_pages(graph: Store, facts: FactTables) -> None:
    ((asked,),) = ask(
        graph,
        f"""SELECT (COUNT(DISTINCT ?f) AS ?n) WHERE {{ ?f a mrd:FundingFlow ;
            mrd:payee <{kind_iri("org-", "riken")}> ; mrd:fiscalYear <{kind_iri("fy", "2020")}>
            FILTER NOT EXISTS {{ ?later mrd:supersedes ?f }} }}""",
    )
    whole = recipients(facts, 2020, payee="riken")
    assert whole.total == asked == len(whole.entries) > 1
    assert recipients(facts, 2020, payee="riken", offset=1, limit=1).entries == whole.entries[1:2]
    assert recipients(facts, 2020, payee="riken", offset=999).total == asked
    with pytest.raises(Problem):
        recipients(facts, 2020, programme="no-such-programme")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads())
def test_random_graphs_flow_alike(graph: list[Quad]) -> None:
    with both(graph) as one:
        for year in YEARS:
            total = kind_iri("total", f"fy{year}")
            choice = TotalChoice(total)
            check(flows(one.facts, FlowQuestion(choice)), paths_by_sparql(one.store, total))
            ((asked,),) = ask(
                one.store,
                f"""SELECT (SUM(?amount) AS ?yen) WHERE {{
                    ?figure mrd:additiveIn <{total}> ; mrd:amountJPY ?amount .
                    FILTER (EXISTS {{ ?figure mrd:inProject <{PROJECTS[0]}> }} || (
                        NOT EXISTS {{ ?figure mrd:inProject ?own }} && EXISTS {{
                            ?figure mrd:forProgramme/mrd:inProject <{PROJECTS[0]}> }})) }}""",
            )
            filtered = flows(one.facts, FlowQuestion(choice, {"project": PROJECTS[0]}))
            assert filtered.selected == asked
            assert filtered.selected + filtered.left_out == filtered.total.amount
