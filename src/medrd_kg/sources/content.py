"""The content that a build takes up: which file states its triples in which named graph."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.vocabulary import BASE, graph_iri

__all__ = [
    "FOLDED",
    "ContentFile",
    "content_files",
    "dependencies",
    "imported_dir",
    "is_reserved_graph",
]

FOLDED: Final = "data/ttl/edits.nq"
"""Name of the file of edits that a build folds in: it alone may state graphs of edits."""

_IMPORTED: Final = "imported"
"""Folder below the data directory where imports put their Turtle; laid out like ``data/ttl``."""

_GENERATED: Final = "browse.ttl"
"""Repeats other files for editors; it is no source."""

_OWN_GRAPH: Final = re.compile(
    r"(?:review-sheets|rs-system|mof)-\d{4}|linked(?=-|$)|(?:table|document)-[A-Za-z0-9_-]+"
)
"""Beginning of the files, shipped or added, that have a graph of that name."""

_QUADS: Final = "rdf-*.nq"
"""Imported files that name the graphs of their statements themselves."""


@dataclass(frozen=True, slots=True, order=True)
class ContentFile:
    """A Turtle file with the graph that its triples are stated in, or a file of N-Quads.

    Attributes:
        graph: IRI of the named graph; empty where the file names the graphs itself.
        name: Path below the folder that it was found in, with forward slashes.
        path: Where it lies.
    """

    graph: str
    name: str
    path: Path

    @property
    def names_graphs(self) -> bool:
        """Whether this is N-Quads, whose every statement names its graph."""
        return self.path.suffix == ".nq"

    def may_state(self, graph: str) -> bool:
        """Whether a file that names graphs itself may name this one."""
        edited = self.name == FOLDED and graph.startswith(graph_iri("edits/"))
        return edited or not is_reserved_graph(graph)


def imported_dir(data_dir: Path) -> Path:
    """Return the folder of what a user imported."""
    return data_dir / _IMPORTED


def is_reserved_graph(graph: str) -> bool:
    """Whether a graph of this name is made by the project, so that no RDF import may state it.

    These are all names of the project but those that an import gives to files without graphs.

    >>> is_reserved_graph("https://w3id.org/medrd-kg/graph/inferred")
    True
    >>> is_reserved_graph("https://w3id.org/medrd-kg/graph/rdf-partners")
    False
    """
    return graph.startswith(BASE) and not graph.startswith(graph_iri("rdf-"))


def content_files(root: Path, *, imported: Path | None = None) -> list[ContentFile]:
    """Return the files of the graph in a fixed order.

    The ontology with its schemes and browse classes makes one graph, each folder or file
    ``policy-fy2022``, ``review-sheets-YEAR…``, ``rs-system-YEAR…``, ``mof-YEAR…``, ``table-NAME``
    and ``document-SLUG`` of the data one of its own, ``linked…`` that of what the linker computed,
    and everything else the graph of facts. What follows a dot in SLUG or NAME does not count, so
    that several files may state one graph. Imported ``rdf-NAME.nq`` name their graphs themselves.
    Shapes, rules and the reasoner's results are no content of the graph.

    Args:
        root: Folder with ``ontology/`` and ``data/ttl/``.
        imported: Folder laid out like ``data/ttl/``; a file there replaces the shipped one of
            the same name.
    """
    ontology = root / "ontology"
    folders = [ontology, ontology / "schemes", ontology / "imports"]
    found = {
        f"ontology/{path.relative_to(ontology).as_posix()}": ContentFile(
            graph_iri("ontology"), f"ontology/{path.relative_to(ontology).as_posix()}", path
        )
        for folder in folders
        for path in folder.glob("*.ttl")
    }
    for folder in (root / "data" / "ttl", imported):
        for each in _data_files(folder) if folder is not None else ():
            found[each.name] = each
    return sorted(found.values())


def _data_files(folder: Path) -> Iterator[ContentFile]:
    for path in folder.rglob("*.ttl"):
        inside = path.relative_to(folder)
        if inside.name != _GENERATED:
            yield ContentFile(_graph_of(inside), f"data/ttl/{inside.as_posix()}", path)
    for path in folder.glob(_QUADS):
        yield ContentFile("", f"data/ttl/{path.name}", path)


def _graph_of(inside: Path) -> str:
    first = inside.parts[0].removesuffix(".ttl")
    if first == "policy-fy2022":
        return graph_iri(first)
    own = _OWN_GRAPH.match(first)
    return graph_iri(own.group() if own else "facts")


def dependencies(root: Path) -> list[ContentFile]:
    """Return the files that shape a release without being stated in it.

    These are the shapes, the rules and the reasoner's committed results: when one of them
    changes, the release is built anew.

    Args:
        root: Folder with ``ontology/``.
    """
    ontology = root / "ontology"
    paths = [
        *(ontology / "shapes").glob("*.ttl"),
        *(ontology / "rules").glob("*.rq"),
        *(path for path in (ontology / "inferred").glob("*") if path.is_file()),
    ]
    return sorted(
        ContentFile("", f"ontology/{path.relative_to(ontology).as_posix()}", path) for path in paths
    )
