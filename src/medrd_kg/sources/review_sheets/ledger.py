"""All statements of budget figures side by side: which is current, which is part of which.

Several editions state the same fiscal year of the same programme and disagree (trap 3), a parent
sheet holds the money of its child sheets (trap 1), and a renamed programme restates its former
self (trap 7). The ledger keeps every statement, chains the restatements of one *money line* by
publication year, and links parts to wholes. It never changes a figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from medrd_kg.sources.known_programmes import KnownFigure
from medrd_kg.sources.review_sheets.amounts import Amount
from medrd_kg.sources.review_sheets.records import Stage

__all__ = ["Ledger", "Statement"]


@dataclass(slots=True, eq=False)
class Statement:
    """One figure of one source for one programme, fiscal year and stage.

    Attributes:
        slug: Local name below ``id/budget-statement/``.
        graph: Named graph, also the stem of the file that it is written to.
        programme: Slug of the programme.
        line: Money line; programmes of one line restate each other.
        fiscal_year: Western year.
        stage: Stage of the budget.
        publication_year: Year of the edition; the newest edition is current.
        amount: Yen and token.
        stated_in: Prefixed name of the sheet or data source.
        locator: Place in the source.
        ministry: Slug of the ministry that budgets it.
        label: Japanese label.
        kind: Local name of the flow kind.
        flags: Local names of flag concepts, without the facet.
        supersedes: The statement of the edition before.
        superseded_by: The statement of the edition after.
        included_in: The whole of which this is a part.
        parts: What is included in it, of the same edition where there is one.
        totals: Slugs of the totals in which it may be summed.
        restates: The graph's statement of the same figure, where this import joins a graph.
        beside: Whether that one stays current.
        comparable: False for a figure that only accompanies the sheets (another perimeter or
            precision); it takes no part in restatements and totals.
    """

    slug: str
    graph: str
    programme: str
    line: str
    fiscal_year: int
    stage: Stage
    publication_year: int
    amount: Amount
    stated_in: str
    locator: str
    ministry: str
    label: str
    kind: str
    flags: set[str] = field(default_factory=set)
    supersedes: "Statement | None" = None
    superseded_by: "Statement | None" = None
    included_in: "Statement | None" = None
    parts: "list[Statement]" = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    restates: KnownFigure | None = None
    beside: bool = False
    comparable: bool = True

    @property
    def current(self) -> bool:
        """Whether no later edition restates it."""
        return self.superseded_by is None


class Ledger:
    """Collects statements, then settles how they stand to each other."""

    def __init__(self) -> None:
        """Start empty."""
        self._statements: list[Statement] = []
        self._zeros: list[Statement] = []

    def add(self, statement: Statement, *, confirmed_zero: bool = False) -> None:
        """Add a statement.

        Args:
            statement: A figure; zero only where the sheet's own 計 proves that zero is meant.
            confirmed_zero: The figure is such a zero; it is kept only if another edition states
                money for the same year and stage, because only then it says something.
        """
        (self._zeros if confirmed_zero else self._statements).append(statement)

    def __iter__(self) -> Iterator[Statement]:
        """Iterate in the order of local names."""
        return iter(sorted(self._statements, key=lambda each: each.slug))

    def __len__(self) -> int:
        """Return the number of statements."""
        return len(self._statements)

    def settle(self, parents: Mapping[str, str]) -> None:
        """Chain restatements and link parts to wholes; call once, after the last `add`.

        Args:
            parents: Slug of the parent programme by slug of the child.
        """
        self._admit_zeros()
        for group in self._groups().values():
            group.sort(key=lambda each: (each.publication_year, each.slug))
            for earlier, later in pairwise(group):
                later.supersedes, earlier.superseded_by = earlier, later
                if later.amount.yen != earlier.amount.yen:
                    earlier.flags.add("restated")
        self._include(parents)

    def _groups(self) -> dict[tuple[str, int, Stage], list[Statement]]:
        groups: defaultdict[tuple[str, int, Stage], list[Statement]] = defaultdict(list)
        for each in self._statements:
            if each.comparable:
                groups[each.line, each.fiscal_year, each.stage].append(each)
        return groups

    def _admit_zeros(self) -> None:
        groups = self._groups()
        for zero in self._zeros:
            stated = groups.get((zero.line, zero.fiscal_year, zero.stage), [])
            if any(each.publication_year < zero.publication_year for each in stated):
                self._statements.append(zero)

    def _include(self, parents: Mapping[str, str]) -> None:
        by_programme: defaultdict[tuple[str, int, Stage], list[Statement]] = defaultdict(list)
        for each in self._statements:
            if each.comparable:
                by_programme[each.programme, each.fiscal_year, each.stage].append(each)
        for part in self._statements:
            parent = parents.get(part.programme)
            if parent is None or not part.comparable:
                continue
            wholes = by_programme.get((parent, part.fiscal_year, part.stage), [])
            same = [each for each in wholes if each.publication_year == part.publication_year]
            current = [each for each in wholes if each.current]
            for whole in [*same, *current][:1]:
                part.included_in = whole
                whole.parts.append(part)

    def current(self) -> Iterable[Statement]:
        """Return the statements that no later edition restates."""
        return [each for each in self if each.current and each.comparable]
