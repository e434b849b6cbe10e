"""The fact tables hold what the graph holds, always in the same bytes."""

import hashlib
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from pyoxigraph import NamedNode, Quad
from tests.linkage.asking import ask
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage.projection import project
from medrd_kg.linkage.single import FILE
from medrd_kg.linkage.table_names import TABLES
from medrd_kg.linkage.tables import FactTables
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, MRDS, PREFIXES, graph_iri, kind_iri


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_graph_gives_the_same_bytes(
    graph: Store, tables_folder: Path, tmp_path: Path
) -> None:
    rows = project(graph, tmp_path)
    assert set(rows) == set(TABLES)
    assert digests(tmp_path) == digests(tables_folder)
    assert set(digests(tmp_path)) == {*(f"{name}.parquet" for name in TABLES), FILE}


def test_an_empty_graph_has_empty_tables(tmp_path: Path) -> None:
    assert set(project(EmbeddedStore(), tmp_path).values()) == {0}


def test_every_item_is_there_with_its_labels(graph: Store, facts: FactTables) -> None:
    asked = set(
        ask(
            graph,
            """SELECT ?item ?ja WHERE {
                VALUES ?class { mrd:PriorityTopic mrd:ScopeItem mrd:Programme mrd:Indicator
                    mrd:ProgrammeEdition mrd:FundingFlow mrd:BudgetStatement }
                ?item a ?class ; rdfs:label ?ja FILTER (LANG(?ja) = "ja") }""",
        )
    )
    with facts.session() as session:
        assert set(session.rows("SELECT iri, label_ja FROM item")) == asked


def test_amounts_years_stages_and_levels(graph: Store, facts: FactTables) -> None:
    asked = set(
        ask(
            graph,
            """SELECT ?figure ?year ?amount (STRAFTER(STR(?s), "#stage-") AS ?stage)
                   (STRAFTER(STR(?l), "#level-") AS ?level)
            WHERE { ?figure mrd:amountJPY|mrd:nonAdditiveAmountJPY ?amount ; mrd:budgetStage ?s ;
                    mrd:level ?l ; mrd:fiscalYear/mrd:yearNumber ?year }""",
        )
    )
    with facts.session() as session:
        found = session.rows(
            """SELECT item.iri, figure.fiscal_year, amount, stage, level
               FROM figure JOIN item USING (item)"""
        )
        additive = session.rows("SELECT count(*), sum(amount) FROM figure WHERE additive")
    assert set(found) == asked
    assert additive == list(
        ask(graph, "SELECT (COUNT(*) AS ?n) (SUM(?a) AS ?s) WHERE { ?figure mrd:amountJPY ?a }")
    )


def test_text_with_commas_quotes_and_line_breaks_survives(tmp_path: Path) -> None:
    topic = kind_iri("topic", "t")
    label = 'a, "b"\r\nc\nd 「e」'
    lines = (
        f"<{topic}> a <{MRD}PriorityTopic> ; <{PREFIXES['rdfs']}label> "
         '"' + label.replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n") + '"@ja .'
    )  # fmt: skip
    file = tmp_path / "one.ttl"
    file.write_text(lines, encoding="utf-8")
    store = EmbeddedStore()
    store.bulk_load(file, graph=graph_iri("policy-fy2022"))
    project(store, tmp_path / "tables")
    with FactTables(tmp_path / "tables").session() as session:
        assert session.rows("SELECT iri, label_ja, label_en FROM item") == [(topic, label, None)]


def test_what_only_the_linker_states_is_computed(tmp_path: Path) -> None:
    topic, cancer = NamedNode(kind_iri("topic", "t")), NamedNode(f"{MRDS}disease-cancer")
    dementia = NamedNode(f"{MRDS}disease-dementia")
    disease = NamedNode(f"{MRD}hasDiseaseArea")
    policy, linked, inferred = (
        NamedNode(graph_iri(name)) for name in ("policy-fy2022", "linked", "inferred")
    )
    store = EmbeddedStore()
    store.insert(
        [
            Quad(
                topic, NamedNode(f"{PREFIXES['rdf']}type"), NamedNode(f"{MRD}PriorityTopic"), policy
            ),
            Quad(topic, disease, cancer, linked),
            Quad(topic, disease, cancer, inferred),
            Quad(topic, disease, dementia, linked),
            Quad(topic, disease, dementia, policy),
        ]
    )
    project(store, tmp_path)
    with FactTables(tmp_path).session() as session:
        found = session.rows(
            """SELECT concept.iri, basis FROM item_facet JOIN concept USING (concept)
               WHERE facet = 'disease-area'"""
        )
    assert set(found) == {(cancer.value, "computed"), (dementia.value, "stated")}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads())
def test_the_closure_is_that_of_a_property_path(graph: list[Quad]) -> None:
    with both(graph) as one, one.facts.session() as session:
        found = session.rows(
            """SELECT DISTINCT item.iri, concept.iri, direct
               FROM item_facet JOIN item USING (item) JOIN concept USING (concept)
               WHERE facet = 'disease-area'"""
        )
        assert {(item, concept) for item, concept, _ in found} == set(
            ask(one.store, "SELECT ?i ?c WHERE { ?i mrd:hasDiseaseArea/skos:broader* ?c }")
        )
        assert {(item, concept) for item, concept, direct in found if direct} == set(
            ask(one.store, "SELECT ?i ?c WHERE { ?i mrd:hasDiseaseArea ?c }")
        )
