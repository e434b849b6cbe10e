"""The SHACL shapes of the model, compiled once, with what they say in both languages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import shacl

from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem

__all__ = ["ShapeMessage", "ShapesGraph", "ntriples_of_files"]

_SH: Final = "http://www.w3.org/ns/shacl#"
_MESSAGE: Final = ox.NamedNode(f"{_SH}message")
_SPARQL: Final = ox.NamedNode(f"{_SH}sparql")


@dataclass(frozen=True, slots=True)
class ShapeMessage:
    """What a shape tells the person whose data it finds wanting.

    Attributes:
        ja: In Japanese.
        en: In English.
    """

    ja: str
    en: str


def ntriples_of_files(paths: Iterable[Path]) -> str:
    """Return the merge of RDF files as N-Triples.

    Blank nodes are renamed, so that equal labels in two files stay two nodes; named graphs are
    merged.

    Args:
        paths: Files whose suffix tells the format (.ttl, .nt, .trig, .nq, .rdf, .jsonld).

    Raises:
        OSError: A file cannot be read.
        Problem: ``invalid-data``: a file does not parse, or its suffix names no RDF format.
    """
    merged = BytesIO()
    for path in paths:
        media = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
        if media is None:
            raise Problem("invalid-data", f"{path}: the suffix names no RDF format")
        quads = ox.parse(path=path, format=media, rename_blank_nodes=True)
        triples = (quad.triple for quad in quads)
        try:
            ox.serialize(triples, merged, format=ox.RdfFormat.N_TRIPLES)
        except SyntaxError as error:
            raise Problem("invalid-data", f"{path}: {error.msg}") from error
    return merged.getvalue().decode()


def _messages(shapes: str) -> dict[str, ShapeMessage]:
    """Read ``sh:message`` of each shape; a SPARQL constraint speaks for the shape that has it.

    Engines report a SPARQL constraint under the shape that carries it, not under its own name.
    """
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    carrier: dict[str, str] = {}
    for quad in ox.parse(shapes, format=ox.RdfFormat.N_TRIPLES):
        if quad.predicate == _MESSAGE and isinstance(quad.object, ox.Literal):
            texts[str(quad.subject)][quad.object.language or ""] = quad.object.value
        elif quad.predicate == _SPARQL:
            carrier[str(quad.object)] = str(quad.subject)
    for constraint, shape in carrier.items():
        texts[shape] |= texts.pop(constraint, {})
    return {
        shape: ShapeMessage(ja=said.get("ja", ""), en=said.get("en", ""))
        for shape, said in texts.items()
    }


@dataclass(frozen=True, slots=True)
class ShapesGraph:
    """Compiled shapes. Immutable, and safe to share between threads.

    Attributes:
        compiled: The engine's form.
        messages: What each shape says, by shape in N-Triples syntax.
    """

    compiled: shacl.Shapes
    messages: Mapping[str, ShapeMessage]

    @classmethod
    def load(cls, folder: Path | None = None) -> "ShapesGraph":
        """Compile every Turtle file of a folder.

        Args:
            folder: Where the shapes lie; those that are shipped when None.

        Raises:
            FileNotFoundError: The folder holds no Turtle file, so that everything would conform.
            Problem: ``invalid-data``: a file does not parse.
        """
        folder = folder or ontology_dir() / "shapes"
        files = sorted(folder.glob("*.ttl"))
        if not files:
            raise FileNotFoundError(f"no shapes in {folder}")
        return cls.of_ntriples(ntriples_of_files(files))

    @classmethod
    def of_turtle(cls, text: str) -> "ShapesGraph":
        """Compile shapes given as Turtle, such as those that a user brings.

        Raises:
            Problem: ``invalid-data``: the text does not parse.
        """
        merged = BytesIO()
        try:
            ox.serialize(
                (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)),
                merged,
                format=ox.RdfFormat.N_TRIPLES,
            )
        except SyntaxError as error:
            raise Problem("invalid-data", f"the shapes do not parse: {error.msg}") from error
        return cls.of_ntriples(merged.getvalue().decode())

    @classmethod
    def of_ntriples(cls, ntriples: str) -> "ShapesGraph":
        """Compile shapes given as N-Triples."""
        return cls(shacl.Shapes.from_text(ntriples, format="ntriples"), _messages(ntriples))
