"""Answers to sums from tables: the star of a query replaced by its groups.

The groups carry the number of their rows and the sum of their measure, so that ``COUNT`` becomes
the sum of the numbers and ``SUM`` the sum of the sums. Because a table is grouped by every
dimension of the very same star, whatever else the query says - constants, filters, further joins,
coarser grouping - selects and merges whole groups.
"""

import re
from collections.abc import Iterator
from typing import Final

from medrd_kg.sparql.planning.aggregates import Aggregate
from medrd_kg.sparql.planning.plans import Edit, Origins, Plan, applied
from medrd_kg.sparql.planning.reading import read
from medrd_kg.sparql.planning.stars import Signature, Star, stars
from medrd_kg.sparql.planning.syntax import Query, Triple
from medrd_kg.sparql.planning.tables import Groups, Table
from medrd_kg.sparql.planning.tokens import Unread, semicolon_follows
from medrd_kg.store.base import QueryFault

__all__ = ["RollupIndex", "signatures_of"]

_MOST_ROWS: Final = 8_000
"""Most groups that are written into a query: the engine reads about a thousand in a millisecond."""

_INTEGER_SUFFIX: Final = '"^^<http://www.w3.org/2001/XMLSchema#integer>'
_CANONICAL: Final = re.compile(r'"(?:0|[1-9][0-9]*)"')

_MOST_PROJECTIONS: Final = 64
_REMEMBERED: Final = 256


def signatures_of(text: str) -> tuple[Signature, ...]:
    """Return the signatures of the stars that a query sums; empty for any other text."""
    if not may_sum(text):
        return ()
    try:
        return tuple(star.signature for star in stars(read(text)))
    except (Unread, QueryFault, RecursionError):
        return ()


def may_sum(text: str) -> bool:
    """Tell cheaply whether a query may sum or count."""
    return any(word in text for word in ("SUM", "COUNT", "AVG", "sum", "count", "avg", "Sum"))


class RollupIndex:
    """The tables of one state of the data; a new state begins with a new index.

    For queries of the default graph only: a request that describes a dataset has other triples.
    """

    def __init__(self) -> None:
        """Begin without tables."""
        self._tables: dict[Signature, Table] = {}
        self._projections: dict[tuple[Signature, tuple[int, ...]], Groups] = {}
        self._plans: dict[str, Plan] = {}

    def __len__(self) -> int:
        """Return how many tables there are."""
        return sum(not table.refusal for table in self._tables.values())

    def adopt(self, data: bytes) -> None:
        """Take a table over that was computed on this state.

        Raises:
            ValueError: The bytes are no table.
        """
        table = Table.decode(data)
        self._tables[table.signature] = table
        self._plans.clear()

    def wanted(self, text: str) -> tuple[Signature, ...]:
        """Return the signatures for which a table would have to be computed first."""
        return tuple(each for each in signatures_of(text) if each not in self._tables)

    def plan(self, text: str) -> Plan:
        """Return the query over tables; with the very object ``text`` when none answers it."""
        if not len(self) or not may_sum(text):
            return Plan(text)
        found = self._plans.get(text)
        if found is None:
            if len(self._plans) >= _REMEMBERED:
                self._plans.clear()
            self._plans[text] = found = self._planned(text)
        return found if found.rewrites else Plan(text)

    def _planned(self, text: str) -> Plan:
        try:
            query = read(text)
            edits = [edit for star in stars(query) for edit in self._edits(star, query)]
        except (Unread, QueryFault, RecursionError):
            return Plan(text)
        return applied(Plan(text), edits, Origins(text))[0]

    def _edits(self, star: Star, query: Query) -> Iterator[Edit]:
        table = self._tables.get(star.signature)
        if table is None or table.refusal or semicolon_follows(query.text, star.run[-1].end):
            return
        if table.is_signed and star.joins:
            return  # where such a sum leaves the engine's range depends on the order of its terms
        groups = self._selected(star, table)
        if len(groups) > _MOST_ROWS:
            return
        names = _Names(query.text)
        yield _pattern_edit(star, groups, names, query.text)
        for aggregate in star.aggregates:
            yield from _aggregate_edit(aggregate, star, names)
        if star.grouping is not None:
            yield Edit(*star.grouping, "")

    def _selected(self, star: Star, table: Table) -> Groups:
        """Return the groups that have the star's constants, merged to the needed variables."""
        asked = [
            i
            for i, each in enumerate(star.dimensions)
            if each.object.is_constant or each.object.variable in star.needed
        ]
        projected = self._projected(table, tuple(asked))
        fixed = [
            (at, str(star.dimensions[i].object.key))
            for at, i in enumerate(asked)
            if star.dimensions[i].object.is_constant
        ]
        kept = [at for at, i in enumerate(asked) if not star.dimensions[i].object.is_constant]
        if not fixed:
            return projected
        return {
            tuple(terms[at] for at in kept): numbers
            for terms, numbers in projected.items()
            if all(terms[at] == key for at, key in fixed)
        }

    def _projected(self, table: Table, columns: tuple[int, ...]) -> Groups:
        key = table.signature, columns
        found = self._projections.get(key)
        if found is None:
            found = {}
            for terms, (n, total, low, high) in table.groups.items():
                part = tuple(terms[i] for i in columns)
                other = found.get(part)
                found[part] = (
                    (n, total, low, high)
                    if other is None
                    else (other[0] + n, other[1] + total, min(other[2], low), max(other[3], high))
                )
            if len(self._projections) >= _MOST_PROJECTIONS:
                self._projections.clear()
            self._projections[key] = found
        return found


class _Names:
    """Variables that the query does not use."""

    def __init__(self, text: str) -> None:
        stem = "rollup"
        while stem in text:
            stem += "_"
        self.count, self.sum = f"?{stem}_n", f"?{stem}_s"
        self.low, self.high = f"?{stem}_low", f"?{stem}_high"


def _pattern_edit(star: Star, groups: Groups, names: _Names, text: str) -> Edit:
    needed = [
        each.object.variable
        for each in star.dimensions
        if each.object.variable is not None and each.object.variable in star.needed
    ]
    carried = [
        (column, i)
        for i, (column, use) in enumerate(
            (
                (names.count, {"count", "avg"}),
                (names.sum, {"sum", "avg"}),
                (names.low, {"min"}),
                (names.high, {"max"}),
            )
        )
        if any(each.function in use for each in star.aggregates)
    ]
    columns = [f"?{name}" for name in needed] + [column for column, _ in carried]
    rows = " ".join(
        f"({' '.join([*map(_short, terms), *(str(numbers[i]) for _, i in carried)])})"
        for terms, numbers in groups.items()
    )
    pieces = [f"VALUES ({' '.join(columns)}) {{ {rows} }}"]
    own = {id(each) for each in star.triples}
    for element in star.run:
        if id(element) in own:
            continue
        if isinstance(element, Triple):
            pieces.append(f"{element.spelt(text)} .")
        else:
            pieces.append(text[element.start : element.end])
    return Edit(
        star.start,
        star.run[-1].end,
        " ".join(pieces).removesuffix(" ."),
        "sum-by-table",
        f"the patterns of ?{star.root} are replaced by {len(groups)} groups with their number"
        " of rows and sum, computed once for this state of the data by all their dimensions",
    )


def _short(term: str) -> str:
    """Return a term in its shortest spelling: the engine reads every character."""
    if term.endswith(_INTEGER_SUFFIX) and _CANONICAL.match(term):
        return term[1 : -len(_INTEGER_SUFFIX)]
    return term


def _aggregate_edit(aggregate: Aggregate, star: Star, names: _Names) -> Iterator[Edit]:
    """Yield the edit of an aggregate; none where it is the same over groups as over rows."""
    is_measure = star.measure is not None and aggregate.variable == star.measure
    is_of_root = aggregate.variable == star.root
    match aggregate.function:
        case "count" if aggregate.distinct:
            found = ("MAX", names.count) if is_of_root else None
        case "count":
            found = ("SUM", names.count)
        case "sum":
            found = ("SUM", names.sum)
        case "min" if is_measure:
            found = ("MIN", names.low)
        case "max" if is_measure:
            found = ("MAX", names.high)
        case "avg":
            found = ("SUM", names.sum)
        case _:
            found = None
    if found is None:
        return
    # Where each group is one row, the row has the value itself.
    text = found[1] if star.grouping is not None else f"{found[0]}({found[1]})"
    if aggregate.function == "avg":
        count = names.count if star.grouping is not None else f"SUM({names.count})"
        text = f"({text} / {count})"
    yield Edit(aggregate.start, aggregate.end, text)
