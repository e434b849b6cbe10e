"""The planner: which rules look at a query, and what must hold of what they make of it."""

import re
from collections.abc import Hashable, Iterable
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final, cast

from medrd_kg.sparql.planning.absence import absence_edits
from medrd_kg.sparql.planning.constants import constant_edits
from medrd_kg.sparql.planning.links import link_edits
from medrd_kg.sparql.planning.lookups import lookup_edits
from medrd_kg.sparql.planning.plans import Edit, Extents, Origins, Plan, applied
from medrd_kg.sparql.planning.reading import read
from medrd_kg.sparql.planning.rollups import RollupIndex
from medrd_kg.sparql.planning.strays import has_strays
from medrd_kg.sparql.planning.syntax import Query
from medrd_kg.sparql.planning.tokens import Unread
from medrd_kg.store.base import QueryFault
from medrd_kg.store.outline import outline

__all__ = ["may_gain", "plan"]

_REMEMBERED_LENGTH: Final = 16_384
"""Longest query, in characters, whose plan is kept for its next use."""

_EQUAL_TO_NAME: Final = re.compile(
    r"\(\s*+(?:[?$]\w++\s*+=\s*+(?:<|[\w.\-]*+:)|(?:<[^>\s]*+>|[\w.\-]*+:[\w.\-]++)\s*+=\s*+[?$])"
)
_LEAST_NAMES: Final = 4
"""A link has two properties twice: so many names, beside those of the prologue."""


def plan(text: str, extents: Extents | None = None, rollups: RollupIndex | None = None) -> Plan:
    """Plan the evaluation of a query.

    The plan has the same answer on every graph: the same solutions, each as often. Only where the
    query leaves their order open may it differ.

    Args:
        text: The query; an update, or what is no SPARQL at all, is left as it is.
        extents: What is known of the graph's size; it only chooses between texts with equal
            answers.
        rollups: Tables of the state that is asked; None when there are none, or when the request
            describes a dataset of its own.

    Returns:
        The plan; its text is the very object ``text`` when nothing applies. Should the engine
        refuse another text, evaluate the one that was given: then that is where the fault is.
    """
    if rollups:
        over_tables = rollups.plan(text)
        if over_tables.rewrites:
            return over_tables
    if not may_gain(text):
        return Plan(text)
    if len(text) > _REMEMBERED_LENGTH:
        return _planned(text, extents)
    found = _remembered(text, cast("Hashable", extents))
    return found if found.rewrites else Plan(text)


def may_gain(text: str) -> bool:
    """Tell, in a few microseconds, whether a rule may apply: false where none does.

    >>> may_gain("SELECT ?o { <http://example.org/s> ?p ?o }")
    False
    """
    return (
        _may_hold_link(text)
        or "EXISTS" in text
        or "exists" in text
        or ("=" in text and _EQUAL_TO_NAME.search(text) is not None)
    )


def _may_hold_link(text: str) -> bool:
    """Whether there are as many variables and names as two linked parts have at least."""
    if text.count("?") + text.count("$") < _LEAST_NAMES:
        return False
    names = text.count(":")
    if names < _LEAST_NAMES:
        return False
    declared = text.count("PREFIX") + text.count("prefix") + text.count("Prefix")
    return names - 2 * declared >= _LEAST_NAMES


def _planned(text: str, extents: Extents | None) -> Plan:
    planned, origins = Plan(text), Origins(text)
    rules = (
        constant_edits,
        partial(link_edits, extents=extents),
        partial(lookup_edits, extents=extents),
        partial(absence_edits, extents=extents),
    )
    try:
        given = query = read(text)
        if has_strays(query):
            return planned
        for rule in rules:
            if query.text is not planned.text:
                query = read(planned.text)
            planned, origins = applied(planned, _of(rule(query)), origins)
        if planned.rewrites and not _keeps_columns(given, planned.text):
            return Plan(text)
    except (Unread, QueryFault, RecursionError):
        return Plan(text)
    return planned


def _of(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits as a list, or none where two of them would touch each other."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    for before, after in pairwise(ordered):
        if after.start < before.end:
            return []
    return ordered


def _keeps_columns(given: Query, planned: str) -> bool:
    """Whether ``SELECT *`` still finds its variables in the same order."""
    if not given.select.star:
        return True
    names = outline(planned).variables
    return [name for name in outline(given.text).variables if name in names] == list(names)


@lru_cache(maxsize=512)
def _remembered(text: str, extents: Hashable) -> Plan:
    return _planned(text, cast("Extents | None", extents))
