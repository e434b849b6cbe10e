"""What the planner knows of a query's structure, with the place of every part in the text.

Only the part of SPARQL is modelled in which equivalences are certain. What is not modelled is not
read, and what is not read is not rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "AGGREGATES",
    "Bind",
    "Element",
    "Exists",
    "Expression",
    "Filter",
    "Graph",
    "Group",
    "Lateral",
    "Minus",
    "Optional",
    "Projected",
    "Query",
    "Select",
    "Term",
    "Triple",
    "Union",
    "Values",
]


@dataclass(frozen=True, slots=True)
class Term:
    """A variable, IRI, literal or property path at its place.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        variable: Its name without the mark; None for constants and paths.
        key: A constant in N-Triples form when that is certain, else None.
        is_path: Whether it is a property path of more than one IRI.
        may_be_empty: Whether it is a path that matches a node with itself.
    """

    start: int
    end: int
    variable: str | None = None
    key: str | None = None
    is_path: bool = False
    may_be_empty: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether it is one term that stands for itself."""
        return self.variable is None and not self.is_path


@dataclass(frozen=True, slots=True)
class Triple:
    """One triple or path pattern; several may share their subject or predicate in the text."""

    subject: Term
    predicate: Term
    object: Term

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of its variables in written order."""
        terms = (self.subject, self.predicate, self.object)
        return tuple(term.variable for term in terms if term.variable is not None)

    @property
    def end(self) -> int:
        """Offset after its object."""
        return self.object.end

    def spelt(self, text: str) -> str:
        """Return it as a pattern of its own."""
        terms = (self.subject, self.predicate, self.object)
        return " ".join(text[term.start : term.end] for term in terms)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, of which only place, variables and inner patterns are known.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        variables: All variables in it, those of inner patterns too.
        has_pattern: Whether it holds EXISTS.
        calls: Names of the functions and aggregates it calls, lower case.
    """

    start: int
    end: int
    variables: frozenset[str]
    has_pattern: bool
    calls: frozenset[str]

    @property
    def plain(self) -> str | None:
        """The variable, where it is nothing but one."""
        for name in self.variables:
            if self.end - self.start == len(name) + 1:
                return name
        return None


@dataclass(frozen=True, slots=True)
class Filter:
    """``FILTER`` with an expression."""

    start: int
    end: int
    expression: Expression


@dataclass(frozen=True, slots=True)
class Exists:
    """``FILTER EXISTS`` or ``FILTER NOT EXISTS``."""

    start: int
    end: int
    negated: bool
    group: Group


@dataclass(frozen=True, slots=True)
class Optional:
    """``OPTIONAL``."""

    start: int
    end: int
    group: Group


@dataclass(frozen=True, slots=True)
class Minus:
    """``MINUS``."""

    start: int
    end: int
    group: Group


@dataclass(frozen=True, slots=True)
class Lateral:
    """``LATERAL``, which engines offer beyond the standard."""

    start: int
    end: int
    group: Group


@dataclass(frozen=True, slots=True)
class Union:
    """A group standing for itself (one branch), or a ``UNION``."""

    start: int
    end: int
    branches: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """``GRAPH`` with a name or variable."""

    start: int
    end: int
    name: Term
    group: Group


@dataclass(frozen=True, slots=True)
class Bind:
    """``BIND``; ``is_constant`` when it assigns one IRI or literal as it is written."""

    start: int
    end: int
    expression: Expression
    variable: str
    is_constant: bool


@dataclass(frozen=True, slots=True)
class Values:
    """``VALUES``; ``bound`` are the variables without UNDEF in any row.

    Attributes:
        start: Offset of the keyword.
        end: Offset after the block.
        variables: Its variables.
        bound: Those that every row binds.
        rows: Number of rows.
    """

    start: int
    end: int
    variables: tuple[str, ...]
    bound: frozenset[str]
    rows: int


@dataclass(frozen=True, slots=True)
class Projected:
    """One column of a SELECT: a variable, or an expression with its alias."""

    start: int
    end: int
    variable: str
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT, outermost or within a group.

    Attributes:
        start: Offset of the keyword.
        end: Offset after its last clause.
        distinct: Whether DISTINCT is written.
        star: Whether it projects ``*``.
        columns: Its columns; empty for ``*``.
        group: Its pattern.
        group_by: Variables and expressions of GROUP BY (alias None unless ``AS`` is written).
        having: Expressions of HAVING.
        order_by: Expressions of ORDER BY.
        limited: Whether LIMIT or OFFSET is written.
        values: The data block behind it.
    """

    start: int
    end: int
    distinct: bool
    star: bool
    columns: tuple[Projected, ...]
    group: Group
    group_by: tuple[tuple[Expression, str | None], ...] = ()
    having: tuple[Expression, ...] = ()
    order_by: tuple[Expression, ...] = ()
    limited: bool = False
    values: Values | None = None

    @property
    def aggregates(self) -> bool:
        """Whether it groups, by GROUP BY or by an aggregate alone."""
        expressions = [column.expression for column in self.columns] + list(self.having)
        expressions += self.order_by
        return bool(self.group_by) or any(
            each is not None and not each.calls.isdisjoint(AGGREGATES) for each in expressions
        )


AGGREGATES = frozenset({"count", "sum", "min", "max", "avg", "sample", "group_concat"})
"""Names of the aggregates; a group with one is grouped as a whole without GROUP BY."""

Element = (
    Triple | Filter | Exists | Optional | Minus | Lateral | Union | Graph | Bind | Values | Select
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group between braces; a sub-SELECT is a group with a `Select` as its only element.

    Attributes:
        start: Offset of the opening brace.
        end: Offset after the closing brace.
        elements: Its parts in written order; a filter holds for the whole group.
    """

    start: int
    end: int
    elements: tuple[Element, ...] = field(default=())

    def triples(self) -> tuple[Triple, ...]:
        """Return the triple patterns that stand directly in it."""
        return tuple(each for each in self.elements if isinstance(each, Triple))


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query.

    Attributes:
        text: Its text.
        form: select, ask, construct or describe.
        select: The outermost SELECT; for other forms one with their pattern.
        has_dataset: Whether FROM is written.
        prologue: The declarations before the form.
    """

    text: str
    form: str
    select: Select
    has_dataset: bool
    prologue: str
