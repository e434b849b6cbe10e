"""What a question is: its address, its parameters, and who answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from medrd_kg.linkage.items import PAGE, Item, Page
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.twins.patterns import Twin
from medrd_kg.web.analytics.arguments import Argument
from medrd_kg.web.analytics.shown import shown

__all__ = ["Answer", "Question", "Values", "given"]

Values = Mapping[str, Any]
"""Values of the parameters that were given, by name."""


def given(values: Values, *names: str) -> dict[str, Any]:
    """Return those of some parameters that were given."""
    return {name: values[name] for name in names if name in values}


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of an answer.

    Attributes:
        items: Its entries as JSON.
        total: How many entries there are on all pages.
        following: Where the next page begins; None after the last.
        more: What else the answer says.
    """

    items: list[Any]
    total: int
    following: int | None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total_iri(self) -> str | None:
        """IRI of the named total in which its yen are counted; None where none are."""
        total = self.more.get("namedTotal")
        return None if total is None else total["id"]

    @classmethod
    def of(cls, page: Page[Any], **more: object) -> "Answer":
        """Return the answer that a page holds."""
        return cls(shown(page), page.total, page.next_offset, more)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with an address of its own.

    Attributes:
        path: Address below ``/api/v1/``.
        summary: What it asks.
        description: How to read the answer: what is counted, and by which rule.
        arguments: Its parameters.
        ask: Answers: the tables, the values that were given, where the page begins, its length.
        most: The longest page.
        usual: The length of a page unless the caller says otherwise.
        entry: Class of the entries, from which their JSON Schema and their columns as a table
            follow; by the value of the parameter ``kind`` where that decides.
        explode: Name of a list among the attributes of an entry of which each member gets a row
            of its own in tables.
        parts: Further lists of the answer, by their member in `Answer.more`, with the class of
            their entries: tables of their own.
        names: Attributes of an entry that are IRIs, each with the part that names the things.
        operation: Identifier of the operation where another has the one that its address gives.
        twins: Returns the SPARQL queries that give the same answer: from the values that were
            given, and the first page.
    """

    path: str
    summary: str
    description: str
    arguments: tuple[Argument, ...]
    ask: Callable[[FactTables, Values, int, int], Answer]
    most: int = PAGE
    usual: int = 20
    entry: type | Mapping[str, type] = Item
    explode: str | None = None
    parts: Mapping[str, type] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    operation: str | None = None
    twins: Callable[[Values, Answer], tuple[Twin, ...]] = lambda _values, _answer: ()

    def entry_of(self, values: Values) -> type:
        """Return the class of the entries of an answer."""
        if isinstance(self.entry, Mapping):
            return self.entry[values.get("kind", next(iter(self.entry)))]
        return self.entry

    @property
    def entries(self) -> tuple[type, ...]:
        """The classes that its entries can have."""
        if isinstance(self.entry, Mapping):
            return tuple(dict.fromkeys(self.entry.values()))
        return (self.entry,)

    @property
    def name(self) -> str:
        """Identifier of the operation."""
        return self.operation or f"get_{self.path.replace('/', '_').replace('-', '_')}"
