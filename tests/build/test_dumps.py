"""Dumps that other processes write: the same bytes, written again only where something changed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medrd_kg.build.dumps import dump_name, forget_dumps, submit_dumps, write_dumps
from medrd_kg.build.quad_files import QuadFiles, write_quad_files
from medrd_kg.vocabulary import PREFIXES

GRAPHS = [f"https://w3id.org/medrd-kg/graph/{name}" for name in ("a", "b", "c")]


def quads(folder: Path, changed: str = "") -> QuadFiles:
    """Some statements of three graphs; one of them says something else where it is named."""
    lines = [
        f'<urn:x:{number}> <urn:p> "{changed if graph == GRAPHS[1] else ""}{graph}" <{graph}> .\n'
        for number in range(50)
        for graph in GRAPHS
    ]
    return write_quad_files([sorted(line.encode() for line in lines)], folder)


def in_processes(of: QuadFiles, folder: Path, kept: Path) -> dict[str, int]:
    """Write dumps and return the number of the file of each."""
    with ThreadPoolExecutor(2) as pool:
        for each in submit_dumps(pool, of, folder, PREFIXES, kept):
            each.result()
    forget_dumps(kept, folder)
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def test_dumps_of_graphs_are_written_again_only_when_these_changed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    before = in_processes(quads(tmp_path / "1"), tmp_path / "first", kept)
    after = in_processes(quads(tmp_path / "2", "new"), tmp_path / "second", kept)
    write_dumps(quads(tmp_path / "3", "new"), tmp_path / "whole", PREFIXES)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()} == whole
    same = {name for name in after if after[name] == before[name]}
    assert same == {dump_name(GRAPHS[0]), dump_name(GRAPHS[2])}
    assert {path.stat().st_ino for path in kept.iterdir()} == {
        after[dump_name(graph)] for graph in GRAPHS
    }


def test_dumps_are_copied_where_a_file_has_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise OSError("links are not supported")

    monkeypatch.setattr("os.link", refuse)
    kept = tmp_path / "kept"
    kept.mkdir()
    in_processes(quads(tmp_path / "1"), tmp_path / "first", kept)
    write_dumps(quads(tmp_path / "2"), tmp_path / "whole", PREFIXES)
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "first" / path.name).read_bytes() == path.read_bytes()
