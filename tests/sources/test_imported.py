"""The folder of imports: what is in it, and how files enter it."""

from pathlib import Path

import pytest

from medrd_kg.sources.imported import imported_files, replaced
from medrd_kg.vocabulary import graph_iri


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three imports and a file that is none."""
    folder = tmp_path / "imported"
    for name in ("table-a.ttl", "rdf-b.nq", "review-sheets-2023/x.ttl", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    return folder


def test_imports_are_listed_with_their_graphs(folder: Path) -> None:
    assert [(each.name, each.graph) for each in imported_files(folder)] == [
        ("rdf-b", None),
        ("review-sheets-2023/x", graph_iri("review-sheets-2023")),
        ("table-a", graph_iri("table-a")),
    ]
    assert imported_files(folder / "missing") == []


def write_half(target: Path) -> None:
    with replaced(target) as part:
        part.write_text("half")
        raise OSError("the disk is full")


def test_a_file_is_replaced_whole_or_not_at_all(folder: Path) -> None:
    target = folder / "table-a.ttl"
    target.write_text("before")
    stamp = target.stat().st_mtime_ns
    with pytest.raises(OSError, match="the disk is full"):
        write_half(target)
    with replaced(target) as part:
        part.write_text("before")
    with replaced(target, dry_run=True) as part:
        part.write_text("after")
    assert target.stat().st_mtime_ns == stamp
    with replaced(target) as part:
        part.write_text("after")
    assert target.read_text() == "after"
    assert {each.name for each in folder.iterdir() if each.is_file()} == {
        "table-a.ttl",
        "rdf-b.nq",
        "notes.txt",
    }
