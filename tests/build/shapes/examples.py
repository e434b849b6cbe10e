"""Examples for every shape: a graph that conforms, and changes that violate one shape each.

``conforming.ttl`` conforms to every shape. Each case in a ``.toml`` file here changes it a little,
so that one shape must report one node.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rdflib import Graph

__all__ = ["CASES", "CASE_IDS", "CONFORMING", "SHAPES", "Case", "conforming_graph"]

_FOLDER: Final = Path(__file__).parent

CONFORMING: Final = _FOLDER / "conforming.ttl"
_PREFIXES: Final = "\n".join(
    re.findall(r"^@prefix .*$", CONFORMING.read_text("utf-8"), re.MULTILINE)
)

SHAPES: Final = "https://w3id.org/medrd-kg/shapes#"
"""Name space of the shapes."""


@dataclass(frozen=True)
class Case:
    """One change of the conforming graph and what must come of it."""

    shape: str
    focus: str
    add: str
    remove: str

    @property
    def graph(self) -> Graph:
        """The conforming graph after the change."""
        graph = conforming_graph()
        for triple in _turtle(self.remove):
            assert triple in graph, f"nothing to remove: {triple}"
            graph.remove(triple)
        added = _turtle(self.add)
        assert not [triple for triple in added if triple in graph], "the graph has that already"
        return graph + added

    @property
    def focus_iri(self) -> str:
        """The focus node in N-Triples syntax, ``_:`` for a blank node."""
        if self.focus == "_:":
            return "_:"
        return f"<{_conforming().namespace_manager.expand_curie(self.focus)}>"


def _turtle(text: str) -> Graph:
    return Graph().parse(data=f"{_PREFIXES}\n{text}", format="turtle")


@cache
def _conforming() -> Graph:
    return Graph().parse(CONFORMING)


def conforming_graph() -> Graph:
    """A fresh copy: parsing anew for each of two hundred cases would take most of the time."""
    return Graph() + _conforming()


def _read_cases() -> Iterator[Case]:
    for file in sorted(_FOLDER.glob("*.toml")):
        for each in tomllib.loads(file.read_text("utf-8"))["case"]:
            yield Case(
                shape=f"{SHAPES}{each['shape']}",
                focus=each["focus"],
                add=each.get("add", ""),
                remove=each.get("remove", ""),
            )


CASES = list(_read_cases())
CASE_IDS = [f"{each.shape.removeprefix(SHAPES)}-{each.focus}" for each in CASES]
