"""Linkages and bridges from the tables equal what SPARQL says of the same graph."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Quad
from tests.linkage.asking import PROPERTIES, ask, falls_under, items_pattern
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage.bridges import BridgeQuestion, bridges
from medrd_kg.linkage.linkages import (
    VIA,
    LinkageQuestion,
    Linkages,
    linkage_items,
    linkages,
)
from medrd_kg.linkage.stated import stated_links
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRDS, kind_iri

POLICY_VIA = tuple(facet for facet in PROPERTIES if facet not in {"project", "status"})


def shared_by_sparql(
    store: Store, kind: str, via: str, *, year: int, hierarchy: bool = True
) -> set[tuple[str, str, str, str]]:
    """Return pair, concept and how it is shared, by comparing what items of both sides name."""
    higher = "?named_one skos:broader* ?named_two BIND (?named_two AS ?concept)"
    lower = "?named_two skos:broader* ?named_one BIND (?named_one AS ?concept)"
    same = "FILTER (?named_one = ?named_two) BIND (?named_one AS ?concept)"
    how = f"{{ {higher} }} UNION {{ {lower} }}" if hierarchy else same
    pairs = ask(
        store,
        f"""SELECT DISTINCT ?one ?two ?concept ?named_one ?named_two WHERE {{
            {{ {items_pattern("all", year, item="?a")} }}
            {{ {items_pattern("all", year, item="?b")} }}
            {falls_under(kind, "?one", item="?a")}
            {falls_under(kind, "?two", item="?b")}
            FILTER (STR(?one) < STR(?two))
            FILTER NOT EXISTS {{ ?one skos:broader* ?two }}
            FILTER NOT EXISTS {{ ?two skos:broader* ?one }}
            ?a {PROPERTIES[via]} ?named_one .
            ?b {PROPERTIES[via]} ?named_two .
            {how}
        }}""",
    )
    named: dict[tuple[str, str, str], set[str]] = {}
    for one, two, concept, named_one, named_two in pairs:
        seen = named.setdefault((str(one), str(two), str(concept)), set())
        seen |= {"one"} if named_one == concept else set()
        seen |= {"two"} if named_two == concept else set()
    ways = {
        frozenset({"one", "two"}): "same",
        frozenset({"one"}): "broader",
        frozenset({"two"}): "narrower",
    }
    return {(*pair, ways[frozenset(seen)]) for pair, seen in named.items()}


def shared(answer: Linkages) -> set[tuple[str, str, str, str]]:
    assert answer.pairs.total == len(answer.pairs.entries)
    return {
        (pair.left.iri, pair.right.iri, each.concept.iri, each.how)
        for pair in answer.pairs.entries
        for each in pair.shared
    }


@pytest.mark.parametrize("via", POLICY_VIA)
def test_projects_share_what_sparql_says(graph: Store, facts: FactTables, via: str) -> None:
    answer = linkages(facts, LinkageQuestion("project", "project", (via,), fiscal_year=2022))
    assert shared(answer) == shared_by_sparql(graph, "project", via, year=2022)


def test_the_same_concepts_are_those_of_the_stored_query(graph: Store, facts: FactTables) -> None:
    properties = " ".join(PROPERTIES[facet] for facet in POLICY_VIA)
    asked = {
        (str(one), str(two)): int(count or 0)
        for one, two, count in ask(
            graph,
            f"""SELECT ?one ?two (COUNT(*) AS ?shared) WHERE {{
                {{ SELECT DISTINCT ?one ?two ?facet ?concept WHERE {{
                    VALUES ?facet {{ {properties} }}
                    {{ {items_pattern("all", 2022, item="?a")} }}
                    {{ {items_pattern("all", 2022, item="?b")} }}
                    ?a mrd:inProject ?one ; ?facet ?concept .
                    ?b mrd:inProject ?two ; ?facet ?concept .
                    FILTER (STR(?one) < STR(?two))
                }} }}
            }} GROUP BY ?one ?two""",
        )
    }
    question = LinkageQuestion("project", "project", fiscal_year=2022, hierarchy=False)
    pairs = linkages(facts, question).pairs
    assert {(each.left.iri, each.right.iri): each.same for each in pairs.entries} == asked
    assert all(each.same == len(each.shared) for each in pairs.entries)
    assert len(asked) == 15
    least = sorted(asked.values())[len(asked) // 2]
    fewer = linkages(
        facts,
        LinkageQuestion("project", "project", fiscal_year=2022, hierarchy=False, min_shared=least),
    )
    assert fewer.pairs.total == sum(count >= least for count in asked.values())


def test_strength_is_the_sum_of_information(graph: Store, facts: FactTables) -> None:
    (every,) = ask(
        graph, f"SELECT (COUNT(DISTINCT ?item) AS ?n) WHERE {{ {items_pattern('all', 2022)} }}"
    )
    looked_at = int(every[0] or 0)
    under = {
        str(concept): int(count or 0)
        for concept, count in ask(
            graph,
            f"""SELECT ?c (COUNT(DISTINCT ?item) AS ?n) WHERE {{
                {{ {items_pattern("all", 2022)} }} {falls_under("phase", "?c")} }} GROUP BY ?c""",
        )
    }
    question = LinkageQuestion("project", "project", ("phase",), fiscal_year=2022)
    answer = linkages(facts, question)
    assert answer.pairs.entries
    for pair in answer.pairs.entries:
        strength = 0.0
        for each in pair.shared:
            assert each.named_by == under[each.concept.iri]
            bits = math.log2(looked_at / each.named_by)
            assert each.bits == pytest.approx(bits, abs=1e-5)
            strength += bits if each.how == "same" else bits / 2
        assert pair.strength == pytest.approx(strength, abs=1e-5)
    strengths = [pair.strength for pair in answer.pairs.entries]
    assert strengths == sorted(strengths, reverse=True)


def test_items_of_both_sides_and_their_evidence(graph: Store, facts: FactTables) -> None:
    question = LinkageQuestion("project", "project", ("disease-area",), fiscal_year=2022)
    cancer = f"{MRDS}disease-cancer"
    answer = linkages(facts, question, shown=20)
    found = 0
    for pair in answer.pairs.entries:
        for each in pair.shared:
            if each.concept.iri != cancer:
                continue
            found += 1
            for side, items, count in (
                (pair.left, each.left_items, each.left_count),
                (pair.right, each.right_items, each.right_count),
            ):
                asked = {
                    iri
                    for (iri,) in ask(
                        graph,
                        f"""SELECT DISTINCT ?item WHERE {{
                            ?item mrd:hasDiseaseArea/skos:broader* <{cancer}> ;
                                mrd:inProject <{side.iri}> .
                            {{ {items_pattern("all", 2022)} }} }}""",
                    )
                }
                assert set(items) == asked
                assert count == len(asked)
                assert all(answer.items[item].evidence for item in items)
    assert found >= 3


def test_lines_behind_a_pair_are_what_it_shares(facts: FactTables) -> None:
    question = LinkageQuestion("project", "project", fiscal_year=2022)
    pair = linkages(facts, question).pairs.entries[0]
    page = linkage_items(facts, question, pair.left.iri, pair.right.iri)
    assert page.next_offset is None
    counted = {each.concept.iri: (each.left_count, each.right_count) for each in pair.shared}
    found = {
        concept: tuple(
            sum(line.concept.iri == concept and line.side == side for line in page.entries)
            for side in ("left", "right")
        )
        for concept in {line.concept.iri for line in page.entries}
    }
    assert found == counted
    some = linkage_items(facts, question, pair.left.iri, pair.right.iri, offset=3, limit=2)
    assert some.entries == page.entries[3:5]
    assert some.total == page.total


def test_pages_of_pairs_make_up_the_whole(facts: FactTables) -> None:
    question = LinkageQuestion("disease-area", "modality", ("project",), fiscal_year=2022)
    whole = linkages(facts, question, limit=100, shown=0).pairs
    assert whole.total > 100
    paged = [
        pair
        for offset in (0, 40, 80)
        for pair in linkages(facts, question, offset=offset, limit=40, shown=0).pairs.entries
    ]
    assert tuple(paged[:100]) == whole.entries
    assert linkages(facts, question, offset=5000).pairs.total == whole.total


def test_pairs_of_one_thing(facts: FactTables) -> None:
    whole = linkages(facts, LinkageQuestion("project", "project", fiscal_year=2022)).pairs
    one = linkages(
        facts, LinkageQuestion("project", "project", fiscal_year=2022, thing="genome-data")
    ).pairs
    genome = kind_iri("prj", "genome-data")
    assert one.entries == tuple(
        pair for pair in whole.entries if genome in {pair.left.iri, pair.right.iri}
    )
    with pytest.raises(Problem) as caught:
        linkages(facts, LinkageQuestion("project", "project", thing="no-such"))
    assert caught.value.slug == "not-found"


def test_what_cannot_be_linked_is_refused(facts: FactTables) -> None:
    for question in (
        LinkageQuestion("project", "planet"),
        LinkageQuestion("project", "project", ("colour",)),
        LinkageQuestion("project", "theme", ("theme", "project")),
        LinkageQuestion("project", "project", min_shared=0),
        LinkageQuestion("project", "project", basis="guessed"),
    ):
        with pytest.raises(Problem) as caught:
            linkages(facts, question)
        assert caught.value.slug == "invalid-parameter"
    assert "status" not in VIA


def test_bridges_are_those_of_the_stored_query(graph: Store, facts: FactTables) -> None:
    properties = " ".join(PROPERTIES[facet] for facet in POLICY_VIA)
    asked: dict[str, set[str]] = {}
    for concept, project in ask(
        graph,
        f"""SELECT DISTINCT ?concept ?project WHERE {{
            VALUES ?facet {{ {properties} }}
            {{ {items_pattern("all", 2022)} }}
            ?item ?facet ?concept ; mrd:inProject ?project }}""",
    ):
        asked.setdefault(str(concept), set()).add(str(project))
    page = bridges(facts, BridgeQuestion(fiscal_year=2022, min_connected=3))
    assert {each.concept.iri: {one.iri for one in each.connected} for each in page.entries} == {
        concept: projects for concept, projects in asked.items() if len(projects) >= 3
    }
    counts = [len(each.connected) for each in page.entries]
    assert counts == sorted(counts, reverse=True)
    assert page.total == len(counts) > 3


def test_stated_links_are_told_apart_with_their_units(graph: Store, facts: FactTables) -> None:
    for relation, name in (("feeds-into", "feedsInto"), ("steered-by", "steeredBy")):
        asked = set(ask(graph, f"SELECT ?s ?t WHERE {{ ?s mrd:{name} ?t }}"))
        found = stated_links(facts, relation=relation)
        assert {(each.subject.iri, each.target.iri) for each in found.entries} == asked
        assert found.total == len(asked) > 5
        assert all(each.evidence for each in found.entries)
        beyond = stated_links(facts, relation=relation, offset=found.total)
        assert (beyond.entries, beyond.total) == ((), found.total)
    units = {
        (one, two): {unit for (unit,) in ask(
            graph,
            f"""SELECT ?unit WHERE {{ ?l mrd:linkageSource <{one}> ; mrd:linkageTarget <{two}> ;
                mrd:statedIn/mrd:unitId ?unit }}""",
        )}
        for one, two in ask(graph, "SELECT ?s ?t WHERE { ?s mrd:feedsInto ?t }")
    }  # fmt: skip
    for each in stated_links(facts, relation="feeds-into").entries:
        assert {cited.unit for cited in each.evidence} == units[each.subject.iri, each.target.iri]
    inferred = set(
        ask(
            graph,
            """PREFIX owl: <http://www.w3.org/2002/07/owl#>
            SELECT ?s ?t WHERE { ?axiom owl:annotatedProperty mrd:steeredBy ;
                owl:annotatedSource ?s ; owl:annotatedTarget ?t ;
                mrd:assertionBasis mrds:basis-inferred }""",
        )
    )
    assert inferred
    assert {
        (each.subject.iri, each.target.iri)
        for each in stated_links(facts, relation="steered-by").entries
        if each.inferred
    } == inferred


def test_stated_links_of_one_thing(facts: FactTables) -> None:
    everything = stated_links(facts).entries
    ends = {end.iri for each in everything for end in (each.subject, each.target)}
    for end in ends:
        assert {each.linkage for each in stated_links(facts, thing=end).entries} == {
            each.linkage for each in everything if end in (each.subject.iri, each.target.iri)
        }
    unlinked = "https://w3id.org/medrd-kg/schemes#technology-robotics"
    assert unlinked not in ends
    assert stated_links(facts, thing=unlinked).total == 0
    with pytest.raises(Problem, match=r"nothing is known of .*nonsense") as refused:
        stated_links(facts, thing="https://w3id.org/medrd-kg/id/project/nonsense")
    assert refused.value.slug == "not-found"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads())
def test_random_graphs_link_alike(graph: list[Quad]) -> None:
    with both(graph) as one:
        for kind, via in (("project", "disease-area"), ("modality", "disease-area")):
            for hierarchy in (True, False):
                question = LinkageQuestion(
                    kind, kind, (via,), fiscal_year=2022, hierarchy=hierarchy
                )
                answer = linkages(one.facts, question, limit=100)
                assert shared(answer) == shared_by_sparql(
                    one.store, kind, via, year=2022, hierarchy=hierarchy
                )
