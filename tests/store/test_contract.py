"""What every backend does: one suite, run on each."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from medrd_kg.store.base import Dataset, QueryFault, QueryForm, QueryResult, Store

BASE = "https://example.org/"
G1, G2, NOWHERE = f"{BASE}g1", f"{BASE}g2", f"{BASE}nowhere"
ALL = "SELECT ?x { ?x ?p ?o }"


def iri(name: str) -> NamedNode:
    return NamedNode(BASE + name)


def quad(subject: str, predicate: str, value: str, graph: str | None) -> Quad:
    """A statement: names become IRIs, ``_:x`` a blank node, ``'x'`` a literal."""
    return Quad(
        BlankNode(subject[2:]) if subject.startswith("_:") else iri(subject),
        iri(predicate),
        Literal(value[1:-1]) if value.startswith("'") else iri(value),
        DefaultGraph() if graph is None else iri(graph),
    )


def ask(
    store: Store, text: str, dataset: Dataset | None = None, base_iri: str | None = None
) -> QueryResult:
    """The answer to a query under the prefix ``:``."""
    return store.query(f"PREFIX : <{BASE}>\n{text}", dataset=dataset, base_iri=base_iri)


def column(
    store: Store, text: str, dataset: Dataset | None = None, base_iri: str | None = None
) -> list[str]:
    """Sorted values of the variable ``?x`` of a query, IRIs without their base."""
    found = []
    for row in ask(store, text, dataset, base_iri).rows():
        term = row["x"]
        assert isinstance(term, NamedNode | Literal)
        found.append(term.value.removeprefix(BASE))
    return sorted(found)


def count(store: Store, pattern: str, dataset: Dataset | None = None) -> int:
    """Number of solutions of a pattern, counted row by row."""
    return len(list(ask(store, f"SELECT * {{ {pattern} }}", dataset).rows()))


@pytest.fixture
def shared(store: Store) -> Store:
    """One triple in two graphs, and one more in each."""
    store.insert(
        [
            quad("both", "p", "o", "g1"),
            quad("both", "p", "o", "g2"),
            quad("first", "p", "o", "g1"),
            quad("second", "p", "o", "g2"),
        ]
    )
    return store


class TestDefaultGraph:
    """The default graph is the RDF merge of the named graphs, a set."""

    def test_a_triple_of_two_graphs_counts_once(self, shared: Store) -> None:
        assert column(shared, ALL) == ["both", "first", "second"]
        assert column(shared, "SELECT (COUNT(*) AS ?x) { ?s :p ?o }") == ["3"]

    def test_graph_patterns_see_each_graph(self, shared: Store) -> None:
        assert count(shared, "GRAPH ?g { ?s ?p ?o }") == 4
        assert column(shared, "SELECT DISTINCT ?x { GRAPH ?x { ?s ?p ?o } }") == ["g1", "g2"]

    def test_a_triple_leaves_with_its_last_graph(self, shared: Store) -> None:
        shared.remove([quad("both", "p", "o", "g1")])
        assert column(shared, ALL) == ["both", "first", "second"]
        shared.remove([quad("both", "p", "o", "g2")])
        assert column(shared, ALL) == ["first", "second"]

    def test_it_tells_whether_it_holds_a_triple(self, shared: Store) -> None:
        assert shared.holds(Triple(iri("both"), iri("p"), iri("o")))
        assert not shared.holds(Triple(iri("absent"), iri("p"), iri("o")))

    def test_removing_what_is_absent_changes_nothing(self, shared: Store) -> None:
        shared.remove([quad("both", "p", "o", "g3"), quad("absent", "p", "o", "g1")])
        assert column(shared, ALL) == ["both", "first", "second"]

    def test_inserting_twice_changes_nothing(self, shared: Store) -> None:
        shared.insert([quad("both", "p", "o", "g1")])
        assert shared.statistics().graphs == {G1: 2, G2: 2}

    def test_the_merge_cannot_be_written(self, shared: Store) -> None:
        with pytest.raises(ValueError, match="merge of the named graphs"):
            shared.insert([quad("new", "p", "o", "g1"), quad("x", "p", "o", None)])
        with pytest.raises(ValueError, match="merge of the named graphs"):
            shared.remove([quad("both", "p", "o", None)])
        assert column(shared, ALL) == ["both", "first", "second"]

    def test_a_plain_dataset_has_its_own_default_graph(
        self, make_store: Callable[..., Store]
    ) -> None:
        plain = make_store(union_default_graph=False)
        plain.insert([quad("named", "p", "o", "g1"), quad("unnamed", "p", "o", None)])
        assert column(plain, ALL) == ["unnamed"]
        plain.remove([quad("unnamed", "p", "o", None)])
        assert column(plain, ALL) == []
        assert count(plain, "GRAPH ?g { ?s ?p ?o }") == 1

    def test_blank_nodes_join_across_the_merge(self, store: Store) -> None:
        store.insert([quad("_:b", "p", "o", "g1"), quad("_:b", "q", "'v'", "g2")])
        assert column(store, "SELECT ?x { ?s :p ?o ; :q ?x }") == ["v"]


class TestDatasets:
    """Explicit datasets are honoured exactly."""

    def test_default_graphs_of_the_request(self, shared: Store) -> None:
        assert column(shared, ALL, dataset=Dataset(default_graphs=(G1,))) == ["both", "first"]

    def test_several_default_graphs_are_merged_as_a_set(self, shared: Store) -> None:
        shared.insert([quad("third", "p", "o", "g3")])
        merged = Dataset(default_graphs=(G1, G2))
        assert column(shared, ALL, dataset=merged) == ["both", "first", "second"]
        text = "SELECT ?x FROM :g1 FROM :g2 { ?x ?p ?o }"
        assert column(shared, text) == ["both", "first", "second"]

    def test_a_merge_of_all_graphs_keeps_the_named_ones_apart(self, shared: Store) -> None:
        text = "SELECT ?x FROM :g1 FROM :g2 { ?x ?p ?o }"
        assert column(shared, text) == ["both", "first", "second"]
        inside = "SELECT ?x FROM :g1 FROM :g2 { GRAPH ?x { ?s ?p ?o } }"
        assert column(shared, inside) == []

    def test_a_merge_follows_the_store(self, shared: Store) -> None:
        shared.insert([quad("third", "p", "o", "g3")])
        text = "SELECT ?x FROM :g1 FROM :g2 { ?x ?p ?o }"
        assert "late" not in column(shared, text)
        shared.insert([quad("late", "p", "o", "g1")])
        assert "late" in column(shared, text)
        shared.remove([quad("late", "p", "o", "g1")])
        assert "late" not in column(shared, text)

    def test_the_same_graph_twice_is_one_graph(self, shared: Store) -> None:
        text = "SELECT ?x FROM :g1 FROM :g1 { ?x ?p ?o }"
        assert column(shared, text) == ["both", "first"]

    def test_an_unknown_graph_is_empty(self, shared: Store) -> None:
        assert column(shared, ALL, dataset=Dataset(default_graphs=(NOWHERE,))) == []
        assert column(shared, ALL, dataset=Dataset(default_graphs=(NOWHERE, G1))) == [
            "both",
            "first",
        ]
        named = Dataset(named_graphs=(NOWHERE,))
        assert count(shared, "GRAPH ?g { ?s ?p ?o }", dataset=named) == 0

    def test_named_graphs_alone_leave_the_default_graph_empty(self, shared: Store) -> None:
        named = Dataset(named_graphs=(G1,))
        assert column(shared, ALL, dataset=named) == []
        assert column(shared, "SELECT ?x { GRAPH ?g { ?x ?p ?o } }", dataset=named) == [
            "both",
            "first",
        ]
        assert column(shared, "SELECT ?x FROM NAMED :g1 { ?x ?p ?o }") == []

    def test_default_graphs_alone_leave_no_named_graphs(self, shared: Store) -> None:
        dataset = Dataset(default_graphs=(G1,))
        assert count(shared, "GRAPH ?g { ?s ?p ?o }", dataset=dataset) == 0

    def test_merged_default_and_named_graphs_together(self, shared: Store) -> None:
        shared.insert([quad("third", "p", "o", "g3")])
        text = (
            "SELECT ?x FROM :g1 FROM :g2 FROM NAMED :g2 "
            "{ ?x :p :o MINUS { GRAPH ?g { ?x :p :o } } }"
        )
        assert column(shared, text) == ["first"]

    def test_the_request_overrides_the_query(self, shared: Store) -> None:
        for clauses in ("FROM :g1", "FROM :g1 FROM :g2", "FROM NAMED :g1"):
            text = f"SELECT ?x {clauses} {{ ?x ?p ?o }}"
            one = Dataset(default_graphs=(G2,))
            assert column(shared, text, dataset=one) == ["both", "second"]
            two = Dataset(default_graphs=(G2, NOWHERE))
            assert column(shared, text, dataset=two) == ["both", "second"]

    def test_names_in_from_are_resolved_like_the_rest(self, shared: Store) -> None:
        text = (
            "PREFIX e: <https://example.org/g> BASE <https://example.org/a/b> "
            "SELECT ?x FROM e:1 FROM <../g\\u0032> { ?x ?p ?o }"
        )
        assert column(shared, text) == ["both", "first", "second"]
        relative = "SELECT ?x FROM <g1> FROM <nowhere> { ?x ?p ?o }"
        assert column(shared, relative, base_iri=BASE) == ["both", "first"]

    def test_from_elsewhere_is_no_dataset(self, shared: Store) -> None:
        text = (
            "# FROM :g1\n"
            f'SELECT ?x {{ ?x ?p ?o FILTER("FROM <{G1}>" != ?p) BIND(1 AS ?FROM) }} # FROM <{G2}>'
        )
        assert column(shared, text) == ["both", "first", "second"]

    def test_every_form_honours_from(self, shared: Store) -> None:
        shared.insert([quad("third", "p", "o", "g3")])
        assert ask(shared, "ASK FROM :g1 FROM :g2 { :third ?p ?o }").boolean() is False
        assert ask(shared, "ASK FROM :g1 FROM :g3 { :third ?p ?o }").boolean() is True
        construct = ask(shared, "CONSTRUCT FROM :g1 FROM :g2 WHERE { ?s ?p ?o }")
        assert len(list(construct.triples())) == 3
        assert list(ask(shared, "DESCRIBE :third FROM :g1 FROM :g2").triples()) == []


class TestFaults:
    """A query at fault is told where, and ends no process."""

    @pytest.mark.parametrize(
        ("text", "line", "column", "said"),
        [
            ("SELECT * WHERE { ?s ?p }", 1, 24, "'}' cannot stand here"),
            ("SELECT * {\n ?s ?p ?o\n FILTER(foo(?s)) }", 3, 9, "'foo'"),
            ("SELECT * { ?s ?p ?o", 1, 20, "ends too early"),
            ("SELECT * {\n  foo:bar a ?x }", 2, 3, "prefix foo: is not declared"),
            ("SELECT * { <rel> ?p ?o }", 1, 12, "relative IRI"),
            ("SELECT * FROM <a b> { }", 1, 15, "no IRI"),
            ("SELECT * FROM <urn:a> FROM x:b { }", 1, 28, "prefix x: is not declared"),
            ("SELECT * FROM <urn:a> FROM <urn:b>\n{ ?s ?p }", 2, 9, "'}'"),
            ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", 1, 41, "unbound"),
            ("SELECT ?x {\n 日本 }", 2, 2, "'日本'"),
            ('SELECT * { ?s ?p "abc }', 1, 18, "string has no end"),
            ("INSERT DATA { }", 1, 1, "'INSERT'"),
            ("", 1, 1, "ends too early"),
        ],
    )
    def test_a_fault_says_where(
        self, store: Store, text: str, line: int, column: int, said: str
    ) -> None:
        with pytest.raises(QueryFault, match=said) as caught:
            store.query(text)
        assert (caught.value.line, caught.value.column) == (line, column)

    @pytest.mark.parametrize(
        "text",
        [
            "SELECT * " + "{" * 50_000 + "}" * 50_000,
            "SELECT * { FILTER(" + "(" * 50_000 + "1" + ")" * 50_000 + ") }",
            "SELECT * { FILTER(" + "&&".join("1" * 50_000) + ") }",
            "SELECT * { ?s " + "/".join(["<urn:p>"] * 50_000) + " ?o }",
            "SELECT * { " + "?s ?p ?o . " * 50_000 + "}",
            "SELECT * { ?s ?p " + "<< ?s ?p " * 50_000 + "1" + " >>" * 50_000 + " }",
            "SELECT * { " + "FILTER(1)" * 50_000 + "}",
        ],
        ids=["groups", "brackets", "conjunction", "path", "triples", "terms", "filters"],
    )
    def test_excessive_queries_are_refused(self, store: Store, text: str) -> None:
        with pytest.raises(QueryFault, match="at most"):
            store.query(text)

    def test_long_inline_data_pass(self, store: Store) -> None:
        values = " ".join(str(-n) for n in range(50_000))
        assert count(store, f"VALUES ?x {{ {values} }}") == 50_000

    def test_the_fault_of_a_very_long_query_is_told_roughly(self, store: Store) -> None:
        text = f"SELECT * {{\n VALUES ?x {{ {'1 ' * 100_000} }}\n ?s ?p }}"
        with pytest.raises(QueryFault, match="near here") as caught:
            store.query(text)
        assert caught.value.line == 3
        assert caught.value.column is not None

    def test_an_unknown_function_is_a_fault(self, store: Store) -> None:
        with pytest.raises(QueryFault, match="function"):
            ask(store, "SELECT (:unknown(1) AS ?x) { }")

    def test_a_bad_name_in_the_request_is_a_fault(self, store: Store) -> None:
        with pytest.raises(QueryFault):
            store.query(ALL, dataset=Dataset(default_graphs=("no iri",)))


class TestResults:
    """Answers in every form and format."""

    @pytest.fixture
    def filled(self, store: Store) -> Store:
        store.insert([quad("s", "p", "'見出し, \"a\"'", "g1")])
        return store

    def test_rows_leave_unbound_variables_out(self, filled: Store) -> None:
        result = filled.query("SELECT ?s ?none ?o { ?s ?p ?o }")
        assert result.form == QueryForm.SELECT
        assert list(result.variables) == ["s", "none", "o"]
        assert list(result.rows()) == [{"s": iri("s"), "o": Literal('見出し, "a"')}]

    @pytest.mark.parametrize(
        "text",
        [
            "SELECT * { ?s ?p ?o BIND(1 AS ?a) }",
            "select DISTINCT*{ ?s ?p ?o BIND(1 AS ?a) }",
            "# SELECT ?x\nSELECT REDUCED * FROM :g1 { $s $p ?o { SELECT * { BIND(1 AS ?a) } } }",
            "SELECT * FROM :g1 FROM :g2 { ?s ?p ?o BIND(1 AS ?a) FILTER EXISTS { ?s ?hidden ?o } }",
        ],
    )
    def test_columns_come_in_the_order_of_the_query(self, filled: Store, text: str) -> None:
        filled.insert([quad("s", "p", "o", "g2")])
        answer = ask(filled, text)
        assert list(answer.variables) == ["s", "p", "o", "a"]
        rows = list(answer.rows())
        assert rows
        assert all(list(row) == ["s", "p", "o", "a"] for row in rows)

    def test_a_selection_of_nothing_is_empty(self, filled: Store) -> None:
        assert ask(filled, "SELECT * { }").variables == []
        assert list(ask(filled, "SELECT * { }").rows()) == [{}]
        assert ask(filled, "SELECT (1 * 2 AS ?x) { ?a ?b ?c }").variables == ["x"]

    def test_json(self, filled: Store) -> None:
        written = filled.query("SELECT ?o { ?s ?p ?o }").serialise(
            "application/sparql-results+json"
        )
        assert json.loads(written) == {
            "head": {"vars": ["o"]},
            "results": {"bindings": [{"o": {"type": "literal", "value": '見出し, "a"'}}]},
        }

    def test_csv_and_tsv(self, filled: Store) -> None:
        text = "SELECT ?o { ?s ?p ?o }"
        assert filled.query(text).serialise("text/csv").decode() == 'o\r\n"見出し, ""a"""\r\n'
        tsv = filled.query(text).serialise("text/tab-separated-values").decode()
        assert tsv == '?o\n"見出し, \\"a\\""\n'

    def test_xml(self, filled: Store) -> None:
        written = filled.query("ASK { ?s ?p ?o }").serialise("application/sparql-results+xml")
        assert b"<boolean>true</boolean>" in written

    def test_boolean(self, filled: Store) -> None:
        result = filled.query("ASK { ?s ?p ?o }")
        assert result.form == QueryForm.ASK
        assert result.variables == []
        assert result.boolean() is True

    @pytest.mark.parametrize(
        ("media_type", "parser"),
        [
            ("text/turtle", "turtle"),
            ("application/n-triples", "nt"),
            ("application/rdf+xml", "xml"),
            ("application/ld+json", "json-ld"),
            ("application/trig", "trig"),
            ("application/n-quads", "nquads"),
        ],
    )
    def test_graphs_read_back_by_another_parser(
        self, filled: Store, media_type: str, parser: str
    ) -> None:
        result = filled.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert result.form == QueryForm.GRAPH
        written = result.serialise(media_type, {"ex": BASE})
        read = rdflib.Dataset(default_union=True)
        read.parse(data=written.decode(), format=parser)
        expected = (
            rdflib.URIRef(f"{BASE}s"),
            rdflib.URIRef(f"{BASE}p"),
            rdflib.Literal('見出し, "a"'),
        )
        assert [(s, p, o) for s, p, o, _ in read.quads()] == [expected]

    def test_prefixes_shorten_turtle(self, filled: Store) -> None:
        written = filled.query("CONSTRUCT WHERE { ?s ?p ?o }").serialise(
            "text/turtle", {"ex": BASE}
        )
        assert b"ex:s ex:p" in written

    def test_a_graph_is_a_set(self, filled: Store) -> None:
        filled.insert([quad("s", "p", "'b'", "g2"), quad("s", "q", "'b'", "g2")])
        result = ask(filled, "CONSTRUCT { :x :y 1 } WHERE { ?s ?p ?o }")
        assert len(list(result.triples())) == 1

    def test_a_format_must_fit_the_form(self, filled: Store) -> None:
        with pytest.raises(ValueError, match="no format of select answers"):
            filled.query("SELECT * { }").serialise("text/turtle")
        with pytest.raises(ValueError, match="no format of graphs"):
            filled.query("CONSTRUCT WHERE { ?s ?p ?o }").serialise("text/csv")

    def test_rdf_xml_refuses_what_it_cannot_say(self, store: Store) -> None:
        store.insert([quad("s", "p/1", "o", "g1")])
        result = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
        with pytest.raises(ValueError, match="RDF/XML cannot express"):
            result.serialise("application/rdf+xml")

    def test_an_answer_of_another_form_is_an_error(self, filled: Store) -> None:
        with pytest.raises(TypeError):
            list(filled.query("ASK { }").rows())
        with pytest.raises(TypeError):
            filled.query("SELECT * { }").boolean()
        with pytest.raises(TypeError):
            list(filled.query("SELECT * { }").triples())

    def test_another_thread_gets_an_error_instead_of_a_crash(self, filled: Store) -> None:
        result = filled.query("SELECT ?o { ?s ?p ?o }")
        caught: list[BaseException] = []

        def read() -> None:
            try:
                result.serialise("text/csv")
            except RuntimeError as error:
                caught.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        assert [str(error) for error in caught] == [
            "a query's answer must be read in the thread that asked it"
        ]


class TestLoading:
    """Files enter named graphs."""

    TURTLE = "@prefix : <https://example.org/> . :s :p [ :q 'v' ] ."

    def test_a_file_enters_its_graph_and_the_merge(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "a.ttl"
        path.write_text(self.TURTLE, encoding="utf-8")
        store.bulk_load(path, graph=G1)
        assert count(store, "?s :p/:q ?v . GRAPH :g1 { ?s :p/:q ?v }") == 1
        assert store.statistics().triples == 2

    def test_blank_nodes_of_two_files_stay_apart(self, store: Store, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / f"{name}.ttl").write_text(f"_:same <x:p> '{name}' .", encoding="utf-8")
            store.bulk_load(tmp_path / f"{name}.ttl", graph=G1)
        assert column(store, "SELECT DISTINCT (COUNT(DISTINCT ?s) AS ?x) { ?s ?p ?o }") == ["2"]

    def test_quads_keep_their_graphs(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "a.nq"
        path.write_text(
            "".join(f"<x:s> <x:p> <x:o> <{graph}> .\n" for graph in (G1, G2)),
            encoding="utf-8",
        )
        store.bulk_load(path)
        statistics = store.statistics()
        assert (statistics.triples, statistics.graphs) == (1, {G1: 1, G2: 1})
        assert {q.graph_name for q in store.quads()} == {NamedNode(G1), NamedNode(G2)}
        assert len(list(store.quads(G1))) == 1
        assert sorted(store.graphs()) == [G1, G2]
        with pytest.raises(ValueError, match="names graphs itsel"):
            store.bulk_load(path, graph=G1)

    def test_a_broken_file_is_reported(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "a.ttl"
        path.write_text("<urn:a> <urn:b> .", encoding="utf-8")
        with pytest.raises(SyntaxError):
            store.bulk_load(path, graph=G1)
        other = tmp_path / "a.unknown"
        other.touch()
        with pytest.raises(ValueError, match="no suffix of an RDF format"):
            store.bulk_load(other, graph=G1)


def test_a_closed_store_answers_no_more(make_store: Callable[..., Store]) -> None:
    store = make_store()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.query("ASK { }")
