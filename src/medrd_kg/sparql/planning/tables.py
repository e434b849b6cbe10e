"""Tables of sums: what a star says, grouped by all of its dimensions.

A table is computed once for a state of the data, at the cost of one such query, and carried as
bytes from the process that computed it to those that use it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Self

import orjson
from pyoxigraph import Literal, NamedNode

from medrd_kg.sparql.planning.stars import Branch, Signature
from medrd_kg.store.base import Row, Store

__all__ = ["Groups", "Table", "compute"]

_FORMAT: Final = 2
_INTEGER: Final = "http://www.w3.org/2001/XMLSchema#integer"
_LARGEST_SUM: Final = 2**63 - 1
"""The engine's integers have 64 bits; beyond, it gives no sum, and where depends on the order."""

_MOST_GROUPS: Final = 20_000
"""Most groups of a table; larger ones hardly answer faster than the data themselves."""

Groups = dict[tuple[str, ...], tuple[int, int, int, int]]
"""Values of the dimensions to number of rows, sum, least and largest measure."""


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of one signature.

    Attributes:
        signature: What they are groups of.
        groups: The groups; terms are in N-Triples form.
        refusal: Why there are none, for a star that no table can stand for; else empty.
    """

    signature: Signature
    groups: Groups
    refusal: str = ""

    @property
    def is_signed(self) -> bool:
        """Whether a measure is negative: then a sum may be smaller than one of its terms."""
        return any(low < 0 for _, _, low, _ in self.groups.values())

    def encode(self) -> bytes:
        """Return it as bytes, for another process."""
        rows = [[*terms, *numbers] for terms, numbers in self.groups.items()]
        signature = self.signature
        return orjson.dumps(
            [_FORMAT, _plain(signature.branches), signature.measure, self.refusal, rows]
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the table of `encode`.

        Raises:
            ValueError: The bytes are no table of this version.
        """
        try:
            version, branches, measure, refusal, rows = orjson.loads(data)
            signature = Signature(_branches(branches), measure)
            width = _width(signature.branches)
            groups: Groups = {
                tuple(row[:width]): (row[width], row[width + 1], row[width + 2], row[width + 3])
                for row in rows
            }
        except (TypeError, IndexError, ValueError) as error:
            raise ValueError("these bytes are no table of sums") from error
        if version != _FORMAT:
            raise ValueError(f"a table of version {version}")
        return cls(signature, groups, refusal)


def compute(store: Store, signature: Signature) -> Table:
    """Compute a table from the default graph of a store.

    Takes as long as one ungrouped query of the star; meant for a process that may be killed.

    Returns:
        The table; one with a refusal where equality would not be certain or nothing be gained.
    """
    if signature.measure is not None and _measures_other_than_integers(store, signature.measure):
        return Table(signature, {}, "the measure has values that are no integers")
    groups: Groups = {}
    width = _width(signature.branches)
    for row in store.query(_text(signature)).rows():
        terms = [row[f"d{i}"] for i in range(width)]
        spelt = [_spelt(term) for term in terms]
        numbers = _numbers(row, with_measure=signature.measure is not None)
        if numbers is None or None in spelt:
            return Table(
                signature, {}, "a value cannot be written in a query, or a sum is too large"
            )
        if len(groups) >= _MOST_GROUPS:
            return Table(signature, {}, f"more than {_MOST_GROUPS} groups")
        groups[tuple(str(term) for term in terms)] = numbers
    rows = sum(numbers[0] for numbers in groups.values())
    reach = sum(n * max(abs(low), abs(high)) for n, _, low, high in groups.values())
    if reach > _LARGEST_SUM or rows > _LARGEST_SUM:
        return Table(signature, {}, "sums may be too large for the engine")
    return Table(signature, groups)


def _text(signature: Signature) -> str:
    names = " ".join(f"?d{i}" for i in range(_width(signature.branches)))
    numbers, inner = count(), count()

    def patterns(subject: str, branches: tuple[Branch, ...]) -> Iterator[str]:
        for branch in branches:
            value = f"?i{next(inner)}" if branch.branches else f"?d{next(numbers)}"
            yield f"{subject} {branch.predicate} {value} ."
            yield from patterns(value, branch.branches)

    group = " ".join(patterns("?g", signature.branches))
    sums = ""
    if signature.measure is not None:
        group += f" ?g {signature.measure} ?v ."
        sums = "(SUM(?v) AS ?s) (MIN(?v) AS ?low) (MAX(?v) AS ?high)"
    grouping = f" GROUP BY {names}" if names else ""
    return (
        f"SELECT {names} (COUNT(*) AS ?n) {sums} WHERE {{ {group} }}{grouping}"
        f" LIMIT {_MOST_GROUPS + 1}"
    )


def _width(branches: tuple[Branch, ...]) -> int:
    """Return the number of dimensions."""
    return sum(_width(each.branches) if each.branches else 1 for each in branches)


def _plain(branches: tuple[Branch, ...]) -> list[object]:
    return [[each.predicate, _plain(each.branches)] for each in branches]


def _branches(plain: list[tuple[str, list[Any]]]) -> tuple[Branch, ...]:
    return tuple(Branch(predicate, _branches(below)) for predicate, below in plain)


def _measures_other_than_integers(store: Store, measure: str) -> bool:
    return store.query(
        f"ASK {{ ?g {measure} ?v FILTER(!ISLITERAL(?v) || DATATYPE(?v) != <{_INTEGER}>) }}"
    ).boolean()


def _numbers(row: Row, *, with_measure: bool) -> tuple[int, int, int, int] | None:
    if not with_measure:
        count = _integer(row, "n")
        return None if count is None else (count, 0, 0, 0)
    found = [_integer(row, name) for name in ("n", "s", "low", "high")]
    count, total, low, high = found
    if count is None or total is None or low is None or high is None:
        return None
    return count, total, low, high


def _integer(row: Row, name: str) -> int | None:
    value = row.get(name)
    if not isinstance(value, Literal) or value.datatype.value != _INTEGER:
        return None
    number = int(value.value)
    # A number in another spelling would come back in this one.
    return number if str(number) == value.value and abs(number) <= _LARGEST_SUM else None


def _spelt(term: object) -> str | None:
    """Return a term as a query may write it; blank nodes and triples it may not."""
    if isinstance(term, NamedNode):
        # The base of a query could resolve the dots.
        return None if "/." in term.value else str(term)
    return str(term) if isinstance(term, Literal) else None
