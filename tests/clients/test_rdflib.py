"""rdflib's own stores and parsers against the real server."""

import urllib.error
from collections.abc import Iterator

import pytest
from rdflib import RDF, RDFS, Dataset, Graph, Literal, Namespace, URIRef, Variable
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

EX = Namespace("http://example.org/")
MRD = Namespace("https://w3id.org/medrd-kg/core#")
DRUGS = URIRef("https://w3id.org/medrd-kg/id/project/drugs")
NAMED = URIRef("http://example.org/研究")
LABEL = Literal("医薬品", lang="ja")


@pytest.fixture
def store(empty: str, bearer: str) -> Iterator[SPARQLUpdateStore]:
    found = SPARQLUpdateStore(
        query_endpoint=f"{empty}/sparql",
        update_endpoint=f"{empty}/update",
        headers={"Authorization": bearer},
    )
    yield found
    found.close()


def test_a_graph_is_written_and_read(store: SPARQLUpdateStore) -> None:
    graph = Graph(store, identifier=NAMED)
    graph.add((EX.s, RDFS.label, LABEL))
    graph.addN((EX.s, EX.p, Literal(number), graph) for number in range(3))
    assert len(graph) == 4
    assert graph.value(EX.s, RDFS.label) == LABEL
    assert set(graph.objects(EX.s, EX.p)) == {Literal(0), Literal(1), Literal(2)}
    graph.remove((EX.s, EX.p, None))
    assert set(graph) == {(EX.s, RDFS.label, LABEL)}


def test_a_dataset_has_its_graphs(store: SPARQLUpdateStore) -> None:
    dataset = Dataset(store)
    named = dataset.graph(NAMED)
    named.add((EX.s, EX.p, EX.o))
    store.update("INSERT DATA { <urn:d> <urn:p> 1 }")
    assert NAMED in {each.identifier for each in dataset.graphs()}
    assert set(named) == {(EX.s, EX.p, EX.o)}
    default = Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)
    assert set(default) == {(URIRef("urn:d"), URIRef("urn:p"), Literal(1))}
    dataset.remove_graph(named)
    assert len(dataset.graph(NAMED)) == 0


def test_updates_are_sent_together(empty: str, bearer: str) -> None:
    store = SPARQLUpdateStore(
        f"{empty}/sparql",
        f"{empty}/update",
        autocommit=False,
        dirty_reads=True,
        headers={"Authorization": bearer},
    )
    graph = Graph(store, identifier=NAMED)
    graph.add((EX.s, EX.p, EX.one))
    graph.add((EX.s, EX.p, EX.two))
    assert len(graph) == 0
    store.commit()
    assert len(graph) == 2


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("return_format", ["xml", "json", "csv", "tsv"])
def test_queries_by_every_method_and_format(
    store: SPARQLUpdateStore, empty: str, method: str, return_format: str
) -> None:
    store.update("INSERT DATA { <http://example.org/s> <http://example.org/p> '医' , <urn:o> }")
    reader = SPARQLStore(f"{empty}/sparql", method=method, returnFormat=return_format)
    rows = reader.query("SELECT ?o WHERE { ?s ?p ?o } ORDER BY ISIRI(?o)")
    assert [str(row[Variable("o")]) for row in rows.bindings] == ["医", "urn:o"]


def test_asking_and_constructing(store: SPARQLUpdateStore, empty: str) -> None:
    store.update("INSERT DATA { <http://example.org/s> <http://example.org/p> <urn:o> }")
    reader = SPARQLStore(f"{empty}/sparql")
    assert reader.query("ASK { ?s ?p ?o }").askAnswer is True
    built = reader.query("CONSTRUCT WHERE { ?s ?p ?o }").graph
    assert built is not None
    assert set(built) == {(EX.s, EX.p, URIRef("urn:o"))}


def test_writing_without_the_token_is_refused(empty: str) -> None:
    store = SPARQLUpdateStore(f"{empty}/sparql", f"{empty}/update")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        Graph(store, identifier=NAMED).add((EX.s, EX.p, EX.o))


def test_things_are_parsed_from_their_addresses(server: str) -> None:
    thing = Graph().parse(f"{server}/id/project/drugs")
    assert (DRUGS, RDF.type, MRD.IntegratedProject) in thing
    for path in ("/ontology", "/core"):
        assert (MRD.IntegratedProject, RDF.type, None) in Graph().parse(f"{server}{path}")


def test_the_shipped_graph_is_read_through_the_store(server: str) -> None:
    graph = Graph(SPARQLStore(f"{server}/sparql"))
    assert (DRUGS, RDF.type, MRD.IntegratedProject) in graph
    labels = list(graph.objects(DRUGS, RDFS.label))
    assert {each.language for each in labels if isinstance(each, Literal)} == {"en", "ja"}
