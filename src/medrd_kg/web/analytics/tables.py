"""Answers as tables: the whole answer, page after page, with the total, year and state it is of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.web.analytics.entries import Column, columns_of, rows_of
from medrd_kg.web.analytics.question import Answer, Question, Values
from medrd_kg.web.analytics.shown import Json, camel
from medrd_kg.web.tables import Table

__all__ = ["ITEMS", "MOST_ROWS", "Tables"]

ITEMS: Final = "items"
"""Name of the table of the entries themselves."""

MOST_ROWS: Final = 100_000
"""Entries of the longest answer that is written as a table."""

_NAMED_TOTAL: Final = "namedTotal"
_YEAR: Final = "fiscal_year"


class Tables:
    """The tables of one answer.

    Each row of the entries says what it is of: the named total in which its yen are counted, the
    fiscal year that was asked for, and the state of the data. A file that is cut up or pasted
    together still tells it.
    """

    def __init__(
        self,
        question: Question,
        values: Values,
        first: Answer,
        *,
        state: str,
        most: int,
        written: int,
    ) -> None:
        """Describe the tables.

        Args:
            question: What was asked.
            values: The values of its parameters.
            first: The first page.
            state: Identifier of the served state.
            most: The most entries that may be written; 0 for `MOST_ROWS`.
            written: How many entries will be.

        Raises:
            Problem: ``too-many-rows``.
        """
        bound = min(most or MOST_ROWS, MOST_ROWS)
        if written > bound:
            raise Problem(
                "too-many-rows",
                f"the answer has {written} entries; {bound} can be written as one table",
                "ask for pages with limit, or for less",
                extra={"limit": bound},
            )
        self._question = question
        self._first = first
        self._named = tuple(question.names)
        self._things = {
            name: {each["thing"]["id"]: each["thing"] for each in first.more[part]}
            for name, part in question.names.items()
        }
        self._columns = columns_of(question.entry_of(values), question.explode, self._named)
        self._constants = _constants(values, first, state)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables, that of the entries first."""
        return (ITEMS, *self._question.parts)

    def entries(self, page: Answer) -> Table:
        """Return the entries of a page as a table."""
        found = page.items
        if self._named:
            found = [each | self._with_names(each) for each in found]
        rows = rows_of(self._columns, found, self._question.explode)
        return self._table(self._columns, rows)

    def part(self, name: str) -> Table:
        """Return a further list of the answer as a table."""
        columns = columns_of(self._question.parts[name])
        return self._table(columns, rows_of(columns, self._first.more[name]))

    def notes(self, address: str, numbers: Mapping[str, Mapping[str, str]]) -> Table:
        """Return what must be known to read the tables.

        Args:
            address: Address of the answer.
            numbers: Definitions of its numbers, by name and language.
        """
        rows: list[list[object]] = [["address", address, None]]
        rows += [[name, value, None] for name, value in self._constants.items()]
        rows.append(["total", self._first.total, None])
        for name, value in self._first.more.items():
            if name == _NAMED_TOTAL and value is not None:
                rows += [[f"{name}_{key}", each, None] for key, each in _flat(value)]
            elif isinstance(value, int | str):
                rows.append([name, value, None])
        rows += [[f"{name}: ja / en", each["ja"], each["en"]] for name, each in numbers.items()]
        return Table(["name", "value", "value_en"], rows)

    def _table(self, columns: Sequence[Column], rows: list[list[object]]) -> Table:
        constants = list(self._constants.values())
        return Table(
            [*(each.name for each in columns), *self._constants],
            [[*row, *constants] for row in rows],
            frozenset(each.name for each in columns if each.is_decimal),
        )

    def _with_names(self, entry: Mapping[str, Json]) -> dict[str, Json]:
        return {
            camel(name): self._things[name].get(entry[camel(name)], {"id": entry[camel(name)]})
            for name in self._named
        }


def _constants(values: Values, first: Answer, state: str) -> dict[str, Any]:
    """Return what every row says: the total, the year, the state of the data."""
    found: dict[str, Any] = {}
    total = first.more.get(_NAMED_TOTAL)
    if total is not None:
        label = total["label"]
        found = {
            _NAMED_TOTAL: total["id"],
            f"{_NAMED_TOTAL}_ja": label.get("ja"),
            f"{_NAMED_TOTAL}_en": label.get("en"),
            f"{_NAMED_TOTAL}_fiscalYear": total["fiscalYear"],
        }
    return found | {"asked_fiscalYear": values.get(_YEAR), "release": state}


def _flat(total: Mapping[str, Json]) -> Iterator[tuple[str, object]]:
    for name, value in total.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{key}", each) for key, each in value.items())
        else:
            yield name, value
