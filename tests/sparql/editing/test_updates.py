"""What updates do, refuse and say; numbers and names chosen by hand."""

from dataclasses import dataclass

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, Triple
from tests.sparql.editing.states import BASE, engine_of, filled, updated

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing import Load, documents_to_load
from medrd_kg.store.base import Dataset
from medrd_kg.store.embedded import EmbeddedStore

A, B, P = NamedNode("urn:a"), NamedNode("urn:b"), NamedNode("urn:p")
G, H = NamedNode("urn:g"), NamedNode("urn:h")


@dataclass(frozen=True)
class Fetched:
    """A document that the gateway fetched."""

    iri: str
    media_type: str
    content: bytes


def refusal(text: str, store: EmbeddedStore | None = None, **given: object) -> Problem:
    with pytest.raises(Problem) as raised:
        updated(store or filled([]), text, **given)  # type: ignore[arg-type]
    return raised.value


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("INSERT DATA { <a> <b> 1 } ;\n INSERT DATA {\n <a> <b> ] }", 3, 10, "]"),
        ("INSERT DATA { <a> <b> 1 } ;\n CLEAR GRAPH", 2, 13, "ends too early"),
        ("PREFIX : <urn:>\nINSERT DATA { :a :b 1 } ;\nDELETE { x:a :b 1 } WHERE {}", 3, 10, "x:"),
        ("CLEAR ALL ;; CLEAR ALL", 1, 12, ";"),
        ("CLEAR ALL ;\n PREFIX : <urn:> ;\n CLEAR ALL", 2, 18, ";"),
        ("CLEAR ALL CLEAR ALL", 1, 11, "CLEAR"),
        ("DELETE DATA { <a> <b> _:x }", 1, 23, "blank nodes"),
        ("DELETE DATA { <a> <b> 1 ;\n <c> [] }", 2, 6, "blank nodes"),
        ("DELETE { ?s ?p\n [] } WHERE { ?s ?p [] }", 2, 2, "blank nodes"),
        ("DELETE WHERE { ?s ?p _:x }", 1, 22, "blank nodes"),
        ("INSERT DATA { _:x <b> 1 } ; INSERT DATA { <a> <b> '_:x',\n _:x }", 2, 2, "_:x"),
        ("\n SELECT * { ?s ?p ?o }", 2, 2, "SELECT begins a query"),
        ("INSERT DATA { ?s <b> 1 }", 1, 15, "?s"),
        ("INSERT { <a> <b> 'x }\n WHERE {}", 1, 18, "string has no end"),
        ("INSERT DATA { <a> <b> 'x }", 1, 23, "string has no end"),
    ],
)
def test_faults_have_their_place(text: str, line: int, column: int, word: str) -> None:
    problem = refusal(text)
    assert problem.slug == "malformed-query"
    assert word in problem.detail
    assert (problem.extra["line"], problem.extra["column"]) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "INSERTDATA { <a> <b> 1 }",
        "CLEARALL",
        "DROP SILENTGRAPH <a>",
        "INSERT { <a> <b> 1 } USINGNAMED <g> WHERE {}",
        "PREFIX x: <urn:> INSERT { <a> <b> 1 } USINGx:g WHERE {}",
        "LOAD <a> INTOGRAPH <b>",
        "PREFIX x: <urn:> WITHx:g DELETE { <a> <b> 1 } WHERE {}",
        "DELETEWHERE { <a> <b> 1 }",
    ],
)
def test_keywords_stand_apart(text: str) -> None:
    problem = refusal(text)
    assert problem.slug == "malformed-query"
    assert problem.extra["line"] == 1


def test_declarations_hold_from_where_they_stand() -> None:
    store = filled([])
    updated(
        store,
        "PREFIX : <urn:> INSERT DATA { GRAPH :g { :a :p :b } } ;\n"
        "BASE <http://b/> PREFIX x: <c/> INSERT DATA { GRAPH :g { x:d :p <e> } } ;\n"
        "PREFIX : <urn:h:> INSERT DATA { GRAPH :g { x:d :p <urn:b> } } ; ",
    )
    p = NamedNode("urn:h:p")
    assert set(engine_of(store)) == {
        Quad(A, P, B, G),
        Quad(NamedNode("http://b/c/d"), P, NamedNode("http://b/e"), G),
        Quad(NamedNode("http://b/c/d"), p, B, NamedNode("urn:h:g")),
    }


def test_nothing_changes_for_what_was_there_or_goes_again() -> None:
    store = filled([Quad(A, P, B, G)])
    delta = updated(
        store,
        "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> <urn:b> } GRAPH <urn:h> { <a> <b> 1 } } ;"
        "DELETE DATA { GRAPH <urn:h> { <a> <b> 1.0 } } ; DROP GRAPH <urn:h> ;"
        "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p ?o } }"
        "WHERE { GRAPH ?g { ?s ?p ?o } }",
    )
    assert delta.added == b""
    assert delta.removed == b""
    assert delta.created == ()
    assert delta.is_empty


def test_spellings_of_one_number_are_one_statement() -> None:
    store = filled([])
    updated(store, "INSERT DATA { <urn:a> <urn:p> 01, 1, 1.0e0, 10e-1 }")
    delta = updated(
        store,
        "DELETE { <urn:a> <urn:p> ?n } WHERE { BIND(STRDT('0001',"
        " <http://www.w3.org/2001/XMLSchema#integer>) AS ?n) } ;"
        "INSERT DATA { <urn:a> <urn:p> +1 }",
    )
    assert delta.is_empty
    assert len(engine_of(store)) == 2


def test_templates_carry_reified_triples() -> None:
    store = filled([Quad(A, P, B)])
    updated(
        store,
        "INSERT { GRAPH <urn:g> { << ?s ?p ?o >> <urn:p> <<( ?s ?p <<( ?o ?p _:x )>> )>>, _:x } }"
        " WHERE { ?s ?p ?o }",
    )
    inserted = list(engine_of(store).quads_for_pattern(None, None, None, G))
    reifier = next(quad.subject for quad in inserted)
    nodes = {quad.object for quad in inserted if isinstance(quad.object, BlankNode)}
    assert isinstance(reifier, BlankNode)
    (x,) = nodes
    assert isinstance(x, BlankNode)
    reifies = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies")
    assert set(inserted) == {
        Quad(reifier, reifies, Triple(A, P, B), G),
        Quad(reifier, P, Triple(A, P, Triple(B, P, x)), G),
        Quad(reifier, P, x, G),
    }


def test_each_solution_has_blank_nodes_of_its_own() -> None:
    store = filled([Quad(A, P, A), Quad(A, P, B)])
    delta = updated(store, "INSERT { _:x <urn:q> ?o ; <urn:q> _:x } WHERE { ?s ?p ?o }")
    subjects = {quad.subject for quad in delta.added_quads()}
    assert len(subjects) == 2
    assert delta.size == 4


class TestUnionDefaultGraph:
    """The unnamed graph is the merge of the named graphs."""

    @pytest.mark.parametrize(
        "text",
        [
            "INSERT DATA { <urn:a> <urn:p> 1 }",
            "DELETE DATA { <urn:a> <urn:p> <urn:b> }",
            "DELETE WHERE { ?s ?p ?o }",
            "CLEAR DEFAULT",
            "DROP SILENT DEFAULT",
            "COPY <urn:g> TO DEFAULT",
            "MOVE DEFAULT TO <urn:x>",
            "LOAD <urn:x>",
        ],
    )
    def test_it_is_read_only(self, text: str) -> None:
        store = filled([Quad(A, P, B, G)], union=True)
        problem = refusal(text, store)
        assert problem.slug == "read-only-graph"
        assert "GRAPH" in (problem.hint or "")

    def test_patterns_see_the_merge(self) -> None:
        store = filled([Quad(A, P, B, G), Quad(A, P, B, H)], union=True)
        delta = updated(store, "INSERT { GRAPH <urn:n> { ?o ?p [] } } WHERE { ?s ?p ?o }")
        assert delta.size == 1
        assert store.holds(
            next(Triple(q.subject, q.predicate, q.object) for q in delta.added_quads())
        )

    def test_everything_may_go(self) -> None:
        store = filled([Quad(A, P, B, G), Quad(A, P, B, H)], union=True)
        delta = updated(store, "DROP ALL")
        assert delta.dropped == ("urn:g", "urn:h")
        assert list(engine_of(store)) == []


class TestReadOnlyGraphs:
    """Some graphs must not change: here <urn:g>."""

    @pytest.mark.parametrize(
        "text",
        [
            "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> <urn:b> } }",
            "DELETE DATA { GRAPH <urn:g> { <urn:a> <urn:p> <urn:none> } }",
            "INSERT { GRAPH ?g { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p ?o } }",
            "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
            "CLEAR GRAPH <urn:g>",
            "CLEAR ALL",
            "CLEAR NAMED",
            "DROP ALL",
            "DROP SILENT GRAPH <urn:g>",
            "CREATE SILENT GRAPH <urn:g>",
            "ADD <urn:h> TO <urn:g>",
            "MOVE <urn:g> TO <urn:h>",
            "LOAD SILENT <urn:x> INTO GRAPH <urn:g>",
        ],
    )
    def test_they_are_named_in_the_refusal(self, text: str) -> None:
        store = filled([Quad(A, P, B, G), Quad(A, P, B, H)])
        problem = refusal(text, store, writable=lambda graph: graph != "urn:g")
        assert problem.slug == "read-only-graph"
        assert problem.extra == {"graph": "urn:g"}

    @pytest.mark.parametrize(
        "text",
        [
            "COPY <urn:g> TO <urn:h>",
            "INSERT { GRAPH <urn:g> { ?s ?p 1 } } WHERE { ?s ?p <urn:none> }",
            "INSERT { GRAPH <urn:h> { ?s ?p 1 } } WHERE { GRAPH <urn:g> { ?s ?p ?o } }",
            "INSERT DATA { GRAPH <urn:g> {} }",
            "CLEAR DEFAULT",
        ],
    )
    def test_reading_them_is_fine(self, text: str) -> None:
        store = filled([Quad(A, P, B, G)])
        updated(store, text, writable=lambda graph: graph != "urn:g")

    def test_an_empty_one_does_not_stop_clear_all(self) -> None:
        store = filled([Quad(A, P, B, H)], ["urn:g"])
        assert updated(store, "CLEAR ALL", writable=lambda graph: graph != "urn:g").size == 1


class TestFailures:
    """Operations that fail, and SILENT."""

    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("CLEAR GRAPH <urn:none>", "not-found"),
            ("DROP GRAPH <urn:none>", "not-found"),
            ("COPY <urn:none> TO <urn:g>", "not-found"),
            ("ADD <urn:none> TO <urn:g>", "not-found"),
            ("MOVE <urn:none> TO <urn:g>", "not-found"),
            ("CREATE GRAPH <urn:g>", "graph-exists"),
            ("LOAD <urn:none>", "remote-failure"),
        ],
    )
    def test_they_are_told_unless_silent(self, text: str, slug: str) -> None:
        store = filled([Quad(A, P, B, G)])
        assert refusal(text, store).slug == slug
        word, _, rest = text.partition(" ")
        assert updated(filled([Quad(A, P, B, G)]), f"{word} SILENT {rest}").is_empty

    def test_service_is_refused_wherever_it_stands(self) -> None:
        text = "INSERT DATA { <a> <b> 'SERVICE' } ; DELETE { ?s ?p 1 } WHERE { {} %s { ?s ?p ?o } }"
        assert updated(filled([]), text % "OPTIONAL").size == 1
        assert refusal(text % "SERVICE SILENT <http://x/>").slug == "service-not-allowed"

    def test_the_dataset_is_described_once(self) -> None:
        using = Dataset(default_graphs=("urn:g",))
        store = filled([Quad(A, P, B, G), Quad(B, P, A, H)])
        text = "%s INSERT { GRAPH <urn:n> { ?s ?p ?o } } %s WHERE { ?s ?p ?o }"
        for within, clause in (("WITH <urn:h>", ""), ("", "USING <urn:h>")):
            problem = refusal(text % (within, clause), store, using=using)
            assert problem.slug == "malformed-request"
        delta = updated(store, text % ("", ""), using=using)
        assert set(delta.added_quads()) == {Quad(A, P, B, NamedNode("urn:n"))}

    @pytest.mark.parametrize(
        "text",
        [
            "INSERT DATA { <a> <b> " + "[ <b> " * 200 + "1" + " ]" * 200 + " }",
            "INSERT { <a> <b> " + "( " * 200 + ")" * 200 + " } WHERE {}",
            "DELETE { ?s ?p ?o } WHERE " + "{ " * 5000 + "} " * 5000,
            "DELETE { ?s ?p ?o } WHERE { FILTER(" + "1+" * 20_000 + "1) }",
        ],
    )
    def test_excess_is_refused(self, text: str) -> None:
        assert refusal(text).slug == "malformed-query"

    def test_many_operations_and_long_templates_pass(self) -> None:
        many = " ;\n".join(f"INSERT DATA {{ <urn:a> <urn:p> {n} }}" for n in range(3000))
        assert updated(filled([]), many).size == 3000
        long = " . ".join(f"?x <urn:p> {n}" for n in range(3000))
        text = f"INSERT {{ {long} }} WHERE {{ BIND(<urn:x> AS ?x) }}"
        assert updated(filled([]), text).size == 3000


class TestLoad:
    """Documents that were fetched beforehand."""

    def test_what_is_to_be_fetched(self) -> None:
        text = (
            "PREFIX x: <http://x.org/> INSERT DATA { <a> <b> 'LOAD <no>' } ;\n"
            "LOAD SILENT x:y INTO GRAPH <g> ; BASE <http://b.org/> LOAD <z> # LOAD <no>"
        )
        assert documents_to_load(text, BASE) == (
            Load("http://x.org/y", f"{BASE}g", silent=True),
            Load("http://b.org/z", None, silent=False),
        )
        assert documents_to_load("CLEAR ALL", BASE) == ()

    @pytest.mark.parametrize(
        ("iri", "media_type", "content"),
        [
            ("http://x/d.ttl", "text/turtle", "<urn:a> <urn:p> <s> ."),
            ("http://x/d.ttl", "text/plain", "@base <http://x/> . <urn:a> <urn:p> <s> ."),
            ("http://x/d.trig", "application/octet-stream", "{ <urn:a> <urn:p> <s> }"),
            ("http://x/d", "application/n-quads", "<urn:a> <urn:p> <http://x/s> <urn:g> ."),
            ("http://x/d", "application/ld+json", '{"@id": "urn:a", "urn:p": {"@id": "s"}}'),
            ("http://x/d", "text/n3", "<urn:a> <urn:p> <s> ."),
        ],
    )
    def test_formats(self, iri: str, media_type: str, content: str) -> None:
        store = filled([])
        document = Fetched(iri, media_type, content.encode())
        delta = updated(store, f"LOAD <{iri}> INTO GRAPH <urn:g>", documents={iri: document})
        assert set(engine_of(store)) == {Quad(A, P, NamedNode("http://x/s"), G)}
        assert delta.created == ("urn:g",)

    def test_an_empty_document_makes_an_empty_graph(self) -> None:
        document = Fetched("urn:x", "text/turtle", b"# nothing")
        delta = updated(
            filled([]), "LOAD <urn:x> INTO GRAPH <urn:g>", documents={"urn:x": document}
        )
        assert delta.created == ("urn:g",)
        assert delta.size == 0

    @pytest.mark.parametrize(
        ("media_type", "content", "slug"),
        [
            ("text/html", b"<p>", "unsupported-media-type"),
            ("text/turtle", b"<urn:a> <urn:p> 1 . <urn:a>", "malformed-data"),
        ],
    )
    def test_a_bad_document_is_a_failure(self, media_type: str, content: bytes, slug: str) -> None:
        documents = {"urn:x": Fetched("urn:x", media_type, content)}
        assert refusal("LOAD <urn:x>", documents=documents).slug == slug
        assert updated(filled([]), "LOAD SILENT <urn:x>", documents=documents).is_empty
