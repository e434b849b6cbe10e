"""Stores on disk, and the STORE setting."""

import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from medrd_kg.build.canonical import canonical_lines, canonical_quads
from medrd_kg.problems import Problem
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.store.opening import open_store

STATEMENT = Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode("urn:graph"))


def canonical(store: EmbeddedStore) -> list[bytes]:
    return canonical_lines(canonical_quads(store.quads()))


def blank_nodes(store: EmbeddedStore) -> set[BlankNode]:
    """Blank nodes anywhere in a store."""
    terms = [term for quad in store.quads() for term in (quad.subject, quad.object)]
    return {term for term in terms if isinstance(term, BlankNode)}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The directory of a store with one statement, closed."""
    path = tmp_path / "store"
    store = EmbeddedStore(path)
    store.bulk_insert([STATEMENT])
    store.optimise()
    store.close()
    return path


def test_a_store_survives_its_process(written: Path) -> None:
    script = (
        "import sys, pathlib; from medrd_kg.store.embedded import EmbeddedStore;"
        "print(EmbeddedStore(pathlib.Path(sys.argv[1]), read_only=True).statistics().triples)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(written)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


def test_readers_share_a_store_that_nobody_writes(written: Path) -> None:
    readers = [EmbeddedStore(written, read_only=True) for _ in range(3)]
    assert [set(reader.quads()) for reader in readers] == [{STATEMENT}] * 3


def test_a_reader_cannot_write(written: Path) -> None:
    reader = EmbeddedStore(written, read_only=True)
    with pytest.raises(PermissionError, match="read-only"):
        reader.insert(
            [Quad(STATEMENT.subject, STATEMENT.predicate, STATEMENT.object, NamedNode("urn:new"))]
        )
    assert set(reader.quads()) == {STATEMENT}


def test_a_plain_view_of_a_stored_merge_has_no_default_graph(written: Path) -> None:
    plain = EmbeddedStore(written, read_only=True, union_default_graph=False, holds_merge=True)
    assert list(plain.query("SELECT * { ?s ?p ?o }").rows()) == []
    assert len(list(plain.query("SELECT * { GRAPH ?g { ?s ?p ?o } }").rows())) == 1
    assert plain.statistics().triples == 0
    triple = Triple(STATEMENT.subject, STATEMENT.predicate, STATEMENT.object)
    assert not plain.holds(triple)
    assert EmbeddedStore(written, read_only=True).holds(triple)
    with pytest.raises(ValueError, match="read-only"):
        EmbeddedStore(written, union_default_graph=False, holds_merge=True)


def test_fast_ways_of_loading_agree(tmp_path: Path) -> None:
    texts = {"a": "_:x <urn:p> _:y , 'a\\n <urn:o> .' .", "b": "_:x <urn:p> <urn:o> , 'é' ."}
    for name, text in texts.items():
        (tmp_path / f"{name}.ttl").write_text(text, encoding="utf-8")
    files = [(tmp_path / f"{name}.ttl", f"urn:graph:{name}") for name in texts]
    plain = EmbeddedStore()
    for path, graph in files:
        plain.bulk_load(path, graph=graph)
    fast = EmbeddedStore()
    fast.bulk_load_files(files, rename=canonical_quads)
    assert canonical(fast) == canonical(plain)
    assert fast.statistics() == plain.statistics()
    assert {node.value for node in blank_nodes(fast)} == {"c14n0", "c14n1", "c14n2"}

    named = [quad for quad in fast.quads() if isinstance(quad.object, Literal | NamedNode)]
    named = [Quad(STATEMENT.subject, q.predicate, q.object, q.graph_name) for q in named]
    lines = EmbeddedStore(tmp_path / "lines")
    lines.bulk_load_lines(b"".join(canonical_lines(named)))
    assert set(lines.quads()) == set(named)
    assert lines.statistics().triples == len({quad.triple for quad in named}) == 3


def test_a_file_at_fault_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<urn:a> .", encoding="utf-8")
    with pytest.raises(SyntaxError) as caught:
        EmbeddedStore().bulk_load_files(
            [(tmp_path / "bad.ttl", "urn:graph")], rename=canonical_quads
        )
    assert caught.value.filename == str(tmp_path / "bad.ttl")


def test_a_second_writer_is_refused(written: Path) -> None:
    writer = EmbeddedStore(written)
    with pytest.raises(OSError, match=r"(?i)lock"):
        EmbeddedStore(written)
    writer.close()


def test_reading_needs_a_store(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no store"):
        EmbeddedStore(tmp_path / "none", read_only=True)
    with pytest.raises(ValueError, match="in memory"):
        EmbeddedStore(read_only=True)


def test_the_default_setting_opens_the_release(written: Path) -> None:
    store = open_store("embedded:", release_store=written)
    assert set(store.quads()) == {STATEMENT}
    assert store.union_default_graph is True


def test_a_setting_may_name_a_directory_or_memory(written: Path) -> None:
    assert set(open_store(f"embedded:{written}").quads()) == {STATEMENT}
    memory = open_store("embedded:memory", union_default_graph=False)
    assert memory.union_default_graph is False
    memory.insert([STATEMENT])
    assert set(memory.quads()) == {STATEMENT}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("sparql+http://localhost:8890/sparql", "not supported yet"),
        ("virtuoso", "names no kind of store"),
        ("embedded", "names no kind of store"),
        ("embedded:", "needs a release"),
        ("embedded:/no/such/store", "cannot be opened"),
    ],
)
def test_other_settings_say_what_is_wrong(setting: str, said: str) -> None:
    with pytest.raises(Problem, match=said) as caught:
        open_store(setting)
    assert caught.value.slug == "invalid-settings"
    assert caught.value.kind.exit_code == 2
