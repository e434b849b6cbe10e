"""Whole graphs from documents: what they become, and what is refused."""

import resource
import time
from collections.abc import Callable

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from tests.sparql.editing.states import BASE, anything, copy_of, engine_of, exact, filled, repeated

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing import delete_graph, post_graph, put_graph
from medrd_kg.sparql.rdf_documents import RdfDocument
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

A, P, G = NamedNode("urn:a"), NamedNode("urn:p"), "urn:g"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/"'


WITH_ENTITY = f"""<!DOCTYPE r [<!ENTITY u "urn:">]><rdf:RDF {RDF} xmlns:u="urn:">
<rdf:Description rdf:about="&u;a"><u:p rdf:resource="x"/></rdf:Description></rdf:RDF>"""


def turtle(text: str) -> RdfDocument:
    return RdfDocument(text.encode(), "text/turtle")


def written(
    write: Callable[..., Delta], store: EmbeddedStore, graph: str | None, *documents: RdfDocument
) -> Delta:
    """Write into a graph, and repeat the delta in a copy."""
    copy = copy_of(store)
    delta = write(store, graph, documents, base_iri=BASE, writable=anything)
    assert repeated(copy, delta) == exact(engine_of(store))
    return delta


def refusal(
    document: RdfDocument, graph: str | None = G, store: EmbeddedStore | None = None
) -> Problem:
    with pytest.raises(Problem) as raised:
        put_graph(store or filled([]), graph, [document], base_iri=BASE, writable=anything)
    return raised.value


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        (
            "application/rdf+xml",
            f"""<rdf:RDF {RDF} xmlns:u='urn:'><rdf:Description rdf:about='urn:a'><u:p>一</u:p>
            </rdf:Description><rdf:Description rdf:about='urn:b'><u:p><![CDATA[二]]></u:p>
            </rdf:Description></rdf:RDF>""",
        ),
        ("application/ld+json", '{"@id": "urn:a", "urn:p": [{"@value": "一"}, {"@value": "二"}]}'),
        ("text/turtle", "<urn:a> <urn:p> '一' , '二' ; <urn:q> <urn:b> ."),
        ("application/trig", "<urn:a> <urn:p> '一' , '二' ."),
        ("application/n-triples", "<urn:a> <urn:p> <urn:b> ."),
        ("text/n3", "<urn:a> <urn:p> '一' , '二' ."),
    ],
)
def test_a_document_that_is_cut_off_is_refused(media_type: str, text: str) -> None:
    """What came of it would pass for the whole."""
    content = text.encode()
    whole = filled([])
    put_graph(whole, G, [RdfDocument(content, media_type)], base_iri=BASE, writable=anything)
    for end in range(1, len(content) - 1):
        with pytest.raises(Problem) as raised:
            put_graph(
                filled([]),
                G,
                [RdfDocument(content[:end], media_type)],
                base_iri=BASE,
                writable=anything,
            )
        assert raised.value.slug == "malformed-data", content[:end]


@pytest.mark.parametrize("union", [False, True])
class TestGraphs:
    """PUT, POST and DELETE."""

    def test_put_replaces(self, *, union: bool) -> None:
        store = filled([Quad(A, P, A, NamedNode(G)), Quad(A, P, P, NamedNode(G))], union=union)
        delta = written(put_graph, store, G, turtle("<urn:a> <urn:p> <urn:a>, 1 ."))
        assert set(delta.added_quads()) == {Quad(A, P, Literal(1), NamedNode(G))}
        assert set(delta.removed_quads()) == {Quad(A, P, P, NamedNode(G))}
        assert delta.created == ()

    def test_put_creates(self, *, union: bool) -> None:
        store = filled([], union=union)
        assert written(put_graph, store, G, turtle("<a> <b> <c> .")).created == (G,)
        assert store.holds(next(iter(store.quads(G))).triple) is union

    def test_nothing_is_an_empty_graph(self, *, union: bool) -> None:
        store = filled([], union=union)
        delta = written(put_graph, store, G, turtle(""))
        assert (delta.created, delta.size) == ((G,), 0)
        assert written(put_graph, store, G, turtle("")).is_empty

    def test_post_merges_documents_with_their_own_blank_nodes(self, *, union: bool) -> None:
        store = filled([Quad(BlankNode("x"), P, A, NamedNode(G))], union=union)
        same = turtle("_:x <urn:p> <urn:a> .")
        assert written(post_graph, store, G, same, same).size == 2
        assert len(list(store.quads(G))) == 3

    def test_delete(self, *, union: bool) -> None:
        store = filled([Quad(A, P, A, NamedNode(G))], union=union)
        copy = copy_of(store)
        delta = delete_graph(store, G, writable=anything)
        assert (delta.size, delta.dropped) == (1, (G,))
        assert repeated(copy, delta) == exact(engine_of(store)) == (set(), set())
        with pytest.raises(Problem, match="no graph"):
            delete_graph(store, G, writable=anything)

    def test_the_default_graph(self, *, union: bool) -> None:
        store = filled([Quad(A, P, A, NamedNode(G))], union=union)
        if union:
            assert refusal(turtle(""), None, store).slug == "read-only-graph"
            with pytest.raises(Problem, match="default graph"):
                delete_graph(store, None, writable=anything)
            return
        assert written(put_graph, store, None, turtle("<urn:a> <urn:p> 1 .")).size == 1
        assert delete_graph(store, None, writable=anything).size == 1
        assert delete_graph(store, None, writable=anything).is_empty

    def test_read_only_graphs(self, *, union: bool) -> None:
        store = filled([Quad(A, P, A, NamedNode(G))], union=union)
        with pytest.raises(Problem) as put:
            put_graph(store, G, [turtle("")], base_iri=BASE, writable=lambda _: False)
        with pytest.raises(Problem) as deleted:
            delete_graph(store, G, writable=lambda _: False)
        assert put.value.slug == deleted.value.slug == "read-only-graph"


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("text/turtle", "<urn:a> <urn:p> <x> ."),
        ("application/n-triples", "<urn:a> <urn:p> <http://example.org/x> ."),
        ("text/n3", "<urn:a> <urn:p> <x> ."),
        ("application/ld+json", '{"@id": "urn:a", "urn:p": {"@id": "x"}}'),
        ("application/trig", "{ <urn:a> <urn:p> <x> }"),
        ("application/trig", "<urn:g> { <urn:a> <urn:p> <x> }"),
        ("application/n-quads", "<urn:a> <urn:p> <http://example.org/x> <urn:g> ."),
        (
            "application/rdf+xml",
            WITH_ENTITY,
        ),
    ],
)
def test_formats(media_type: str, text: str) -> None:
    store = filled([])
    written(put_graph, store, G, RdfDocument(text.encode(), media_type))
    assert set(engine_of(store)) == {Quad(A, P, NamedNode(f"{BASE}x"), NamedNode(G))}


@pytest.mark.parametrize(
    ("media_type", "content", "line", "column", "word"),
    [
        ("text/turtle", b"<urn:a> <urn:p>\n  ] .", 2, 3, "]"),
        ("text/turtle", b"<urn:a> <urn:p> x:y .", 1, 17, "prefix"),
        ("text/turtle", b'<urn:a> <urn:p> "\xff" .', 1, 18, "UTF-8"),
        ("application/n-triples", b"<urn:a> <urn:p> <a> .", 1, 17, "scheme"),
        ("application/rdf+xml", f"<rdf:RDF {RDF}>\n<x:y/></rdf:RDF>".encode(), 2, 6, "prefix"),
        ("application/rdf+xml", f"<rdf:RDF {RDF}>\n<e:y></e:z></rdf:RDF>".encode(), 2, 11, "e:y"),
        ("application/ld+json", b'{"@id": "urn:a",\n "urn:p": 1,}', 2, 13, "comma"),
        ("application/ld+json", b'{\n"@context": "http://x.org/c", "urn:p": 1}', 2, 13, "context"),
    ],
)
def test_faults_have_their_place(
    media_type: str, content: bytes, line: int, column: int, word: str
) -> None:
    problem = refusal(RdfDocument(content, media_type))
    assert problem.slug == "malformed-data"
    assert word in problem.detail
    assert problem.hint
    assert (problem.extra["line"], problem.extra["column"]) == (line, column)


def test_a_dataset_of_another_graph_is_refused() -> None:
    document = RdfDocument(b"<urn:other> { <urn:a> <urn:p> 1 }", "application/trig")
    problem = refusal(document)
    assert problem.slug == "malformed-data"
    assert problem.extra["graph"] == "urn:other"


def bomb(levels: int) -> str:
    entities = '<!ENTITY a0 "laughter">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)
    )
    return (
        f"<!DOCTYPE r [{entities}]><rdf:RDF {RDF}><rdf:Description rdf:about='urn:a'>"
        f"<e:p>&a{levels - 1};</e:p></rdf:Description></rdf:RDF>"
    )


def expanding(length: int, times: int) -> str:
    described = "<rdf:Description rdf:about='urn:a'><e:p>&a;</e:p></rdf:Description>" * times
    text = "x" * length
    return f'<!DOCTYPE r [<!ENTITY a "{text}">]><rdf:RDF {RDF}>{described}</rdf:RDF>'


HAZARDS = {
    "a bomb of entities": ("application/rdf+xml", bomb(12)),
    "a long entity many times": ("application/rdf+xml", expanding(90_000, 2_000)),
    "nested elements": (
        "application/rdf+xml",
        f"<rdf:RDF {RDF}>{'<e:A><e:p>' * 100_000}{'</e:p></e:A>' * 100_000}</rdf:RDF>",
    ),
    "nested objects": ("application/ld+json", '{"http://e/p":' * 10_000 + "1" + "}" * 10_000),
    "nested arrays": ("application/ld+json", "[" * 1_000_000),
    "quotation marks": ("application/ld+json", '"' + '\\"' * 1_000_000),
    "nested triple terms": (
        "text/turtle",
        f"<urn:a> <urn:p> {'<<( <urn:a> <urn:p> ' * 200_000}1{' )>>' * 200_000} .",
    ),
    "unended comments": ("application/rdf+xml", "<!--" * 1_000_000),
}


@pytest.mark.parametrize("name", HAZARDS)
def test_hazards_are_refused_at_once(name: str) -> None:
    media_type, text = HAZARDS[name]
    document = RdfDocument(text.encode(), media_type)
    begun = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(document).slug == "malformed-data"
    assert time.process_time() - begun < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kilobytes


def test_honest_documents_may_nest_and_use_entities() -> None:
    store = filled([])
    deep = f"<rdf:RDF {RDF}>{'<e:A><e:p>' * 500}{'</e:p></e:A>' * 500}</rdf:RDF>"
    written(put_graph, store, G, RdfDocument(deep.encode(), "application/rdf+xml"))
    written(put_graph, store, G, RdfDocument(bomb(4).encode(), "application/rdf+xml"))
    assert [len(q.object.value) for q in store.quads(G) if isinstance(q.object, Literal)] == [8000]
    nested = f"<urn:a> <urn:p> {'[ <urn:p> ' * 1000}1{' ]' * 1000} ."
    assert written(put_graph, store, "urn:h", turtle(nested)).size == 1001
