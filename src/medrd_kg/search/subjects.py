"""The things of a graph that can be found, read from a store in an order of their own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.search.contents import Contents, Role
from medrd_kg.sources.review_sheets.names import expand_forms, legal_form
from medrd_kg.store.base import Store

__all__ = ["Name", "Subject", "positions_by_class", "read_subjects", "weighed"]

_ASKED: Final = 1000
"""Things that one query asks for."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A text about a thing.

    Attributes:
        role: What the text is to it.
        language: Language tag; empty for numbers and codes.
        value: The text as the graph has it.
    """

    role: Role
    language: str
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that can be found.

    Attributes:
        iri: Its IRI.
        kinds: Positions in `Contents.kinds` of the kinds that it is of.
        popularity: How many statements of the graph point to it, as a power of two.
        names: The texts about it, each once, by role, language and value.
    """

    iri: str
    kinds: tuple[int, ...]
    popularity: int
    names: tuple[Name, ...]

    def label(self, language: str) -> str | None:
        """Return its label in a language, if it has one."""
        for name in self.names:
            if name.role is Role.LABEL and name.language == language:
                return name.value
        return None


def read_subjects(store: Store, contents: Contents) -> list[Subject]:
    """Read what can be found in the merge of all graphs of a store.

    Args:
        store: The graph, inferred types included.
        contents: What to read.

    Returns:
        The things that have a name, the most referred to first, then by IRI.
    """
    kinds = _kinds(store, contents)
    names = _names(store, contents, kinds)
    return weighed(kinds, names, _degrees(store, list(names)), contents)


def weighed(
    kinds: Mapping[str, AbstractSet[int]],
    names: Mapping[str, AbstractSet[Name]],
    degrees: Mapping[str, int],
    contents: Contents,
) -> list[Subject]:
    """Return the things that have a name, the most referred to first, then by IRI.

    Args:
        kinds: Positions of the kinds of each thing that has a text, by its IRI.
        names: The texts about each thing.
        degrees: How many statements point to each thing; nothing where none does.
        contents: Tells whose names are also found without their legal form.
    """
    subjects = []
    for iri, each in names.items():
        if any(name.role.is_name for name in each):
            further = _without_legal_form(each) if kinds[iri] & contents.legal_forms_of else set()
            popularity = degrees.get(iri, 0).bit_length()
            all_names = tuple(sorted(each | further))
            subjects.append(Subject(iri, tuple(sorted(kinds[iri])), popularity, all_names))
    return sorted(subjects, key=lambda subject: (-subject.popularity, subject.iri))


def positions_by_class(contents: Contents) -> dict[str, list[int]]:
    """Return the positions of the kinds that the instances of each class may be of."""
    of_class: dict[str, list[int]] = defaultdict(list)
    for position, kind in enumerate(contents.kinds):
        for name in kind.classes:
            of_class[name].append(position)
    return of_class


def _kinds(store: Store, contents: Contents) -> dict[str, set[int]]:
    """Return the positions of the kinds of each thing that is of any."""
    found: dict[str, set[int]] = defaultdict(set)
    of_class = positions_by_class(contents)
    classes = " ".join(f"<{name}>" for name in of_class)
    rows = store.query(f"SELECT ?s ?c WHERE {{ VALUES ?c {{ {classes} }} ?s a ?c }}").rows()
    for row in rows:
        subject, of = row["s"], row["c"]
        if isinstance(subject, NamedNode) and isinstance(of, NamedNode):
            for position in of_class[of.value]:
                if subject.value.startswith(contents.kinds[position].iri_start):
                    found[subject.value].add(position)
    return found


def _names(store: Store, contents: Contents, kinds: dict[str, set[int]]) -> dict[str, set[Name]]:
    """Return the texts about each thing that is of some kind.

    A text that stands in several roles keeps the most telling.
    """
    best: dict[str, dict[tuple[str, str], Role]] = defaultdict(dict)
    for iri, role in contents.roles.items():
        for triple in store.triples(None, NamedNode(iri), None):
            subject, text = triple.subject, triple.object
            if not isinstance(subject, NamedNode) or not isinstance(text, Literal):
                continue
            if subject.value in kinds:
                said = best[subject.value]
                key = (text.language or "", text.value)
                said[key] = min(role, said.get(key, role))
    return {
        subject: {Name(role, language, value) for (language, value), role in said.items()}
        for subject, said in best.items()
    }


def _without_legal_form(names: AbstractSet[Name]) -> set[Name]:
    """Return the further names of an organisation: its legal form written out, and left out."""
    known = {(name.language, name.value) for name in names}
    further = set()
    for name in names:
        if name.language == "ja" and name.role.is_name:
            full = expand_forms(name.value)
            _, proper = legal_form(full)
            further |= {full, proper.strip()} - {""}
    return {Name(Role.HIDDEN, "ja", value) for value in further if ("ja", value) not in known}


def _degrees(store: Store, things: Sequence[str]) -> dict[str, int]:
    """Return how many statements point to each of some things, if any does."""
    degrees = {}
    for start in range(0, len(things), _ASKED):
        some = " ".join(f"<{iri}>" for iri in things[start : start + _ASKED])
        rows = store.query(
            f"SELECT ?o (COUNT(*) AS ?n) WHERE {{ VALUES ?o {{ {some} }} ?s ?p ?o }} GROUP BY ?o"
        ).rows()
        for row in rows:
            thing, count = row["o"], row["n"]
            if isinstance(thing, NamedNode) and isinstance(count, Literal):
                degrees[thing.value] = int(count.value)
    return degrees
