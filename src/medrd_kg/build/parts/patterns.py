"""What follows from a single statement, whatever its subject and its value are.

Most rules have one premise outside of the vocabulary (see `medrd_kg.build.parts.deriving` for the
others), so what a statement entails depends on its property, on whether subject and value are
IRIs, and for types on the class. The rules themselves tell it once for each such kind of
statement: they run over statements of that kind about placeholders. After that a statement costs a
look into a table instead of a query.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from medrd_kg.build.parts.concluding import TYPE, conclusions, load_premises, rule_store
from medrd_kg.build.rules import Rule

__all__ = ["Patterns"]

_GRAPH: Final = b"<urn:none> .\n"

_Kind = tuple[bytes, bytes, bytes]
"""Kind of a statement: its property, how its subject begins, and how its value begins; for types
the class instead."""

_Statement = tuple[bytes, bytes, _Kind]
"""Subject, value and kind of a statement."""


@dataclass(slots=True)
class _Entailed:
    """What follows from statements of a kind, with places of finding.

    Attributes:
        of_subject: What is said of the subject, without itself.
        of_value: What is said of the value, without itself.
        others: Any other triples in three pieces; of the outer two, None is the subject and an
            empty one the value.
    """

    of_subject: list[bytes] = field(default_factory=list)
    of_value: list[bytes] = field(default_factory=list)
    others: list[tuple[bytes | None, bytes, bytes | None, bytes]] = field(default_factory=list)


class Patterns:
    """The table of what follows from which kind of statement; it grows as kinds are met."""

    def __init__(self, premises: bytes, rules: Sequence[Rule]) -> None:
        """Begin without any kind.

        Args:
            premises: The vocabulary with all that follows from it, as lines.
            rules: The rules.
        """
        self._premises = premises
        self._rules = rules
        self._known: dict[_Kind, _Entailed] = {}
        self._of_subject: dict[frozenset[_Kind], list[bytes]] = {}

    def conclusions(self, nquads: bytes) -> list[bytes]:
        """Return what follows from each of some statements alone.

        Args:
            nquads: Canonical lines; all about one subject stand together.

        Returns:
            Sorted conclusions as `medrd_kg.build.parts.concluding.conclusions` returns them, but a
            triple may come again with a later place of finding, and may be stated.
        """
        statements = [_statement(line) for line in nquads.splitlines()]
        self._learn({kind for _, _, kind in statements} - self._known.keys())
        found: set[bytes] = set()
        values: dict[_Kind, set[bytes]] = {}
        known = self._known
        for subject, same in groupby(statements, key=lambda each: each[0]):
            kinds = set()
            for _, value, kind in same:
                kinds.add(kind)
                entailed = known[kind]
                if entailed.of_value:
                    values.setdefault(kind, set()).add(value)
                for left, property_, right, place in entailed.others:
                    one = subject if left is None else left or value
                    other = subject if right is None else right or value
                    found.add(one + property_ + other + place)
            found.update(map(subject.__add__, self._said_of_subject(frozenset(kinds))))
        for kind, some in values.items():
            for said in known[kind].of_value:
                found.update(value + said for value in some)
        return sorted(found)

    def _said_of_subject(self, kinds: frozenset[_Kind]) -> list[bytes]:
        """Return what follows for a subject of which statements of some kinds are made."""
        said = self._of_subject.get(kinds)
        if said is None:
            stated = tuple(b" %b %b \t" % (TYPE, value) for of, _, value in kinds if of == TYPE)
            every = {each for kind in kinds for each in self._known[kind].of_subject}
            said = sorted(each for each in every if not each.startswith(stated))
            self._of_subject[kinds] = said
        return said

    def _learn(self, kinds: Iterable[_Kind]) -> None:
        """Find what follows from further kinds of statements."""
        lines: list[bytes] = []
        placed: dict[bytes, tuple[_Kind, bytes | None]] = {}
        for number, kind in enumerate(sorted(kinds)):
            property_, subject, value = kind
            self._known[kind] = _Entailed()
            one = _placeholder(subject, b"urn:medrd-kg:subject:%d" % number)
            placed[one] = kind, None
            other = value
            if property_ != TYPE:
                other = _placeholder(value, b"urn:medrd-kg:value:%d" % number)
                placed[other] = kind, b""
            lines.append(b"%b %b %b %b" % (one, property_, other, _GRAPH))
        if not lines:
            return
        store = rule_store(self._premises)
        load_premises(store, b"".join(lines))
        for line in conclusions(store, self._rules):
            one, property_, rest = line.split(b" ", 2)
            at = rest.rindex(b" \t")
            self._note(placed, (one, b" %b " % property_, rest[:at], rest[at:]))
        store.close()

    def _note(
        self,
        placed: dict[bytes, tuple[_Kind, bytes | None]],
        found: tuple[bytes, bytes, bytes, bytes],
    ) -> None:
        """Take a conclusion about placeholders."""
        one, property_, other, place = found
        kind = (placed.get(one) or placed[other])[0]
        entailed = self._known[kind]
        if one in placed and other not in placed:
            said = property_ + other + place
            (entailed.of_subject if placed[one][1] is None else entailed.of_value).append(said)
            return
        left = placed[one][1] if one in placed else one
        right = placed[other][1] if other in placed else other
        entailed.others.append((left, property_, right, place))


def _statement(line: bytes) -> _Statement:
    subject, property_, rest = line.split(b" ", 2)
    value = rest[: rest.rindex(b" <")]
    return subject, value, (property_, subject[:1], value if property_ == TYPE else value[:1])


def _placeholder(beginning: bytes, name: bytes) -> bytes:
    """Return a term that begins like those of a kind."""
    if beginning == b"<":
        return b"<%b>" % name
    if beginning == b"_":
        return b"_:%b" % name.replace(b":", b"-")
    return b'"%b"' % name
