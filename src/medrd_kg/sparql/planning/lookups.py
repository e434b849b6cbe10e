"""Patterns joined with a few rows of a sub-SELECT or UNION, looked up from each of these rows.

The engine computes both sides of such a join by themselves and then compares them, however few
rows the one and however many the other has. LATERAL hands each row of the few to the patterns
behind. It equals the join where the patterns behind say the same whether a shared variable is given
or found: that is so for triple patterns, and for filters on what the group binds itself.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from medrd_kg.sparql.planning.aggregates import VOLATILE
from medrd_kg.sparql.planning.plans import Edit, Extents
from medrd_kg.sparql.planning.scope import certain_of
from medrd_kg.sparql.planning.sizes import rows_of
from medrd_kg.sparql.planning.syntax import (
    Element,
    Exists,
    Filter,
    Group,
    Query,
    Select,
    Triple,
    Union,
)
from medrd_kg.sparql.planning.tokens import semicolon_follows

__all__ = ["lookup_edits"]

_FEW: Final = 1_000
"""Most rows that hand their values on."""

_WORTH: Final = 20
"""How many times as many matches the patterns behind have: a look-up costs more than a match."""


def lookup_edits(query: Query, extents: Extents | None) -> Iterator[Edit]:
    """Yield the edits that look patterns up from the few rows before them.

    Args:
        query: The query.
        extents: What is known of the graph; without it nothing is known to be few.
    """
    if extents is not None:
        yield from _in_select(query.select, query.text, extents)


def _in_select(select: Select, text: str, extents: Extents) -> Iterator[Edit]:
    yield from _in_scope(select.group, text, extents)
    yield from _within(select.group, text, extents)


def _within(group: Group, text: str, extents: Extents) -> Iterator[Edit]:
    """Look for further SELECTs: each has names of its own, which no row from outside reaches."""
    for element in group.elements:
        match element:
            case Select():
                yield from _in_select(element, text, extents)
            case Union(branches=branches):
                for branch in branches:
                    yield from _within(branch, text, extents)
            case _:
                pass  # what else has patterns may see rows from outside, or ask another graph


def _in_scope(group: Group, text: str, extents: Extents) -> Iterator[Edit]:
    """Look at the whole pattern of a SELECT."""
    elements = group.elements
    for place, driver in enumerate(elements):
        if not isinstance(driver, Union):
            continue
        run = list(_joined(elements[place + 1 :]))
        before = elements[: place + 1]
        if run and _is_worth(driver, run, extents) and _is_equal(run, before):
            start, end = _start(run[0]), run[-1].end
            if not semicolon_follows(text, end):
                yield _edit(start, "LATERAL { ")
                yield _edit(end, " }")
            return


def _edit(place: int, text: str) -> Edit:
    return Edit(
        place,
        place,
        text,
        "few-by-lookup",
        "the patterns behind a few rows are looked up from each of them, instead of all being"
        " matched and compared",
    )


def _joined(elements: Sequence[Element]) -> Iterator[Triple | Union]:
    """Yield what is joined directly behind, up to anything else."""
    for element in elements:
        if not isinstance(element, Triple | Union):
            return
        yield element


def _start(element: Triple | Union) -> int:
    return element.subject.start if isinstance(element, Triple) else element.start


def _is_worth(driver: Union, run: Sequence[Triple | Union], extents: Extents) -> bool:
    """Whether few rows meet many matches in a variable that both certainly bind."""
    given = certain_of([driver])
    first = {name for each in run if isinstance(each, Triple) for name in each.variables}
    if given.isdisjoint(first):
        return False
    few = rows_of(Group(driver.start, driver.end, (driver,)), extents)
    many = rows_of(Group(_start(run[0]), run[-1].end, tuple(run)), extents)
    return few <= _FEW and max(few, 1) * _WORTH <= many


def _is_equal(run: Sequence[Triple | Union], before: Sequence[Element]) -> bool:
    """Whether the patterns say the same with values given as when they are matched alone."""
    if any(_start(run[0]) < each.end for each in before):
        return False  # its subject is written with a pattern before
    return _says_the_same(run)


def _says_the_same(elements: Sequence[Element]) -> bool:
    """Whether patterns do; their filters name nothing from outside, see `strays`."""
    for element in elements:
        match element:
            case Triple(predicate=path):
                fits = not path.may_be_empty
            case Filter(expression=expression):
                fits = not expression.has_pattern and expression.calls.isdisjoint(VOLATILE)
            case Exists():
                fits = True
            case Union(branches=branches):
                fits = all(_says_the_same(each.elements) for each in branches)
            case _:
                fits = False
        if not fits:
            return False
    return True
