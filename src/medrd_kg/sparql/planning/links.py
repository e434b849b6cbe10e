"""Joins of patterns that each have a constant of their own: each part is computed by itself.

Of ``?a p C ; q ?x . ?b p D ; q ?x`` the engine looks up, for each ``?a``, every ``?b`` with the
same ``?x`` and then throws away those that are not of ``D``. It does not take sub-SELECTs apart,
so that naming each part as one makes it compute both and join them by hash. A basic graph pattern
is the join of any parts of it, and a sub-SELECT of all its variables is the part itself: the same
rows as often as before.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from medrd_kg.sparql.planning.plans import Edit, Extents
from medrd_kg.sparql.planning.sizes import RDF_TYPE, components, selectivity
from medrd_kg.sparql.planning.syntax import (
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Query,
    Select,
    Triple,
    Union,
    Values,
)
from medrd_kg.sparql.planning.tokens import semicolon_follows

__all__ = ["link_edits"]

_LARGEST_RATIO: Final = 300
"""How many times larger the second part may be: beyond, looking up is cheaper than computing it."""

_SMALL: Final = 2_000
"""A part of so many subjects is computed in about a millisecond, whatever the other is."""


def link_edits(query: Query, extents: Extents | None) -> Iterator[Edit]:
    """Yield an edit for every run of patterns that falls into parts with constants.

    Args:
        query: The query.
        extents: What is known of the graph; it tells whether both parts are small.
    """
    yield from _in_group(query.select.group, query.text, extents)


def _in_group(group: Group, text: str, extents: Extents | None) -> Iterator[Edit]:
    for run in _runs(group.elements):
        yield from _in_run(run, text, extents)
    for element in group.elements:
        match element:
            case Union(branches=branches):
                for branch in branches:
                    yield from _in_group(branch, text, extents)
            case Graph(name=name) if name.variable is None:
                yield from _in_group(element.group, text, extents)
            case Select():
                yield from _in_group(element.group, text, extents)
            case _:
                pass


def _runs(elements: Sequence[Element]) -> Iterator[list[Element]]:
    """Yield stretches that are joined with each other and with nothing else in between."""
    run: list[Element] = []
    for element in elements:
        if isinstance(element, Triple | Values | Filter | Exists):
            run.append(element)
        else:
            yield run
            run = []
    yield run


def _in_run(run: Sequence[Element], text: str, extents: Extents | None) -> Iterator[Edit]:
    while run and not isinstance(run[-1], Triple):
        run = run[:-1]
    while run and not isinstance(run[0], Triple):
        run = run[1:]
    triples = [each for each in run if isinstance(each, Triple)]
    parts = components(triples, _links(triples))
    owned = [each for each in run if isinstance(each, Values) and _belongs_to_one(each, parts)]
    given = frozenset().union(*(each.bound for each in owned))
    anchored = [part for part in parts if _is_anchored(part, given)]
    partners = anchored + [part for part in parts if any(each.subject.is_constant for each in part)]
    chosen = [part for part in anchored if _has_partner(part, partners, given, extents)]
    if not chosen or any(each.predicate.may_be_empty for part in chosen for each in part):
        return
    if semicolon_follows(text, run[-1].end):
        return
    yield _edit(run, chosen, owned, text)


def _belongs_to_one(values: Values, parts: Sequence[Sequence[Triple]]) -> bool:
    """Whether a single part has its variables: only there may its rows move."""
    names = set(values.variables)
    meeting = [part for part in parts if not names.isdisjoint(_names(part))]
    return len(meeting) == 1


def _names(part: Sequence[Triple]) -> dict[str, None]:
    return dict.fromkeys(name for each in part for name in each.variables)


def _edit(
    run: Sequence[Element],
    chosen: Sequence[Sequence[Triple]],
    owned: Sequence[Values],
    text: str,
) -> Edit:
    taken = {id(each) for part in chosen for each in part}
    pieces: list[tuple[int, str]] = []
    for part in chosen:
        names = _names(part)
        own = [each for each in owned if not names.keys().isdisjoint(each.variables)]
        inner = [text[each.start : each.end] for each in own]
        inner += [f"{each.spelt(text)} ." for each in part]
        for each in own:
            names.update(dict.fromkeys(each.variables))
            taken.add(id(each))
        columns = " ".join(f"?{name}" for name in names)
        begin = min(each.object.start for each in part)
        pieces.append((begin, f"{{ SELECT {columns} {{ {' '.join(inner)} }} }}"))
    for element in run:
        if id(element) in taken:
            continue
        if isinstance(element, Triple):
            pieces.append((element.object.start, f"{element.spelt(text)} ."))
        else:
            pieces.append((element.start, text[element.start : element.end]))
    first = run[0]
    begin = first.subject.start if isinstance(first, Triple) else first.start
    return Edit(
        begin,
        run[-1].end,
        " ".join(piece for _, piece in sorted(pieces, key=lambda each: each[0])).removesuffix(" ."),
        "link-by-parts",
        f"{len(chosen)} parts with constants of their own are computed each by itself and"
        " joined; sub-SELECTs of all their variables keep every row as often as it is",
    )


def _links(triples: Sequence[Triple]) -> frozenset[str]:
    """Return the variables that are values of two subjects: there the parts meet."""
    subjects: dict[str, set[str]] = {}
    for each in triples:
        if each.object.variable is not None and each.subject.variable is not None:
            subjects.setdefault(each.object.variable, set()).add(each.subject.variable)
    return frozenset(name for name, found in subjects.items() if len(found) > 1)


def _is_anchored(part: Sequence[Triple], given: frozenset[str]) -> bool:
    """Whether it has a constant other than its class, and more to look up than that."""
    return len(part) > 1 and any(_is_anchor(each, given) for each in part)


def _is_anchor(triple: Triple, given: frozenset[str]) -> bool:
    return (
        triple.subject.variable is not None
        and triple.subject.variable not in given
        and (triple.object.is_constant or triple.object.variable in given)
        and not triple.predicate.is_path
        and triple.predicate.variable is None
        and triple.predicate.key != RDF_TYPE
    )


def _has_partner(
    part: Sequence[Triple],
    others: Sequence[Sequence[Triple]],
    given: frozenset[str],
    extents: Extents | None,
) -> bool:
    """Whether another part shares a variable with it and is of no other order of size."""
    names = _names(part).keys() - given
    size = _size(part, given, extents)
    for other in others:
        if other is part or names.isdisjoint(_names(other)):
            continue
        smaller, larger = sorted((size, _size(other, given, extents)))
        if larger <= smaller * _LARGEST_RATIO + _SMALL:
            return True
    return False


def _size(part: Sequence[Triple], given: frozenset[str], extents: Extents | None) -> int:
    return min(
        selectivity(each, given, extents)
        for each in part
        if each.subject.is_constant or _is_anchor(each, given)
    )
