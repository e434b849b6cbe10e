"""``FILTER(?x = <iri>)`` as the IRI in the place of ``?x``.

The engine orders joins before it looks at filters, and so reads a whole property where an index
would do. An IRI equals a term only if it is the same IRI: where ``?x`` is certainly bound by the
patterns with which its group begins, they match with the IRI in its place as often as they match
with ``?x`` and pass the filter. BIND gives ``?x`` its value behind them.
"""

from collections.abc import Iterator, Sequence

from medrd_kg.sparql.planning.plans import NO_FILTER, Edit
from medrd_kg.sparql.planning.syntax import (
    Exists,
    Filter,
    Graph,
    Group,
    Query,
    Select,
    Triple,
    Union,
)
from medrd_kg.sparql.planning.tokens import NAMES, semicolon_follows
from medrd_kg.store.lexing import TokenKind, tokenize

__all__ = ["constant_edits"]


def constant_edits(query: Query) -> Iterator[Edit]:
    """Yield the edits for filters that fix a variable to an IRI."""
    yield from _in_group(query.select.group, query.text)


def _in_group(group: Group, text: str) -> Iterator[Edit]:
    first = _first_patterns(group)
    end = first[-1].end if first else 0
    bound = {name for each in first for name in each.variables}
    for element in group.elements:
        match element:
            case Filter():
                name, iri = _fixed(text[element.expression.start : element.expression.end])
                if name in bound and not semicolon_follows(text, end):
                    bound.discard(name)
                    yield from _edits(element, first, name, iri)
            case Union(branches=branches):
                for branch in branches:
                    yield from _in_group(branch, text)
            case Graph(name=graph) if graph.variable is None:
                yield from _in_group(element.group, text)
            case Select():
                yield from _in_group(element.group, text)
            case _:
                pass


def _edits(element: Filter, first: Sequence[Triple], name: str, iri: str) -> Iterator[Edit]:
    yield Edit(
        element.start,
        element.end,
        NO_FILTER,
        "constant-first",
        f"an IRI equals only itself: ?{name} is replaced by it in the patterns, so that the"
        " index finds it, instead of being compared after the joins",
    )
    terms = (term for each in first for term in (each.subject, each.predicate, each.object))
    for start, end in sorted({(t.start, t.end) for t in terms if t.variable == name}):
        yield Edit(start, end, iri)
    behind = first[-1].end
    yield Edit(behind, behind, f" BIND({iri} AS ?{name}) ")


def _first_patterns(group: Group) -> list[Triple]:
    """Return the triple patterns with which the group begins."""
    found: list[Triple] = []
    for element in group.elements:
        if isinstance(element, Triple):
            found.append(element)
        elif not isinstance(element, Filter | Exists):
            break
    return found


def _fixed(expression: str) -> tuple[str, str]:
    """Return the variable and the IRI of ``(?x = <i>)`` or ``(<i> = ?x)``, else empty texts."""
    match list(tokenize(expression)):
        case [opening, left, sign, right, closing]:
            if opening.text + sign.text + closing.text == "(=)":
                for variable, iri in ((left, right), (right, left)):
                    if variable.kind is TokenKind.VARIABLE and iri.kind in NAMES:
                        return variable.text[1:], iri.text
    return "", ""
