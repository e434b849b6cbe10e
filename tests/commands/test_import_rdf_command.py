"""``medrd-kg import rdf`` as a user runs it, and what a build makes of it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from pyoxigraph import RdfFormat, parse, serialize
from tests.build.conftest import PREFIXES, Content
from tests.commands.conftest import Commands

from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import open_current
from medrd_kg.commands.imports import remove
from medrd_kg.commands.rdf import run_import
from medrd_kg.problems import Problem
from medrd_kg.sources.rdf_files.formats import RdfFormatName
from medrd_kg.store.base import Dataset
from medrd_kg.vocabulary import graph_iri

EX = "https://example.org/"
TRIG = f"""
@prefix ex: <{EX}> .
ex:a ex:p "x" , [ ex:q 1 ] .
ex:g {{ ex:b a ex:T ; ex:p ex:a . }}
"""


@pytest.fixture
def rdf(
    data_dir: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Import RDF beside the small content; returns the lines of the imported file."""
    monkeypatch.setattr("medrd_kg.commands.import_gate.content_root", lambda: content.root)

    def run(*paths: Path, **options: str | bool | RdfFormatName) -> list[str]:
        wanted = {
            "graph": None,
            "name": None,
            "rdf_format": None,
            "base": None,
            "max_unpacked_mb": 1,
            "dry_run": False,
            "validate": True,
            "names_reviewed": False,
        } | options
        run_import(list(paths), data_dir=data_dir, **wanted)  # type: ignore[arg-type]
        folder = data_dir / "imported"
        found = sorted(folder.iterdir()) if folder.exists() else []
        return [line for each in found for line in each.read_text(encoding="utf-8").splitlines()]

    return run


def file(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_named_graphs_are_kept_and_queried(
    rdf: Callable[..., list[str]],
    build: Callable[[], Manifest],
    data_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = file(tmp_path, "partners.trig", TRIG)
    lines = rdf(path)
    assert len(lines) == 5
    capsys.readouterr()
    assert rdf(path) == lines
    assert "nothing new" in capsys.readouterr().out
    first = build()
    assert first.graphs[f"{EX}g"] == 2
    assert first.graphs[graph_iri("rdf-partners")] == 3
    store = open_current(data_dir).store
    asked = f"SELECT ?g {{ GRAPH ?g {{ ?s <{EX}p> <{EX}a> }} }}"
    assert [str(row["g"]) for row in store.query(asked).rows()] == [f"<{EX}g>"]
    only = Dataset(default_graphs=(graph_iri("rdf-partners"),))
    counted = store.query(f"SELECT ?o {{ ?s <{EX}p> ?o }}", dataset=only)
    assert len(list(counted.rows())) == 2
    store.close()

    remove(data_dir, "rdf-partners")
    second = build()
    assert f"{EX}g" not in second.graphs
    assert second.version != first.version


@pytest.mark.parametrize(
    ("suffix", "written"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
        ("n3", RdfFormat.N3),
        ("trig", RdfFormat.TRIG),
        ("nq", RdfFormat.N_QUADS),
    ],
)
def test_every_format_says_the_same(
    rdf: Callable[..., list[str]], tmp_path: Path, suffix: str, written: RdfFormat
) -> None:
    triples = [each.triple for each in parse(TRIG, format=RdfFormat.TRIG)]
    text = serialize(triples, format=written) or b""
    lines = rdf(file(tmp_path, f"a.{suffix}", text), graph=f"{EX}own")
    assert len(lines) == 5
    assert all(line.endswith(f" <{EX}own> .") for line in lines)
    assert any("_:c14n0" in line for line in lines)


def test_compressed_files_are_unpacked_within_limits(
    rdf: Callable[..., list[str]], tmp_path: Path
) -> None:
    line = f'<{EX}a> <{EX}p> "x" .\n'.encode()
    for name, packed in (
        ("a.nt.gz", gzip.compress(line)),
        ("b.nt.zst", zstandard.compress(line) + zstandard.compress(line)),
        ("c.dump.gz", gzip.compress(line)),
    ):
        told = {"rdf_format": RdfFormatName.N_TRIPLES} if "dump" in name else {}
        assert rdf(file(tmp_path, name, packed), **told)
    for name, packed in (
        ("bomb.nt.gz", gzip.compress(line * 50_000)),
        ("bomb.nt.zst", zstandard.compress(line * 50_000)),
        ("bomb.ttl.zst", zstandard.compress(b"#" * 2_000_000)),
    ):
        with pytest.raises(Problem, match="unpacks to more than 1 MB"):
            rdf(file(tmp_path, name, packed))
    for name in ("broken.nt.gz", "broken.nt.zst"):
        with pytest.raises(Problem, match="cannot be unpacked"):
            rdf(file(tmp_path, name, b"no archive"))


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "{}"><!ENTITY b "{}">]>'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</r:RDF>'
).format("a" * 1000, "&a;" * 1000)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (("a.ttl", f'<{EX}a> <{EX}p> "x'), "line 1, column"),
        (("a.nt", f"<{EX}a> <{EX}p> <{EX}o> .\n<{EX}a> <p q> <{EX}o> .\n"), "line 2, column"),
        (("a.jsonld", '{\n"@context": "https://schema.org/"}'), "line 2, column 13"),
        (("a.rdf", BOMB), "a.rdf: the entity &b; is too long"),
        (("a.ttl", "<a> <b> <c> ."), "a.ttl: "),
        (
            ("a.nq", f"<{EX}a> <{EX}p> 'x' <{graph_iri('facts')}> .".replace("'", '"')),
            "makes itself",
        ),
        (("a.nq", f"<{EX}a> <{EX}p> <{EX}o> _:g ."), "blank node"),
        (("a.ttl", f"<{EX}a> <{EX}p> <<( <{EX}a> <{EX}p> <{EX}o> )>> ."), "RDF 1.2"),
        (("a.ttl", ""), "states nothing"),
        (("a.txt", ""), "names no RDF format"),
    ],
)
def test_faulty_files_are_refused_whole(
    rdf: Callable[..., list[str]],
    data_dir: Path,
    tmp_path: Path,
    document: tuple[str, str],
    told: str,
) -> None:
    with pytest.raises(Problem) as caught:
        rdf(file(tmp_path, *document))
    assert told in str(caught.value)
    folder = data_dir / "imported"
    assert not folder.exists() or not list(folder.iterdir())


def test_graphs_of_the_project_are_refused(rdf: Callable[..., list[str]], tmp_path: Path) -> None:
    path = file(tmp_path, "a.ttl", f"<{EX}a> <{EX}p> <{EX}o> .")
    for graph in ("ontology", "inferred", "review-sheets-2022", "edits/mine", "table-a"):
        with pytest.raises(Problem) as caught:
            rdf(path, graph=graph_iri(graph))
        assert caught.value.slug == "read-only-graph"
    for options in ({"graph": "no iri"}, {"base": "x"}):
        with pytest.raises(Problem, match="is no absolute IRI"):
            rdf(path, **options)
    relative = file(tmp_path, "b.ttl", "<a> <p> <o> .")
    assert f"<{EX}a> <{EX}p> <{EX}o> <{graph_iri('rdf-b')}> ." in rdf(relative, base=EX)
    assert rdf(path, graph=graph_iri("rdf-mine"))


def test_the_shapes_are_asked_about_what_is_and_what_was_imported(
    rdf: Callable[..., list[str]], build: Callable[[], Manifest], tmp_path: Path
) -> None:
    build()
    nameless = file(tmp_path, "a.ttl", f"{PREFIXES} org-:x a mrd:Ministry .")
    with pytest.raises(Problem, match="1 violation of the shapes"):
        rdf(nameless)
    assert rdf(file(tmp_path, "b.ttl", f'{PREFIXES} org-:x rdfs:label "機構"@ja .'))
    # The label was imported meanwhile, though no build has taken it up.
    assert len(rdf(nameless)) == 2
    with pytest.raises(Problem, match="1 violation"):
        rdf(file(tmp_path, "b.ttl", f'{PREFIXES} org-:x rdfs:comment "x"@ja .'))
    assert (
        len(rdf(file(tmp_path, "c.ttl", f"{PREFIXES} org-:y a mrd:Ministry ."), validate=False))
        == 3
    )


def test_the_shapes_are_asked_without_a_release(
    rdf: Callable[..., list[str]], tmp_path: Path
) -> None:
    with pytest.raises(Problem, match="1 violation of the shapes"):
        rdf(file(tmp_path, "a.ttl", f"{PREFIXES} org-:x a mrd:Ministry ."))
    assert rdf(
        file(tmp_path, "a.ttl", f'{PREFIXES} org-:x a mrd:Ministry ; rdfs:label "機構"@ja .')
    )


def test_names_of_persons_are_refused(
    rdf: Callable[..., list[str]], build: Callable[[], Manifest], content: Content, tmp_path: Path
) -> None:
    content.append(
        "data/ttl/organizations.ttl", 'org-:known a mrd:Organization ; rdfs:label "某会"@ja .'
    )
    build()
    told = []
    for text in (
        '<urn:x> a <http://xmlns.com/foaf/0.1/Person> ; rdfs:label "山田太郎"@ja .',
        'org-:x a mrd:Ministry ; rdfs:label "山田太郎"@ja .',
        '[] rdfs:label "山田太郎"@ja ; a <https://schema.org/Organization> .',
    ):
        path = file(tmp_path, "a.ttl", PREFIXES + text)
        for validate in (True, False):
            with pytest.raises(Problem, match="do not tell from persons: 1;") as caught:
                rdf(path, validate=validate)
            told.append(str(caught.value))
        assert rdf(path, names_reviewed=True)
        (tmp_path / "data" / "imported" / "rdf-a.nq").unlink()
    assert "山田" not in "".join(told)
    assert rdf(
        file(tmp_path, "b.ttl", f'{PREFIXES} org-:y a mrd:Ministry ; rdfs:label "某庁"@ja .')
    )
    known = f'{PREFIXES} org-:known a mrd:Organization ; rdfs:label "某会"@ja .'
    assert rdf(file(tmp_path, "c.ttl", known))


def test_names_belong_to_one_file_each(rdf: Callable[..., list[str]], tmp_path: Path) -> None:
    one = file(tmp_path, "a.ttl", f"<{EX}a> <{EX}p> 1 .")
    two = file(tmp_path, "a.nt", f"<{EX}b> <{EX}p> <{EX}c> .")
    for options in ({}, {"name": "both"}):
        with pytest.raises(Problem) as caught:
            rdf(one, two, **options)
        assert caught.value.slug == "usage"


def test_a_file_that_takes_the_place_of_another_says_so(
    rdf: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(rdf(file(tmp_path, "a.ttl", f"<{EX}a> <{EX}p> 1 ."))) == 1
    assert "the place of" not in capsys.readouterr().out
    other = file(tmp_path, "a.nt", f"<{EX}b> <{EX}p> <{EX}c> .")
    assert len(rdf(other, name="other")) == 2
    assert "the place of" not in capsys.readouterr().out
    lines = rdf(other)
    assert len(lines) == 2
    assert all("b>" in line for line in lines)
    assert "it takes the place of the earlier import a; --name keeps both" in (
        capsys.readouterr().out
    )


def test_the_command_tells_what_it_would_add(run: Commands, tmp_path: Path) -> None:
    path = file(tmp_path, "partners.trig", TRIG)
    tried = run("import", "rdf", path, "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert f"        2  <{EX}g>" in tried.stdout
    assert "        3  graph:rdf-partners" in tried.stdout
    assert f"        1  <{EX}T>" in tried.stdout
    assert "conforms to the shapes" in tried.stdout
    assert {each.name for each in run.data_dir.iterdir()} == {"releases"}
    told = run("import", "rdf", path, "--graph", f"{EX}mine")
    assert told.returncode == 0, told.stderr
    assert run("imports").stdout.startswith("rdf-partners ")
