"""The generator of synthetic data: the same each time, as large as asked, in the model's shape."""

from collections import Counter
from pathlib import Path

import pytest
import zstandard
from benchmarks.synthetic import Scale, triples, write
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

from medrd_kg.content import ontology_dir
from medrd_kg.vocabulary import BASE

_CORE = f"{BASE}core#"


@pytest.mark.parametrize("wanted", [10_000, 60_000])
def test_size_is_as_wanted(wanted: int) -> None:
    lines = list(triples(Scale(wanted)))
    assert len(lines) == pytest.approx(wanted, rel=0.06)
    assert len(set(lines)) == len(lines)


def test_same_bytes_each_time(tmp_path: Path) -> None:
    plain, packed = tmp_path / "data.nt", tmp_path / "data.nt.zst"
    count = write(Scale(5_000), plain)
    assert write(Scale(5_000), packed) == count
    with packed.open("rb") as source:
        unpacked = zstandard.ZstdDecompressor().stream_reader(source).read()
    assert unpacked == plain.read_bytes()
    assert unpacked.count(b"\n") == count


def test_terms_are_those_of_the_ontology() -> None:
    ontology = Store()
    ontology.bulk_load(path=ontology_dir() / "core.ttl", format=RdfFormat.TURTLE)
    known = {
        quad.subject.value
        for quad in ontology.quads_for_pattern(None, None, None)
        if isinstance(quad.subject, NamedNode)
    }
    data = "".join(triples(Scale(3_000)))
    used = set()
    for quad in parse(data, format=RdfFormat.N_TRIPLES):
        used |= {quad.predicate.value, getattr(quad.object, "value", "")}
    assert {term for term in used if term.startswith(_CORE)} <= known


def test_items_have_about_twenty_two_triples() -> None:
    scale = Scale(50_000)
    lines = list(triples(scale))
    assert len(lines) / scale.items == pytest.approx(22, rel=0.06)


def test_facets_link_projects() -> None:
    """Every project names diseases that others name as well: the linkage tasks find something."""
    store = Store()
    store.bulk_load("".join(triples(Scale(30_000))), format=RdfFormat.N_TRIPLES)
    found = store.query(
        f"SELECT ?p (COUNT(DISTINCT ?d) AS ?n) {{ ?i <{_CORE}inProject> ?p ;"
        f" <{_CORE}hasDiseaseArea> ?d }} GROUP BY ?p"
    )
    counts = Counter({row["p"].value: int(_number(row["n"])) for row in found})  # type: ignore[union-attr]
    assert len(counts) == 6
    assert min(counts.values()) > 10


def _number(term: object) -> str:
    assert isinstance(term, Literal)
    return term.value
