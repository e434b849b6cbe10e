"""Gaps from the tables equal what SPARQL says of the same graph, nearest things included."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad
from tests.linkage.asking import PROPERTIES, ask, falls_under, items_pattern
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage.gaps import (
    concepts_without_items,
    missing_combinations,
    silent_items,
)
from medrd_kg.linkage.gaps_scope import scope_without_topic
from medrd_kg.linkage.selection import SCOPES, Selection
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri

CLASSES = {
    "disease-area": "mrd:DiseaseArea",
    "purpose": "mrd:DevelopmentPurpose",
    "phase": "mrd:ResearchPhase",
    "modality": "mrd:Modality",
}
TOPICS_2022 = Selection(scope="fiscal-year", fiscal_year=2022)


def missing_by_sparql(store: Store, facet: str, scope: str) -> set[tuple[str, str]]:
    return {
        (str(concept), str(project))
        for concept, project in ask(
            store,
            f"""SELECT ?concept ?project WHERE {{
                ?concept a {CLASSES[facet]} . ?project a mrd:IntegratedProject .
                MINUS {{
                    {{ {items_pattern(scope, 2022)} }}
                    ?item mrd:inProject ?project .
                    {falls_under(facet, "?concept")}
                }}
            }}""",
        )
    }


def depths(store: Store, start: str) -> dict[str, int]:
    """Return what lies above a concept with the fewest steps, found step by step by SPARQL."""
    found, edge = {start: 0}, {start}
    while edge:
        above = {
            str(broad)
            for one in edge
            for (broad,) in ask(store, f"SELECT ?b WHERE {{ <{one}> skos:broader ?b }}")
        }
        edge = above - found.keys()
        found |= dict.fromkeys(edge, max(found.values()) + 1)
    return found


def fewest_steps(store: Store, facet: str, concept: str, project: str) -> int | None:
    """Return the steps from a concept to the nearest one that a project's items name."""
    own = depths(store, concept)
    named = {
        str(each)
        for (each,) in ask(
            store,
            f"""SELECT DISTINCT ?c WHERE {{ {{ {items_pattern("all", None)} }}
                ?item {PROPERTIES[facet]} ?c ; mrd:inProject <{project}> }}""",
        )
    }
    ways = [
        own[meeting] + steps
        for other in named
        for meeting, steps in depths(store, other).items()
        if meeting in own
    ]
    return min(ways, default=None)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("facet", ["purpose", "phase", "disease-area"])
def test_missing_combinations(graph: Store, facts: FactTables, facet: str, scope: str) -> None:
    selection = Selection(scope=scope, fiscal_year=2022)
    found, offset = set(), 0
    while True:
        page = missing_combinations(facts, facet, selection=selection, offset=offset).gaps
        found |= {(each.row.iri, each.column.iri) for each in page.entries}
        if page.next_offset is None:
            break
        offset = page.next_offset
    asked = missing_by_sparql(graph, facet, scope)
    assert found == asked
    assert page.total == len(asked) > 0


def test_what_comes_nearest_and_what_was_read(graph: Store, facts: FactTables) -> None:
    answer = missing_combinations(facts, "purpose", selection=TOPICS_2022)
    steps = {
        (each.row.iri, each.column.iri): each.nearest.steps if each.nearest else None
        for each in answer.gaps.entries
    }
    assert steps == {pair: fewest_steps(graph, "purpose", *pair) for pair in steps}
    assert None in steps.values()
    # In the standing scope, though in no topic of the year:
    assert 0 in steps.values()
    for project, read in answer.read.items():
        asked = {
            unit
            for (unit,) in ask(
                graph,
                f"""SELECT DISTINCT ?unit WHERE {{ ?item a mrd:PriorityTopic ;
                    mrd:inProject <{project}> ; mrd:fiscalYear <{kind_iri("fy", "2022")}> ;
                    mrd:statedIn/mrd:unitId ?unit }}""",
            )
        }
        assert [each.unit for each in read] == sorted(map(str, asked))
    assert len(answer.read) == 6


def test_one_row_or_column(facts: FactTables) -> None:
    whole = missing_combinations(facts, "purpose", selection=TOPICS_2022).gaps
    drugs = missing_combinations(facts, "purpose", selection=TOPICS_2022, column="drugs").gaps
    assert drugs.entries == tuple(
        each for each in whole.entries if each.column.iri == kind_iri("prj", "drugs")
    )
    row = whole.entries[0].row.iri
    one = missing_combinations(facts, "purpose", selection=TOPICS_2022, row=row).gaps
    assert one.entries == tuple(each for each in whole.entries if each.row.iri == row)
    with pytest.raises(Problem) as caught:
        missing_combinations(facts, "purpose", selection=TOPICS_2022, column="none")
    assert caught.value.slug == "not-found"


@pytest.mark.parametrize("scope", ["fiscal-year", "all"])
def test_concepts_without_items_and_where_they_are_named(
    graph: Store, facts: FactTables, scope: str
) -> None:
    asked = set(
        ask(
            graph,
            f"""SELECT ?concept ?unit WHERE {{
                ?concept a mrd:DiseaseArea ; mrd:statedIn/mrd:unitId ?unit .
                MINUS {{
                    {{ {items_pattern(scope, 2022)} }}
                    {falls_under("disease-area", "?concept")}
                }}
            }}""",
        )
    )
    selection = Selection(scope=scope, fiscal_year=2022)
    page = concepts_without_items(facts, selection=selection)
    assert {
        (each.concept.iri, unit.unit) for each in page.entries for unit in each.named_in
    } == asked
    assert page.total == len({concept for concept, _ in asked})
    if scope == "fiscal-year":
        assert page.total == 4


@pytest.mark.parametrize("facet", ["purpose", "project", "disease-area"])
def test_topics_that_name_nothing_of_a_facet(graph: Store, facts: FactTables, facet: str) -> None:
    asked = {
        topic
        for (topic,) in ask(
            graph,
            f"""SELECT ?item WHERE {{ {items_pattern("fiscal-year", 2022)}
                MINUS {{ ?item {PROPERTIES[facet]} ?any }} }}""",
        )
    }
    page = silent_items(facts, facet, selection=TOPICS_2022)
    assert {each.iri for each in page.entries} == asked
    assert page.total == len(asked) > 0
    assert all(each.evidence for each in page.entries)
    assert (
        silent_items(facts, facet, selection=TOPICS_2022, offset=1, limit=3).entries
        == (page.entries[1:4])
    )


def untaken_by_sparql(store: Store) -> set[tuple[str, str]]:
    facets = " ".join(
        PROPERTIES[each]
        for each in ("disease-area", "modality", "purpose", "phase", "technology", "resource")
    )
    return {
        (str(item), str(project))
        for item, project in ask(
            store,
            f"""SELECT ?item ?project WHERE {{
                ?item a mrd:ScopeItem ; mrd:inProject ?project .
                MINUS {{
                    VALUES ?facet {{ {facets} }}
                    ?item a mrd:ScopeItem ; mrd:inProject ?project ; ?facet ?concept .
                    ?named skos:broader* ?concept .
                    ?topic ?facet ?named ; a mrd:PriorityTopic ; mrd:inProject ?project ;
                        mrd:fiscalYear <{kind_iri("fy", "2022")}> .
                }}
            }}""",
        )
    }


def test_standing_scope_without_topic(graph: Store, facts: FactTables) -> None:
    answer = scope_without_topic(facts, 2022)
    found = {(each.item.iri, each.project.iri) for each in answer.gaps.entries}
    assert found == untaken_by_sparql(graph)
    assert answer.gaps.total == len(found) > 0
    assert all(answer.read[each.project.iri] for each in answer.gaps.entries)
    near = [each.nearest for each in answer.gaps.entries if each.nearest]
    assert near
    for each in near:
        assert each.steps > 0
        assert each.item.kind == "topic"
    project = answer.gaps.entries[0].project.iri
    assert scope_without_topic(facts, 2022, project=project).gaps.entries == tuple(
        each for each in answer.gaps.entries if each.project.iri == project
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads(), scope=st.sampled_from(SCOPES))
def test_random_graphs_lack_alike(graph: list[Quad], scope: str) -> None:
    with both(graph) as one:
        selection = Selection(scope=scope, fiscal_year=2022)
        page = missing_combinations(one.facts, "disease-area", selection=selection).gaps
        assert {(each.row.iri, each.column.iri) for each in page.entries} == missing_by_sparql(
            one.store, "disease-area", scope
        )
        for each in page.entries[:4]:
            steps = each.nearest.steps if each.nearest else None
            assert steps == fewest_steps(one.store, "disease-area", each.row.iri, each.column.iri)
        untaken = scope_without_topic(one.facts, 2022).gaps
        assert {(each.item.iri, each.project.iri) for each in untaken.entries} == (
            untaken_by_sparql(one.store)
        )
