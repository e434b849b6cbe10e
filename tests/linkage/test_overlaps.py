"""Overlaps from the tables equal what SPARQL says of the same graph."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad
from tests.linkage.asking import PROPERTIES, ask
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage.overlaps import OverlapQuestion, overlaps
from medrd_kg.linkage.projection import project
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, MRDS, graph_iri, kind_iri

Found = dict[str, dict[str, int | None]]
"""Programmes of each concept, with their yen."""


def overlaps_by_sparql(store: Store, facet: str, year: int, total: str, way: str) -> Found:
    """Return the programmes of each concept on which several ministries work.

    Args:
        store: The graph.
        facet: The facet of the concepts.
        year: The fiscal year.
        total: IRI of the total.
        way: The path from what a programme names to the concept.
    """
    under: Found = {}
    ministries: dict[str, set[str]] = {}
    for concept, programme, ministry in ask(
        store,
        f"""SELECT DISTINCT ?concept ?programme ?ministry WHERE {{
            ?programme a mrd:Programme ; mrd:administeredBy ?ministry ;
                {PROPERTIES[facet]}{way} ?concept .
            ?ministry a mrd:Ministry .
            ?figure mrd:forProgramme ?programme ; mrd:budgetStage ?stage ;
                mrd:fiscalYear <{kind_iri("fy", str(year))}> .
            FILTER (?stage != mrds:stage-request)
            FILTER NOT EXISTS {{ ?later mrd:supersedes ?figure }}
            FILTER EXISTS {{ ?other a mrd:Programme ; {PROPERTIES[facet]} ?concept }}
        }}""",
    ):
        under.setdefault(str(concept), {})[str(programme)] = None
        ministries.setdefault(str(concept), set()).add(str(ministry))
    named = {
        str(concept): {
            str(one)
            for (one,) in ask(store, f"SELECT ?p WHERE {{ ?p {PROPERTIES[facet]} <{concept}> }}")
        }
        for concept in under
    }
    yen = {
        str(programme): int(amount or 0)
        for programme, amount in ask(
            store,
            f"""SELECT ?p (SUM(?a) AS ?yen) WHERE {{ ?f mrd:forProgramme ?p ; mrd:amountJPY ?a ;
                mrd:additiveIn <{total}> }} GROUP BY ?p""",
        )
    }
    return {
        concept: {programme: yen.get(programme) for programme in programmes}
        for concept, programmes in under.items()
        if len(ministries[concept]) > 1 and named[concept] & set(programmes)
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads(), hierarchy=st.booleans())
def test_random_graphs_overlap_alike(graph: list[Quad], hierarchy: bool) -> None:
    with both(graph) as one:
        total = kind_iri("total", "fy2022")
        question = OverlapQuestion(2022, ("disease-area",), hierarchy=hierarchy)
        answer = overlaps(one.facts, question, limit=100)
        found = {
            each.concept.iri: {own.item.iri: own.amount for own in each.programmes}
            for each in answer.overlaps.entries
        }
        way = "/skos:broader*" if hierarchy else ""
        assert found == overlaps_by_sparql(one.store, "disease-area", 2022, total, way)
        for each in answer.overlaps.entries:
            amounts = [own.amount for own in each.programmes if own.amount is not None]
            assert each.amount == (sum(amounts) if amounts else None)
            assert len({one.iri for own in each.programmes for one in own.ministries}) > 1


@pytest.fixture(scope="module")
def tagged(graph: Store) -> list[Quad]:
    """Concepts for programmes of three ministries: the shipped ones name next to none."""
    disease, linked = NamedNode(f"{MRD}hasDiseaseArea"), NamedNode(graph_iri("linked"))
    tags = []
    for ministry, concept in (("mhlw", "cancer"), ("meti", "cancer"), ("mext", "infectious")):
        for number, (programme,) in enumerate(
            ask(
                graph,
                f"""SELECT DISTINCT ?p WHERE {{
                    ?p a mrd:Programme ; mrd:administeredBy <{kind_iri("org-", ministry)}> .
                    ?f mrd:forProgramme ?p ; mrd:additiveIn <{kind_iri("total", AMED)}> .
                }} ORDER BY ?p LIMIT 3""",
            )
        ):
            name = concept if number else "covid-19"
            value = NamedNode(f"{MRDS}disease-{name}")
            tags.append(Quad(NamedNode(str(programme)), disease, value, linked))
    return tags


AMED = "fy2022-initial-appropriation-amed"
NEEDED = (
    "#type",
    "#administeredBy",
    "#forProgramme",
    "#fiscalYear",
    "#yearNumber",
    "#budgetStage",
    "#level",
    "#perimeter",
    "#amountJPY",
    "#additiveIn",
    "#supersedes",
    "#broader",
)
"""Properties that overlaps depend on: a copy of these alone is made in seconds."""


def test_the_shipped_money_overlaps_once_it_is_tagged(
    graph: Store, tagged: list[Quad], tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = EmbeddedStore()
    assert isinstance(graph, EmbeddedStore)
    copy.insert(quad for quad in graph.quads() if quad.predicate.value.endswith(NEEDED))
    copy.insert(tagged)
    folder = tmp_path_factory.mktemp("tagged")
    project(copy, folder)
    facts = FactTables(folder)
    answer = overlaps(facts, OverlapQuestion(2022, ("disease-area",)))
    total = kind_iri("total", AMED)
    found = {
        each.concept.iri: {own.item.iri: own.amount for own in each.programmes}
        for each in answer.overlaps.entries
    }
    assert found == overlaps_by_sparql(copy, "disease-area", 2022, total, "/skos:broader*")
    covid = f"{MRDS}disease-covid-19"
    assert len(found[covid]) == 3
    assert all(amount for amount in found[covid].values())
    # COVID-19 lies below infectious diseases, which one programme names.
    assert set(found[covid]) < set(found[f"{MRDS}disease-infectious"])
    assert answer.total.amount == 125_144_000_000
    facts.close()


def test_what_cannot_overlap_is_refused(facts: FactTables) -> None:
    for question in (
        OverlapQuestion(2022, ("project",)),
        OverlapQuestion(2022, min_ministries=1),
        OverlapQuestion(1900),
    ):
        with pytest.raises(Problem) as caught:
            overlaps(facts, question)
        assert caught.value.slug == "invalid-parameter"
