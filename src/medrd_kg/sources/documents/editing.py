"""Statements that a person wrote or changed in Turtle, held against the document they cite."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from medrd_kg.problems import Problem
from medrd_kg.sources.documents.deciding import Review
from medrd_kg.sources.documents.decisions import Edit, State, checked_handle
from medrd_kg.sources.documents.known import Known
from medrd_kg.sources.documents.proposing import Fact
from medrd_kg.vocabulary import BASE, ID, MRD, MRDS, PREFIXES

__all__ = ["read_edits"]

_TYPE: Final = f"{PREFIXES['rdf']}type"
_AXIOM: Final = f"{PREFIXES['owl']}Axiom"
_SOURCE, _PROPERTY, _TARGET = (
    f"{PREFIXES['owl']}annotated{each}" for each in ("Source", "Property", "Target")
)
_STATED_IN: Final = str(MRD.statedIn)
_BASIS: Final = str(MRD.assertionBasis)
_PROV: Final = PREFIXES["prov"]

Triples = dict[str, list[ox.Triple]]


def read_edits(path: Path, review: Review, known: Known, by: str) -> tuple[list[Edit], list[Fact]]:
    """Read the statements of a Turtle file that a person wrote.

    Args:
        path: The file: the proposals with what the person changed, or part of them.
        review: The review that they belong to.
        known: The graph without what was accepted on this document.
        by: Role or handle of the person.

    Returns:
        The statements, and the proposals on their units that they leave out.

    Raises:
        Problem: ``invalid-data``: it does not parse, has blank nodes, describes what others
            describe already, or states something that cites no unit of the document.
    """
    checked_handle(by)
    subjects = _parsed(path)
    axioms = {
        subject: triples
        for subject, triples in subjects.items()
        if any(each.predicate.value == _TYPE and _value(each) == _AXIOM for each in triples)
    }
    units = _units(review)
    cited: dict[str, list[str]] = {}
    for subject, triples in subjects.items():
        if subject in axioms:
            continue
        _require_own(path, subject, triples, known)
        found = [_value(each) for each in triples if each.predicate.value == _STATED_IN]
        if not found and not subject.startswith(str(MRDS)):
            raise Problem(
                "invalid-data",
                f"{path}: {subject} cites no unit",
                "say where it is stated: mrd:statedIn <…/S001>",
            )
        foreign = [each for each in found if each not in units]
        if foreign:
            raise Problem("invalid-data", f"{path}: the document has no unit {foreign[0]}")
        cited[subject] = found
    if not any(cited.values()):
        raise Problem("invalid-data", f"{path}: it states nothing of the document")
    at = datetime.now(UTC).replace(microsecond=0).isoformat()
    edits = [
        Edit(
            subject,
            tuple(sorted({units[unit] for unit in found})),
            _written(subject, subjects, axioms, by, at),
            by,
            at,
        )
        for subject, found in cited.items()
    ]
    return edits, _left_out(
        review, subjects, {each for edit in edits for each in edit.fingerprints}
    )


def _parsed(path: Path) -> Triples:
    try:
        quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error
    except SyntaxError as error:
        raise Problem("invalid-data", f"{path}: {error.msg}") from error
    subjects: Triples = {}
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode) or isinstance(quad.object, ox.BlankNode):
            raise Problem("invalid-data", f"{path}: it has blank nodes", "give them IRIs")
        subjects.setdefault(quad.subject.value, []).append(quad.triple)
    return subjects


def _units(review: Review) -> Mapping[str, str]:
    """Return the digest of the text of each unit, by the unit's IRI."""
    iri = review.document.identity.iri
    return {f"{iri}/{unit}": digest for unit, digest in review.document.fingerprints.items()}


def _require_own(path: Path, subject: str, triples: Sequence[ox.Triple], known: Known) -> None:
    if not subject.startswith((str(ID), str(MRDS))):
        raise Problem(
            "invalid-data",
            f"{path}: {subject} is no statement or concept of this graph",
            f"IRIs begin with {BASE}id/",
        )
    described = subject in known.typed or subject in known.labels
    if described and any(each.predicate.value != _STATED_IN for each in triples):
        raise Problem(
            "invalid-data",
            f"{path}: {subject} is described elsewhere; only mrd:statedIn may be added to it",
        )


def _written(subject: str, subjects: Triples, axioms: Triples, by: str, at: str) -> tuple[str, ...]:
    """Return the statement in N-Triples, with the mentions of what it still says."""
    said = set(subjects[subject])
    lines = [str(each) for each in said]
    reviewer = f"{ID}reviewer/{by}"
    origin = [
        (f"{_PROV}wasAttributedTo", f"<{reviewer}>"),
        (f"{_PROV}generatedAtTime", f'"{at}"^^<{PREFIXES["xsd"]}dateTime>'),
    ]
    lines += [f"<{subject}> <{name}> {value}" for name, value in origin]
    for axiom, triples in axioms.items():
        parts = {each.predicate.value: each.object for each in triples}
        source, name, target = (parts.get(each) for each in (_SOURCE, _PROPERTY, _TARGET))
        if not (
            isinstance(source, ox.NamedNode)
            and source.value == subject
            and isinstance(name, ox.NamedNode)
            and target is not None
            and ox.Triple(source, name, target) in said
        ):
            continue
        lines += [str(each) for each in triples if each.predicate.value != _BASIS]
        lines.append(f"<{axiom}> <{_BASIS}> <{MRDS['basis-stated']}>")
        lines += [f"<{axiom}> <{name}> {value}" for name, value in origin]
    lines += [
        f"<{reviewer}> <{_TYPE}> <{_PROV}Agent>",
        f'<{reviewer}> <{PREFIXES["rdfs"]}label> "{by}"@en',
    ]
    return tuple(sorted({f"{line} ." for line in lines}))


def _left_out(review: Review, subjects: Triples, covered: Iterable[str]) -> list[Fact]:
    """Return the open proposals on covered units whose target the person does not name."""
    wanted = set(covered)
    fingerprints = review.document.fingerprints
    iri = review.document.identity.iri
    named: dict[str, set[str]] = {}
    for subject, triples in subjects.items():
        cited = [_value(each) for each in triples if each.predicate.value == _STATED_IN]
        for unit in cited:
            named.setdefault(unit, set()).update({subject, *map(_value, triples)})
    return [
        each
        for each in review.document.proposals.facts
        if fingerprints[each.unit] in wanted
        and review.state_of(each) is State.OPEN
        and each.target not in named.get(f"{iri}/{each.unit}", set())
    ]


def _value(triple: ox.Triple) -> str:
    return triple.object.value if isinstance(triple.object, ox.NamedNode) else ""
