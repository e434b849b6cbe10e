"""The web of paths as the file of single things holds it: a few arrays, read at once.

A release's web is made when the release is; a server would take seconds and hundreds of bytes a
link for it. The numbers of links and neighbours stand one after the other, and names are looked up
as they are shown.
"""

import sys
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from weakref import WeakKeyDictionary

from medrd_kg.linkage.items import Thing
from medrd_kg.linkage.paths_web import Web, web_between
from medrd_kg.linkage.remembering import Remembered
from medrd_kg.linkage.single import Single
from medrd_kg.linkage.tables import FactTables, Session, statement

__all__ = ["made_web", "packed", "unpacked", "web_of"]

_NUMBER: Final = "I"
"""Type of the arrays: numbers without sign, of four bytes, the lowest byte first in the file."""

_HEAD: Final = 4
"""Numbers before the arrays: how many things are linked, things, neighbours, links."""


_KEPT: Final[WeakKeyDictionary[FactTables, dict[str, Web]]] = WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def web_of(tables: FactTables, session: Session, basis: str) -> Web:
    """Return the web of a release; it is read once for each basis and kept with the tables.

    Args:
        tables: The fact tables.
        session: A session of them.
        basis: One of `selection.BASES`: which links it has.
    """
    with _LOCK:
        kept = _KEPT.setdefault(tables, {})
        if basis not in kept:
            data = session.single.bytes_of("web", basis)
            kept[basis] = (
                made_web(session, basis) if data is None else unpacked(data, session.single)
            )
        return kept[basis]


def made_web(session: Session, basis: str) -> Web:
    """Return the web of a release, made from the tables."""
    names = [Thing(*named) for named in session.rows(statement("path_nodes"))]
    return web_between(names, session.rows(statement("path_links"), {"basis": basis}))


def packed(web: Web) -> bytes:
    """Return a web without its names."""
    begins, others, link_begins, links = (array(_NUMBER) for _ in range(4))
    for one, around in enumerate(web.neighbours):
        begins.append(len(others))
        for two in around:
            others.append(two)
            link_begins.append(len(links))
            links.extend(web.links[min(one, two), max(one, two)])
    begins.append(len(others))
    link_begins.append(len(links))
    head = array(_NUMBER, (web.size, len(web.neighbours), len(others), len(links)))
    parts = (head, array(_NUMBER, web.lost), begins, others, link_begins, links)
    return b"".join(_in_order(each).tobytes() for each in parts)


def unpacked(data: bytes, single: Single) -> Web:
    """Return the web that was packed.

    Args:
        data: What `packed` gave.
        single: What holds the names of the things.
    """
    whole = array(_NUMBER)
    whole.frombytes(data)
    _in_order(whole)
    size, things, neighbours, links = whole[:_HEAD]
    parts = []
    start = _HEAD
    for length in (things, things + 1, neighbours, neighbours + 1, links):
        parts.append(memoryview(whole)[start : start + length])
        start += length
    lost, begins, others, link_begins, linked = parts
    around = _Lists(begins, others)
    names = _Names(single, things)
    numbers = _Numbers(single, names)
    return Web(names, numbers, _Links(around, link_begins, linked), around, lost, size)


def _in_order(numbers: "array[int]") -> "array[int]":
    """Return numbers with the lowest byte first, or as this machine has them."""
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers


class _Lists(Sequence[Sequence[int]]):
    """Lists of numbers, one after the other in an array."""

    def __init__(self, begins: Sequence[int], numbers: "memoryview[int]") -> None:
        self.begins = begins
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.begins) - 1

    def __getitem__(self, place: int) -> Sequence[int]:  # type: ignore[override] # no slices
        return self.numbers[self.begins[place] : self.begins[place + 1]]


class _Links(Mapping[tuple[int, int], Sequence[int]]):
    """Numbers of the links between two things, by the numbers of both."""

    def __init__(self, around: _Lists, begins: Sequence[int], numbers: "memoryview[int]") -> None:
        self._around = around
        self._begins = begins
        self._numbers = numbers

    def __getitem__(self, ends: tuple[int, int]) -> Sequence[int]:
        one, two = ends
        first, last = self._around.begins[one], self._around.begins[one + 1]
        place = bisect_left(self._around.numbers, two, first, last)
        if place == last or self._around.numbers[place] != two:
            raise KeyError(ends)
        return self._numbers[self._begins[place] : self._begins[place + 1]]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return (
            (one, two) for one, around in enumerate(self._around) for two in around if one < two
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Names(Sequence[Thing]):
    """The things of paths, looked up as they are shown, and kept by the thousand."""

    def __init__(self, single: Single, length: int) -> None:
        self._single = single
        self._length = length
        self._kept = Remembered()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: int) -> Thing:  # type: ignore[override] # no slices
        if not 0 <= number < self._length:
            raise IndexError(number)
        return self._kept.looked_up("path_thing", [number], self._load)[number]

    def _load(self, numbers: list[int]) -> dict[int, Thing]:
        found = self._single.found("path_thing", numbers)
        return {number: Thing(*said) for number, said in found.items()}


class _Numbers(Mapping[str, int]):
    """Numbers of the things of paths, by IRI."""

    def __init__(self, single: Single, names: _Names) -> None:
        self._single = single
        self._names = names

    def __getitem__(self, iri: str) -> int:
        number: int = self._single.found("path_number", [iri])[iri]
        return number

    def __iter__(self) -> Iterator[str]:
        return (name.iri for name in self._names)

    def __len__(self) -> int:
        return len(self._names)
