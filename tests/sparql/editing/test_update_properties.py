"""Random updates of random data: our deltas do what the engine's own update does."""

from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from tests.sparql.editing.states import copy_of, engine_of, exact, filled, repeated, state, updated

from medrd_kg.problems import Problem
from medrd_kg.store.changes import Statements
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

PREFIX: Final = "PREFIX : <urn:n:> PREFIX x: <http://www.w3.org/2001/XMLSchema#>\n"
GRAPHS: Final = [f"urn:n:g{number}" for number in range(3)]

iris = st.sampled_from([NamedNode(f"urn:n:{letter}") for letter in "abc"])
predicates = st.sampled_from([NamedNode(f"urn:n:{letter}") for letter in "pq"])
nodes = st.sampled_from([BlankNode("f1"), BlankNode("f2")])
literals = st.sampled_from([Literal(1), Literal("x", language="ja"), Literal("}\n; #")])
terms = st.builds(Triple, iris | nodes, predicates, iris | literals)
places = st.sampled_from([*map(NamedNode, GRAPHS), DefaultGraph()])
quads = st.builds(Quad, iris | nodes, predicates, iris | nodes | literals | terms, places)
datasets = st.lists(quads, max_size=12)

written_iri = st.sampled_from([":a", ":b", "<urn:n:c>"])
written_literal = st.sampled_from(["1", "01", "1.0e6", "'x'@ja", "'''}\n; #'''", "'01'^^x:integer"])
written_predicate = st.sampled_from([":p", ":q"])
variables = st.sampled_from(["?s", "?p", "?o", "?z"])
graph_names = st.sampled_from([":g0", ":g1", ":g2"])


def joined(parts: Sequence[str]) -> str:
    return " . ".join(parts)


def triples(
    subjects: st.SearchStrategy[str],
    verbs: st.SearchStrategy[str],
    objects: st.SearchStrategy[str],
    graphs: st.SearchStrategy[str],
    *,
    named_only: bool = False,
) -> st.SearchStrategy[str]:
    """Return blocks of triples, some of them inside GRAPH."""
    triple = st.builds("{} {} {}".format, subjects, verbs, objects)
    listed = st.lists(triple, min_size=1, max_size=3).map(joined)
    inside = st.builds("GRAPH {} {{ {} }}".format, graphs, listed)
    blocks = inside if named_only else st.one_of(listed, inside)
    return st.lists(blocks, min_size=1, max_size=2).map(joined)


def term_of(
    subjects: st.SearchStrategy[str],
    verbs: st.SearchStrategy[str],
    objects: st.SearchStrategy[str],
) -> st.SearchStrategy[str]:
    return st.builds("<<( {} {} {} )>>".format, subjects, verbs, objects)


ground = written_iri | written_literal
fresh = st.sampled_from(["_:x", "_:y", "[]", "[ :q 1 ]", "( 1 :a )"])
named_fresh = st.sampled_from(["_:x", "_:y", "[]"])
any_verb = written_predicate | st.just("?p")
any_object = written_iri | written_literal | variables
any_graph = graph_names | st.just("?g")
bound_subject = written_iri | variables


def requests(*, named_only: bool) -> st.SearchStrategy[str]:
    """Return whole updates; with ``named_only`` nothing is written to the default graph."""

    def data(objects: st.SearchStrategy[str], subjects: st.SearchStrategy[str]) -> Texts:
        return triples(subjects, written_predicate, objects, graph_names, named_only=named_only)

    def template(objects: st.SearchStrategy[str], subjects: st.SearchStrategy[str]) -> Texts:
        return triples(subjects, any_verb, objects, any_graph, named_only=named_only)

    ends = graph_names if named_only else graph_names | st.just("DEFAULT")
    reified = term_of(bound_subject, any_verb, any_object)
    deleted = template(any_object | reified, bound_subject)
    inserted = template(any_object | reified | fresh, bound_subject | named_fresh)
    one_graph = st.sampled_from(["", "USING :g0", "USING NAMED :g1", "USING :g2 USING NAMED :g0"])
    more_graphs = st.sampled_from(["USING :g0 USING :g1", "USING :g0 USING :unknown USING :g2"])
    within = st.just("") if named_only else st.sampled_from(["", "WITH :g0", "WITH :unknown"])
    silent = st.sampled_from(["", "SILENT"])
    whole = ["NAMED"] if named_only else ["NAMED", "ALL", "DEFAULT"]
    operation = st.one_of(
        st.builds("INSERT DATA {{ {} }}".format, data(ground | fresh, written_iri | named_fresh)),
        st.builds("DELETE DATA {{ {} }}".format, data(ground, written_iri)),
        st.builds("DELETE WHERE {{ {} }}".format, deleted),
        st.builds("{} DELETE {{ {} }} {} {}".format, within, deleted, more_graphs, patterns),
        st.builds("{} INSERT {{ {} }} {} {}".format, within, inserted, one_graph, patterns),
        st.builds(
            "{} DELETE {{ {} }} INSERT {{ {} }} {} {}".format,
            within,
            deleted,
            inserted,
            one_graph,
            patterns,
        ),
        st.builds("CREATE {} GRAPH {}".format, silent, graph_names),
        st.builds(
            "{} {} {}".format,
            st.sampled_from(["CLEAR", "DROP"]),
            silent,
            st.builds("GRAPH {}".format, graph_names) | st.sampled_from(whole),
        ),
        # Copying a graph that is not there is a failure here, and none for the engine.
        st.builds(
            "CREATE SILENT GRAPH {1} ;\n{0} {2} {1} TO {3}".format,
            st.sampled_from(["COPY", "MOVE", "ADD"]),
            graph_names,
            silent,
            ends,
        ),
        st.builds(
            "{} DEFAULT TO {}".format,
            st.sampled_from(["COPY", "ADD"] if named_only else ["COPY", "ADD", "MOVE"]),
            graph_names,
        ),
    )
    return st.lists(operation, min_size=1, max_size=4).map(" ;\n".join)


Texts = st.SearchStrategy[str]

patterns = st.sampled_from(
    [
        "WHERE {}",
        "WHERE { ?s ?p ?o }",
        "WHERE { GRAPH ?g { ?s ?p ?o } }",
        "WHERE { GRAPH :g1 { ?s ?p ?o } OPTIONAL { GRAPH ?g { ?o ?p ?z } } }",
        "WHERE { { ?s :p ?o } UNION { GRAPH ?g { ?s ?p ?z } } FILTER(?s != :a) }",
        "WHERE { ?s ?p ?z BIND('01'^^x:integer AS ?o) BIND(BNODE() AS ?s2) }",
        "WHERE { ?s ?p ?x BIND(BNODE() AS ?o) BIND(:g2 AS ?g) }",
        "WHERE { ?s :p ?z FILTER NOT EXISTS { GRAPH :g0 { ?s :q ?o } } VALUES ?g { :g0 :g9 } }",
        "WHERE { SELECT ?s (COUNT(*) AS ?o) (:p AS ?p) (:g1 AS ?g) { ?s ?x ?y } GROUP BY ?s }",
        "WHERE { ?s ?p <<( ?z ?x ?o )>> }",
        "WHERE { ?o ?p ?s . ?s ?q ?z }",
    ]
)


DONE: Final = "done"
FAILED: Final = "a graph is missing, or exists already"
SHARED: Final = "a blank node stands in two blocks of data"


def by_engine(engine: ox.Store, text: str) -> str:
    """What comes of the engine's own update."""
    try:
        engine.update(PREFIX + text)
    except SyntaxError as error:
        if "cannot be shared" not in str(error):
            raise
        return SHARED
    except RuntimeError:
        return FAILED
    return DONE


def by_us(store: EmbeddedStore, text: str) -> str:
    """What comes of our update."""
    try:
        updated(store, PREFIX + text)
    except Problem as problem:
        if "two blocks of data" in problem.detail:
            return SHARED
        if problem.slug not in {"not-found", "graph-exists"}:
            raise
        return FAILED
    return DONE


@given(data=datasets, empty=st.sets(st.sampled_from(GRAPHS)), text=requests(named_only=False))
@settings(max_examples=400, deadline=None)
def test_a_delta_does_what_the_engine_does(data: list[Quad], empty: set[str], text: str) -> None:
    store = filled(data, sorted(empty))
    reference = engine_of(copy_of(store))
    outcome = by_engine(reference, text)
    assert by_us(store, text) == outcome
    if outcome == DONE:
        assert state(engine_of(store)) == state(reference)


def merge_of(engine: ox.Store) -> set[Quad]:
    return {
        Quad(q.subject, q.predicate, q.object) for q in engine if q.graph_name != DefaultGraph()
    }


def merged(engine: ox.Store) -> None:
    """Make the default graph the merge of the named graphs."""
    engine.clear_graph(DefaultGraph())
    engine.extend(merge_of(engine))


@given(data=datasets, text=requests(named_only=True))
@settings(max_examples=300, deadline=None)
def test_the_merge_stays_the_merge(data: list[Quad], text: str) -> None:
    store = filled((quad for quad in data if quad.graph_name != DefaultGraph()), union=True)
    reference = engine_of(copy_of(store))
    outcome = by_engine(ox.Store(), text)
    if outcome != SHARED:
        # The engine goes operation by operation, so that each sees the merge of its time.
        outcome = DONE
        for operation in text.split(" ;\n"):
            outcome = outcome if outcome == FAILED else by_engine(reference, operation)
            merged(reference)
    assert by_us(store, text) == outcome
    engine = engine_of(store)
    if outcome == DONE:
        assert state(engine) == state(reference)
        assert set(engine.quads_for_pattern(None, None, None, DefaultGraph())) == merge_of(engine)


@given(before=datasets, after=datasets, graphs=st.sets(st.sampled_from(GRAPHS)))
@settings(max_examples=100, deadline=None)
def test_a_delta_is_the_difference(before: list[Quad], after: list[Quad], graphs: set[str]) -> None:
    store = filled(before, sorted(graphs))
    copy = copy_of(store)
    changes = store.changes()
    everything = ox.Store()
    everything.extend(before + after)
    changes.remove(set(before) - set(after))
    changes.add(Statements.of(everything))
    changes.remove(set(before) - set(after))
    delta = changes.delta()
    assert set(delta.added_quads()) == set(after) - set(before)
    assert set(delta.removed_quads()) == set(before) - set(after)
    assert delta.size == len(set(after) ^ set(before))
    assert repeated(copy, delta) == exact(engine_of(store))


@given(garbage=st.binary(max_size=60), data=datasets)
@settings(max_examples=100, deadline=None)
def test_damaged_bytes_are_no_delta(garbage: bytes, data: list[Quad]) -> None:
    encoded = Delta.of(added=set(data), created=GRAPHS).encode()
    for damaged in (garbage, encoded[:-1], encoded + b"x"):
        try:
            Delta.decode(damaged)
        except ValueError:
            continue
        raise AssertionError(damaged)
