"""What the planner says of a query: its features, what it changed and why, and what would help."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from medrd_kg.sparql.planning.planner import plan
from medrd_kg.sparql.planning.plans import Extents
from medrd_kg.sparql.planning.reading import read
from medrd_kg.sparql.planning.rollups import RollupIndex, signatures_of
from medrd_kg.sparql.planning.sizes import components
from medrd_kg.sparql.planning.syntax import (
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Lateral,
    Minus,
    Optional,
    Query,
    Select,
    Triple,
    Union,
    Values,
)
from medrd_kg.sparql.planning.tokens import Unread
from medrd_kg.store.base import QueryFault
from medrd_kg.store.outline import Outline, outline

__all__ = ["explain"]

_FEATURES: Final[dict[type, str]] = {
    Exists: "exists",
    Filter: "filter",
    Graph: "graph",
    Lateral: "lateral",
    Minus: "minus",
    Optional: "optional",
    Union: "union",
    Values: "values",
}


def explain(
    text: str, extents: Extents | None = None, rollups: RollupIndex | None = None
) -> dict[str, object]:
    """Explain how a query would be evaluated, without evaluating it.

    Args:
        text: The query.
        extents: See `plan`.
        rollups: See `plan`.

    Returns:
        Plain values for JSON: ``form``, ``features``, ``rewrites`` (rule, line, column,
        explanation), ``query`` (the text that is evaluated), ``unread`` (why the planner does not
        look at the query, or null) and ``advice``.
    """
    planned = plan(text, extents, rollups)
    unread: str | None = None
    features: list[str] = []
    advice: list[str] = []
    form: str | None = None
    try:
        found = outline(text)
        form = found.form
        query = read(text)
    except (Unread, QueryFault, RecursionError) as reason:
        unread = str(reason) or "nested too deeply"
    else:
        features = sorted(_features(query, found))
        advice = list(_advice(query, rollups, is_rewritten=bool(planned.rewrites)))
    return {
        "form": form,
        "features": features,
        "rewrites": [asdict(each) for each in planned.rewrites],
        "query": planned.text,
        "unread": unread,
        "advice": advice,
    }


def _features(query: Query, found: Outline) -> set[str]:
    features = {"from"} if found.clauses else set()
    for select, group in _groups(query.select):
        if select.aggregates:
            features.add("aggregates")
        for element in group.elements:
            name = _FEATURES.get(type(element))
            if name is not None and not (isinstance(element, Union) and len(element.branches) <= 1):
                features.add(name)
            if isinstance(element, Select):
                features.add("sub-select")
            if isinstance(element, Triple) and element.predicate.is_path:
                features.add("path")
    return features


def _groups(select: Select) -> Iterator[tuple[Select, Group]]:
    """Yield every group of a SELECT with the SELECT to which it belongs."""
    pending = [(select, select.group)]
    while pending:
        owner, group = pending.pop()
        yield owner, group
        for element in group.elements:
            pending += [(owner, inner) for inner in _inner(element)]
            if isinstance(element, Select):
                pending.append((element, element.group))


def _inner(element: Element) -> tuple[Group, ...]:
    match element:
        case Exists() | Optional() | Minus() | Lateral() | Graph():
            return (element.group,)
        case Union(branches=branches):
            return branches
        case _:
            return ()


def _advice(query: Query, rollups: RollupIndex | None, *, is_rewritten: bool) -> Iterator[str]:
    groups = [group for _, group in _groups(query.select)]
    if any(map(_is_product, groups)):
        yield (
            "some patterns share no variable: every match of one is paired with every match of"
            " the other"
        )
    if any(map(_has_open_path, groups)):
        yield (
            "a path of any length begins and ends anywhere, and so visits every node of the graph:"
            " bind one end"
        )
    if not is_rewritten and any(
        isinstance(each, Exists) and len(each.group.triples()) > 1
        for group in groups
        for each in group.elements
    ):
        yield (
            "EXISTS over several patterns is compared row by row: write MINUS { SELECT DISTINCT"
            " … } over variables that both sides bind"
        )
    if (rollups is None or rollups.wanted(query.text)) and signatures_of(query.text):
        yield "these sums can be answered from a table, once it is computed"


def _is_product(group: Group) -> bool:
    """Whether patterns have no variable in common, so that each is paired with each."""
    parts = components(group.triples())
    return sum(any(each.variables for each in part) for part in parts) > 1 and not any(
        isinstance(each, Union | Select | Values | Graph) for each in group.elements
    )


def _has_open_path(group: Group) -> bool:
    """Whether a path of any length begins and ends anywhere."""
    return any(
        each.predicate.may_be_empty
        and each.subject.variable is not None
        and each.object.variable is not None
        and sum(
            not {each.subject.variable, each.object.variable}.isdisjoint(other.variables)
            for other in group.triples()
        )
        <= 1  # itself alone
        for each in group.triples()
    )
