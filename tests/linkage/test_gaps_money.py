"""Gaps between policy, money and results equal what SPARQL says of the same graph."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad
from tests.linkage.asking import PROLOGUE, PROPERTIES, ask
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage.gaps_money import (
    MoneyGapQuestion,
    money_without_topic,
    topics_without_money,
)
from medrd_kg.linkage.gaps_results import indicators_without_results, targets_missed
from medrd_kg.linkage.projection import project
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.twins.gaps import target_twins
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, PREFIXES, graph_iri, kind_iri

AMED_2022 = kind_iri("total", "fy2022-initial-appropriation-amed")


def linked(via: tuple[str, ...]) -> str:
    """Return the pattern of topics of 2022 and programmes that share concepts."""
    ways = " UNION ".join(
        f"""{{ ?topic {PROPERTIES[facet]} ?one . ?programme {PROPERTIES[facet]} ?two .
            {{ ?one skos:broader* ?two }} UNION {{ ?two skos:broader* ?one }} }}"""
        for facet in via
    )
    return f"""?topic a mrd:PriorityTopic ; mrd:fiscalYear <{kind_iri("fy", "2022")}> .
        ?programme a mrd:Programme . {{ {ways} }}"""


def topics_by_sparql(store: Store, total: str, via: tuple[str, ...]) -> set[str]:
    return {
        str(topic)
        for (topic,) in ask(
            store,
            f"""SELECT ?topic WHERE {{
                ?topic a mrd:PriorityTopic ; mrd:fiscalYear <{kind_iri("fy", "2022")}> .
                MINUS {{ {linked(via)}
                    ?figure mrd:forProgramme ?programme ; mrd:additiveIn <{total}> ;
                        mrd:amountJPY ?amount }}
            }}""",
        )
    }


def money_by_sparql(store: Store, total: str, via: tuple[str, ...]) -> dict[str, int]:
    return {
        str(programme): int(yen or 0)
        for programme, yen in ask(
            store,
            f"""SELECT ?programme (SUM(?amount) AS ?yen) WHERE {{
                ?figure mrd:forProgramme ?programme ; mrd:additiveIn <{total}> ;
                    mrd:amountJPY ?amount .
                MINUS {{ SELECT DISTINCT ?programme WHERE {{ {linked(via)} }} }}
            }} GROUP BY ?programme""",
        )
    }


@pytest.mark.parametrize("via", [("disease-area", "modality"), ("phase", "resource")])
def test_topics_and_money_of_the_shipped_graph(
    graph: Store, facts: FactTables, via: tuple[str, ...]
) -> None:
    question = MoneyGapQuestion(2022, via=via)
    topics = topics_without_money(facts, question)
    assert topics.total.iri == AMED_2022
    assert {each.item.iri for each in topics.gaps.entries} == topics_by_sparql(
        graph, AMED_2022, via
    )
    money = money_without_topic(facts, question)
    found = {each.item.iri: each.amount for each in money.gaps.entries}
    assert found == money_by_sparql(graph, AMED_2022, via)
    assert sum(found.values()) == money.without_topic
    divided = money.with_topic + money.without_topic + money.without_programme
    assert divided == money.total.amount == 125_144_000_000
    amounts = [each.amount for each in money.gaps.entries]
    assert amounts == sorted(amounts, reverse=True)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads(), via=st.sampled_from([("disease-area",), ("disease-area", "modality")]))
def test_random_graphs_lack_money_alike(graph: list[Quad], via: tuple[str, ...]) -> None:
    with both(graph) as one:
        total = kind_iri("total", "fy2022")
        question = MoneyGapQuestion(2022, via=via)
        topics = topics_without_money(one.facts, question)
        assert {each.item.iri for each in topics.gaps.entries} == topics_by_sparql(
            one.store, total, via
        )
        money = money_without_topic(one.facts, question)
        found = {each.item.iri: each.amount for each in money.gaps.entries}
        assert found == money_by_sparql(one.store, total, via)
        divided = money.with_topic + money.without_topic + money.without_programme
        assert divided == money.total.amount


def test_indicators_without_results(graph: Store, facts: FactTables) -> None:
    asked = {
        str(indicator): str(programme)
        for indicator, programme in ask(
            graph,
            """SELECT ?indicator ?programme WHERE {
                ?indicator mrd:indicatorOf ?programme .
                MINUS { ?result mrd:resultOf ?indicator ; mrd:achievedValue ?value } }""",
        )
    }
    page = indicators_without_results(facts)
    found = {each.item.iri: each.programme.iri for each in page.entries if each.programme}
    assert found == asked
    assert page.total == len(asked) > 0
    targets = {
        (indicator, year, Decimal(str(target)))
        for indicator, year, target in ask(
            graph,
            """SELECT ?indicator ?year ?target WHERE {
                ?result mrd:resultOf ?indicator ; mrd:targetValue ?target ;
                    mrd:fiscalYear/mrd:yearNumber ?year .
                FILTER NOT EXISTS { ?result mrd:hasFlag mrds:flag-restated }
                MINUS { ?other mrd:resultOf ?indicator ; mrd:achievedValue ?value } }""",
        )
    }
    assert {
        (each.item.iri, target.fiscal_year, target.value)
        for each in page.entries
        for target in each.targets
        if target.value is not None
    } == targets


def test_indicators_of_one_ministry(graph: Store, facts: FactTables) -> None:
    asked = {
        indicator
        for (indicator,) in ask(
            graph,
            f"""SELECT DISTINCT ?indicator WHERE {{
                ?indicator mrd:indicatorOf/mrd:administeredBy <{kind_iri("org-", "mhlw")}> .
                MINUS {{ ?result mrd:resultOf ?indicator ; mrd:achievedValue ?value }} }}""",
        )
    }
    page = indicators_without_results(facts, ministry="mhlw")
    assert {each.item.iri for each in page.entries} == asked
    assert page.total == len(asked) > 0
    beyond = indicators_without_results(facts, ministry="mhlw", offset=1000)
    assert beyond.total == len(asked)
    with pytest.raises(Problem):
        indicators_without_results(facts, ministry="atlantis")


@pytest.mark.parametrize("year", range(2013, 2022))
def test_targets_missed(graph: Store, facts: FactTables, year: int) -> None:
    rows = graph.query(
        PROLOGUE
        + f"""SELECT ?result ?target ?achieved ?percent WHERE {{
            ?result mrd:fiscalYear <{kind_iri("fy", str(year))}> ; mrd:targetValue ?target ;
                mrd:achievedValue ?achieved ; mrd:resultOf/mrd:indicatorOf ?programme .
            FILTER (?achieved < ?target)
            FILTER NOT EXISTS {{ ?result mrd:hasFlag mrds:flag-restated }}
            BIND (ROUND(1000.0 * ?achieved / ?target) / 10.0 AS ?percent) }}"""
    ).rows()
    asked = set()
    for row in rows:
        values = [row[name] for name in ("result", "target", "achieved", "percent")]
        iri, *numbers = [each.value for each in values if isinstance(each, NamedNode | Literal)]
        target, achieved, percent = numbers
        asked.add((iri, Decimal(target), Decimal(achieved), float(percent)))
    page = targets_missed(facts, year)
    assert page.next_offset is None
    assert {
        (each.result, each.target, each.achieved, each.percent) for each in page.entries
    } == asked
    percents = [each.percent or 0.0 for each in page.entries]
    assert percents == sorted(percents)
    assert all(each.source and each.locator for each in page.entries)


@pytest.mark.parametrize(
    ("target", "achieved", "percent"), [("0", "-1.5", None), ("3.1", "0", 0.0), ("3.1", "0.62", 20)]
)
def test_the_rate_of_a_target(
    tmp_path: Path, target: str, achieved: str, percent: float | None
) -> None:
    def quad(subject: str, name: str, value: NamedNode | Literal) -> Quad:
        policy = NamedNode(graph_iri("facts"))
        return Quad(NamedNode(subject), NamedNode(f"{MRD}{name}"), value, policy)

    indicator, result, year = (
        kind_iri("ind", "i"), kind_iri("result", "r"), kind_iri("fy", "2020")
    )  # fmt: skip
    decimal = NamedNode(f"{PREFIXES['xsd']}decimal")
    store = EmbeddedStore()
    store.insert(
        [
            Quad(
                NamedNode(indicator),
                NamedNode(f"{PREFIXES['rdf']}type"),
                NamedNode(f"{MRD}Indicator"),
                NamedNode(graph_iri("facts")),
            ),
            quad(result, "resultOf", NamedNode(indicator)),
            quad(result, "fiscalYear", NamedNode(year)),
            quad(year, "yearNumber", Literal(2020)),
            quad(result, "targetValue", Literal(target, datatype=decimal)),
            quad(result, "achievedValue", Literal(achieved, datatype=decimal)),
        ]
    )
    project(store, tmp_path)
    (missed,) = targets_missed(FactTables(tmp_path), 2020).entries
    assert (missed.percent, str(missed.achieved), str(missed.target)) == (
        percent, achieved, target
    )  # fmt: skip
    (query,) = target_twins(2020)
    (row,) = store.query(query.text).rows()
    told = row.get("percent")
    assert (float(told.value) if isinstance(told, Literal) else None) == percent
