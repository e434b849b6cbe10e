"""One run of HermiT, in a process of its own: ``python -m medrd_kg.build.hermit IN OUT``.

owlready2 keeps global state, blocks on Java and takes no time limit, so nothing else imports it:
the build starts this module as a child that it can kill. IN is N-Triples without imports. OUT
receives the entailed triples that IN does not state, as sorted N-Triples; standard output carries
the verdict as one JSON object.
"""

import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

__all__ = ["JAVA_MEMORY_MB", "main"]

JAVA_MEMORY_MB: Final = 2000
"""Heap of the Java process in megabytes."""

_BUILTIN: Final = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
)
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

Statement = tuple[str, str, str]


def main(arguments: list[str]) -> int:
    """Reason over the first file, write the entailments to the second; return 0 when it ran."""
    source, target = map(Path, arguments)
    verdict, entailed = _reason(source)
    text = "".join(f"<{s}> <{p}> <{o}> .\n" for s, p, o in sorted(entailed))
    target.write_text(text, encoding="utf-8")
    json.dump(verdict, sys.stdout)
    return 0


def _reason(source: Path) -> tuple[dict[str, Any], set[Statement]]:
    """Return the verdict and what is entailed beyond the file."""
    import owlready2  # noqa: PLC0415 - slow, and only needed once the arguments are right

    owlready2.reasoning.JAVA_MEMORY = JAVA_MEMORY_MB
    world = owlready2.World()
    world.get_ontology(source.as_uri()).load()
    results = world.get_ontology("urn:entailed")
    try:
        with results:
            owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return {"consistent": False, "unsatisfiable": []}, set()
    nothing = owlready2.Nothing
    unsatisfiable = sorted(
        entity.iri for entity in world.inconsistent_classes() if entity is not nothing
    )
    if unsatisfiable:
        return {"consistent": True, "unsatisfiable": unsatisfiable}, set()
    stated = set(_named(source.read_bytes()))
    written = io.BytesIO()
    results.save(written, format="ntriples")
    found = stated.union(_named(written.getvalue()))
    entailed = {*found, *_types(world, found), *_values(world, found)} - stated
    return {"consistent": True, "unsatisfiable": []}, {
        statement for statement in entailed if _tells_something(statement)
    }


def _named(text: bytes) -> Iterator[Statement]:
    """Yield the statements between named things of an N-Triples text."""
    for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            yield quad.subject.value, quad.predicate.value, quad.object.value


def _types(world: Any, found: Iterable[Statement]) -> Iterator[Statement]:  # noqa: ANN401
    """Yield every named class of each individual, by the classified hierarchy."""
    upwards = {each.iri: _iris(each.ancestors()) for each in world.classes()}
    for subject, predicate, value in found:
        if predicate == _TYPE:
            for iri in upwards.get(value, ()):
                yield subject, _TYPE, iri


def _values(world: Any, found: Iterable[Statement]) -> Iterator[Statement]:  # noqa: ANN401
    """Yield every object property value, by the classified hierarchy and the inverses."""
    upwards: dict[str, list[str]] = {}
    backwards: dict[str, list[str]] = {}
    for relation in world.object_properties():
        upwards[relation.iri] = _iris(relation.ancestors())
        inverse = relation.inverse_property
        backwards[relation.iri] = [] if inverse is None else _iris(inverse.ancestors())
    for subject, predicate, value in found:
        for iri in upwards.get(predicate, ()):
            yield subject, iri, value
        for iri in backwards.get(predicate, ()):
            yield value, iri, subject


def _iris(entities: Iterable[Any]) -> list[str]:
    """Return the names of those entities that have one."""
    return [entity.iri for entity in entities if getattr(entity, "iri", None)]


def _tells_something(statement: Statement) -> bool:
    """Leave out what holds of everything, and what is said in the language's own words."""
    subject, predicate, value = statement
    return (
        subject != value
        and (predicate == _TYPE or not predicate.startswith(_BUILTIN))
        and not value.startswith(_BUILTIN)
        and not subject.startswith(_BUILTIN)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
