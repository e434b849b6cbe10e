"""Folding edits into a release: what they come to becomes content like any other.

The folded statements are validated, reasoned over, projected and indexed. The journal stays whole:
a server takes the folded statements away again and repeats the journal, so that edits go on from
where they are, and a release without them is served with the same edits.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from medrd_kg.build.differences import Statement
from medrd_kg.build.durable import sync
from medrd_kg.build.edit_history import edited_lines
from medrd_kg.build.inputs import parsed
from medrd_kg.sources.content import FOLDED, ContentFile

__all__ = ["FOLDED_STATEMENTS", "fold_edits", "folded_file", "folded_graphs", "note_folded"]

FOLDED_STATEMENTS: Final = "folded.nq"
"""File in a release with the statements that came from edits; missing where there are none."""

_FOLDER: Final = "folded"


def fold_edits(data_dir: Path) -> int:
    """Write down what all edits come to, for this build and the next ones.

    Statements of the default graph stay in the journal alone: a release has none there.

    Returns:
        The number of the last edit.

    Raises:
        Problem: ``damaged-journal``.
    """
    last, lines = edited_lines(data_dir)
    path = data_dir / _FOLDER / "edits.nq"
    named = sorted(line for line in lines if Statement.of_line(line).graph)
    if not named:
        path.unlink(missing_ok=True)
        return last
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(".unfinished-edits")
    with unfinished.open("wb") as file:
        file.writelines(named)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync(path.parent)
    return last


def folded_file(data_dir: Path) -> list[ContentFile]:
    """Return the content file of the folded edits, if there is one."""
    path = data_dir / _FOLDER / "edits.nq"
    return [ContentFile("", FOLDED, path)] if path.is_file() else []


def folded_graphs(files: Iterable[ContentFile]) -> set[str]:
    """Return the graphs that only edits state.

    A graph that something else states too is that one's: whoever serves the release must not take
    it for what edits made.

    Args:
        files: All content.
    """
    folded: set[str] = set()
    others: set[str] = set()
    content = list(files)
    if not any(each.name == FOLDED for each in content):
        return folded
    for each in content:
        if each.name == FOLDED:
            folded = _graphs_of(each)
        elif each.names_graphs:
            others |= _graphs_of(each)
        else:
            others.add(each.graph)
    return folded - others


def _graphs_of(file: ContentFile) -> set[str]:
    return {
        quad.graph_name.value for quad in parsed(file) if isinstance(quad.graph_name, NamedNode)
    }


def note_folded(folder: Path, graphs: Mapping[str, Path], folded: Iterable[str]) -> None:
    """Put the statements that came from edits into an unfinished release, as it states them.

    Args:
        folder: The unfinished release.
        graphs: File of the canonical N-Quads of each graph of the release, by IRI.
        folded: From `folded_graphs`.
    """
    names = sorted(set(folded) & graphs.keys())
    if names:
        with (folder / FOLDED_STATEMENTS).open("wb") as file:
            for name in names:
                file.write(graphs[name].read_bytes())
