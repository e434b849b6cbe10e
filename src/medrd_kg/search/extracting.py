"""What a part of a graph holds for the index, read from its lines alone.

A part holds all that the graph says of some subjects, so it tells which of them can be found, by
what names, and what is said of them. It also tells what its statements point to; how often the
whole graph points to a thing is the sum over all parts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Final

import orjson
import pyoxigraph as ox
import zstandard

from medrd_kg.search.contents import Contents, Role
from medrd_kg.search.facts import Said
from medrd_kg.search.subjects import Name, positions_by_class
from medrd_kg.vocabulary import BASE, PREFIXES

__all__ = ["Extract", "Extractor", "Thing", "unpacked_facts", "unpacked_names"]

_FORMAT: Final = "extract 1"
"""How parts are read; raise it when what is found changes, or its packed form."""

_TYPE: Final = f"<{PREFIXES['rdf']}type>".encode()

_OURS: Final = f"<{BASE}".encode()
"""What the things of all kinds begin with: a single comparison rules most terms out."""

_LEVEL: Final = 3

_ROLES: Final = tuple(Role)

_Own = list[tuple[bytes, bytes]]
"""Properties and values of a subject, as N-Triples."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that can be found.

    Attributes:
        iri: Its IRI.
        kinds: Positions in `Contents.kinds` of the kinds that it is of, in order.
        names: The texts about it, each once, in order; one of them is a name.
    """

    iri: str
    kinds: Sequence[int]
    names: Sequence[Name]


@dataclass(frozen=True, slots=True)
class Extract:
    """What a part holds for the index.

    Attributes:
        things: Those of its subjects that can be found.
        pointed: How many of its statements point to each IRI that begins like a thing's.
        facts: What is said of the things, each statement once.
    """

    things: Sequence[Thing]
    pointed: dict[str, int]
    facts: Sequence[Said]

    def packed(self) -> bytes:
        """Return a compressed form; see `unpacked_names` and `unpacked_facts`."""
        things = [
            (each.iri, each.kinds, [(name.role, name.language, name.value) for name in each.names])
            for each in self.things
        ]
        facts = [tuple(each) for each in self.facts]
        lines = orjson.dumps((things, self.pointed)) + b"\n" + orjson.dumps(facts)
        return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(lines)


class Extractor:
    """Reads parts of a graph for the index.

    Attributes:
        key: Tells what is looked for and how: what two extractors of one key find is the same.
    """

    def __init__(self, contents: Contents, properties: Iterable[str]) -> None:
        """Tell what is looked for.

        Args:
            contents: What the index is made of.
            properties: IRIs of the properties that things can be asked for.
        """
        asked = sorted(properties)
        self._kinds = [kind.iri_start for kind in contents.kinds]
        self._starts = tuple({f"<{start}".encode() for start in self._kinds})
        self._of_class = {_term(name): at for name, at in positions_by_class(contents).items()}
        self._roles = {_term(name): role for name, role in contents.roles.items()}
        self._asked = {_term(name): name for name in asked}
        self._wanted = {_TYPE, *self._roles, *self._asked}
        classes = [(kind.classes, kind.iri_start) for kind in contents.kinds]
        told = (_FORMAT, classes, sorted(contents.roles.items()), asked)
        self.key = repr(told).encode()

    def extract(self, lines: Iterable[bytes]) -> Extract:
        """Read a part.

        Args:
            lines: Canonical N-Quads, sorted, with all that the graph says of each subject in them;
                a triple of several graphs counts once.
        """
        owns: dict[bytes, _Own] = {}
        pointed: Counter[bytes] = Counter()
        starts, wanted = self._starts, self._wanted
        before = last = b""
        own: _Own | None = None
        for line in lines:
            triple = line[: line.rindex(b" <")]
            if triple == before:
                continue
            before = triple
            subject, property_, value = triple.split(b" ", 2)
            if value.startswith(_OURS):
                pointed[value] += 1
            if subject != last:
                last = subject
                own = owns.setdefault(subject, []) if subject.startswith(starts) else None
            if own is not None and property_ in wanted:
                own.append((property_, value))
        return self._found(owns, pointed)

    def _found(self, owns: dict[bytes, _Own], pointed: Counter[bytes]) -> Extract:
        kinds = {subject: self._kinds_of(subject, own) for subject, own in owns.items()}
        owns = {subject: own for subject, own in owns.items() if kinds[subject]}
        terms = _terms({value for own in owns.values() for _, value in own})
        things: list[Thing] = []
        facts: list[Said] = []
        for subject, own in owns.items():
            iri, names = _iri(subject), self._names_of(own, terms)
            if any(name.role.is_name for name in names):
                things.append(Thing(iri, kinds[subject], names))
                facts += self._said_of(iri, own, terms)
        counts = {_iri(term): n for term, n in pointed.items() if term.startswith(self._starts)}
        return Extract(things, counts, facts)

    def _kinds_of(self, subject: bytes, own: _Own) -> list[int]:
        iri, of_class = _iri(subject), self._of_class
        found = {
            position
            for property_, value in own
            if property_ == _TYPE
            for position in of_class.get(value, ())
            if iri.startswith(self._kinds[position])
        }
        return sorted(found)

    def _names_of(self, own: _Own, terms: dict[bytes, object]) -> list[Name]:
        """Return the texts about a thing; one in several roles keeps the most telling."""
        best: dict[tuple[str, str], Role] = {}
        for property_, value in own:
            role, text = self._roles.get(property_), terms[value]
            if role is not None and isinstance(text, ox.Literal):
                key = (text.language or "", text.value)
                best[key] = min(role, best.get(key, role))
        return sorted(Name(role, language, value) for (language, value), role in best.items())

    def _said_of(self, iri: str, own: _Own, terms: dict[bytes, object]) -> Iterable[Said]:
        for property_, value in own:
            name, term = self._asked.get(property_), terms[value]
            if name is not None and isinstance(term, ox.NamedNode):
                yield Said(iri, name, term.value, "", "")
            elif name is not None and isinstance(term, ox.Literal):
                yield Said(iri, name, term.value, term.datatype.value, term.language or "")


def unpacked_names(packed: bytes) -> tuple[list[Thing], dict[str, int]]:
    """Return things and what is pointed to; see `Extract`."""
    things, pointed = orjson.loads(_lines(packed)[0])
    return [
        Thing(iri, kinds, [Name(_ROLES[role], language, value) for role, language, value in names])
        for iri, kinds, names in things
    ], pointed


def unpacked_facts(packed: bytes) -> list[Said]:
    """Return what is said of things; see `Extract`."""
    # Few properties, datatypes and languages come again and again.
    return [
        Said(subject, intern(property_), value, intern(datatype), intern(language))
        for subject, property_, value, datatype, language in orjson.loads(_lines(packed)[1])
    ]


def _lines(packed: bytes) -> list[bytes]:
    return zstandard.ZstdDecompressor().decompress(packed).split(b"\n")


def _terms(values: Iterable[bytes]) -> dict[bytes, object]:
    """Return the terms that are written so, as the engine reads them."""
    written = sorted(values)
    text = b"".join(b"<urn:s> <urn:p> %b .\n" % value for value in written)
    read = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
    return {value: each.object for value, each in zip(written, read, strict=True)}


def _term(iri: str) -> bytes:
    return f"<{iri}>".encode()


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
