"""Equal content has one form, whatever order and names it comes in."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from medrd_kg.build.canonical import canonical_lines, canonical_quads, digest, parsed_lines

nodes = st.sampled_from([NamedNode("urn:a"), NamedNode("urn:b"), *map(BlankNode, "xyz")])
values = st.one_of(
    nodes,
    st.builds(Literal, st.text(max_size=5)),
    st.builds(lambda text: Literal(text, language="ja"), st.text(max_size=5)),
    st.builds(Literal, st.integers()),
)
quads = st.builds(
    Quad,
    nodes,
    st.sampled_from([NamedNode("urn:p"), NamedNode("urn:q")]),
    values,
    st.sampled_from([NamedNode("urn:g1"), NamedNode("urn:g2")]),
)


@given(st.lists(quads, max_size=8), st.randoms(use_true_random=False), st.permutations("xyz"))
@settings(max_examples=200, deadline=None)
def test_order_repetition_and_names_do_not_show(
    given_quads: list[Quad], random: object, names: list[str]
) -> None:
    renamed = dict(zip("xyz", names, strict=True))

    def rename(term: object) -> object:
        return BlankNode(f"other{renamed[term.value]}") if isinstance(term, BlankNode) else term

    others = [
        Quad(rename(q.subject), q.predicate, rename(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in [*given_quads, *given_quads[:2]]
    ]
    random.shuffle(others)  # type: ignore[attr-defined]
    assert canonical_lines(canonical_quads(others)) == canonical_lines(canonical_quads(given_quads))


@given(st.lists(quads, max_size=8))
@settings(max_examples=100, deadline=None)
def test_lines_read_back_to_the_same_quads(given_quads: list[Quad]) -> None:
    canonical = list(canonical_quads(given_quads))
    assert set(parsed_lines(canonical_lines(canonical))) == set(canonical)


def test_structures_that_differ_keep_apart() -> None:
    a, b, p = BlankNode("a"), BlankNode("b"), NamedNode("urn:p")
    g = NamedNode("urn:g")
    loop, two = [Quad(a, p, a, g)], [Quad(a, p, b, g)]
    assert canonical_lines(canonical_quads(loop)) != canonical_lines(canonical_quads(two))


def test_the_digest_is_the_plain_sha256_of_the_text() -> None:
    lines = [b"<urn:s> <urn:p> <urn:o> .\n"]
    assert digest(lines) == hashlib.sha256(lines[0]).hexdigest()
    assert digest(lines, "v1") == hashlib.sha256(b"v1\n" + lines[0]).hexdigest()
