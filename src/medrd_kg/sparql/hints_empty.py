"""Why an answer may be empty: likely causes, found by asking the data about the query's parts.

All that is said is true of the data, whether or not it is the cause. It runs where queries run,
in a process that may be killed, and asks nothing more when its time is up.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Final

from medrd_kg.sparql.hints_asking import Asking
from medrd_kg.sparql.hints_found import Hint
from medrd_kg.sparql.hints_graphs import graphs_with, hidden_graphs, unknown_graphs
from medrd_kg.sparql.hints_patterns import Part, Pattern, QueryParts, read_parts
from medrd_kg.sparql.hints_unknown import UnknownNames
from medrd_kg.sparql.hints_values import comparison_hint, value_hint
from medrd_kg.store.base import Dataset, QueryFault, Store
from medrd_kg.store.lexing import tokenize

__all__ = ["hints_for"]

_MOST_HINTS: Final = 8
_MOST_PAIRS: Final = 12


def hints_for(
    store: Store,
    text: str,
    dataset: Dataset,
    *,
    base_iri: str | None = None,
    seconds: float = 0.5,
) -> list[Hint]:
    """Return likely causes of an empty answer, the likeliest first.

    Args:
        store: What answered.
        text: A query that it accepted.
        dataset: The dataset of the request; it overrides FROM.
        base_iri: Base of relative IRIs.
        seconds: Time after which nothing more is asked; a question that has begun is ended.
    """
    try:
        asking = Asking(store, text, dataset, base_iri=base_iri, seconds=seconds)
        parts = read_parts(text)
    except (QueryFault, SyntaxError):
        return []
    found: list[Hint] = []
    for hint in _causes(asking, parts):
        if hint not in found:
            found.append(hint)
        if len(found) == _MOST_HINTS:
            break
    return found


def _causes(asking: Asking, parts: QueryParts) -> Iterator[Hint]:
    yield from _no_rows_wanted(asking)
    yield from unknown_graphs(asking, parts)
    yield from hidden_graphs(asking, parts)
    unknown = UnknownNames(asking, parts)
    yield from unknown.hints()
    required = [each for each in parts.patterns if each.required and not unknown.occur_in(each)]
    lonely = [each for each in required if asking.holds(each.spelt()) is False]
    for pattern in lonely:
        yield _no_match(asking, pattern)
    compared = [comparison_hint(asking, each, parts.patterns) for each in parts.comparisons]
    yield from (hint for hint in compared if hint is not None)
    if not lonely and not unknown and not any(compared):
        # A join over paths has no bound on its time.
        yield from _never_together(asking, [each for each in required if each.verb.simple])


def _no_rows_wanted(asking: Asking) -> Iterator[Hint]:
    for keyword, number in pairwise(tokenize(asking.text)):
        if keyword.is_word("limit") and number.text == "0":
            part = Part(keyword.text, keyword.start, keyword.kind)
            yield asking.hint(
                "limit", part, ja="LIMIT 0 は行を返しません", en="LIMIT 0 asks for no rows"
            )


def _no_match(asking: Asking, pattern: Pattern) -> Hint:
    """Tell of a pattern that has no match by itself, and why if that can be told."""
    if pattern.object.is_literal:
        hint = value_hint(asking, pattern)
        if hint is not None:
            return hint
    if _may_turn(pattern) and asking.holds(pattern.spelt(turned=True)):
        return _turned(asking, pattern)
    elsewhere = graphs_with(asking, pattern)
    if elsewhere:
        return asking.hint(
            "other-graph",
            pattern.verb,
            ja=f"「{pattern.spelt()}」は問い合わせた範囲になく、ほかのグラフにあります",
            en=f"`{pattern.spelt()}` has matches in other graphs than those asked",
            suggestions=elsewhere,
        )
    samples = () if pattern.object.is_variable else asking.samples(pattern)
    seen = "; values of the property are such as" if samples else ""
    seen_ja = "。このプロパティの値の例" if samples else ""
    return asking.hint(
        "no-match",
        pattern.verb,
        ja=f"「{pattern.spelt()}」に当てはまるものはありません{seen_ja}",
        en=f"`{pattern.spelt()}` alone has no match{seen}",
        suggestions=samples,
    )


def _may_turn(pattern: Pattern) -> bool:
    return pattern.verb.is_name and pattern.verb.text != "a" and not pattern.object.is_literal


def _turned(asking: Asking, pattern: Pattern) -> Hint:
    return asking.hint(
        "direction",
        pattern.verb,
        ja=f"{pattern.verb.text} の向きが逆です",
        en=f"{pattern.verb.text} points the other way",
        suggestions=[pattern.spelt(turned=True)],
    )


def _never_together(asking: Asking, required: list[Pattern]) -> Iterator[Hint]:
    """Tell of two patterns that have matches each, but none together."""
    sharing = [pair for pair in combinations(required, 2) if _share_a_variable(*pair)]
    joined = {pattern.spelt(): pattern for pair in sharing for pattern in pair}
    few = {spelt for spelt, pattern in joined.items() if asking.few(pattern)}
    pairs = [
        # The one with few matches comes first, so that the engine starts from it.
        (one, two) if one.spelt() in few else (two, one)
        for one, two in sharing
        if not few.isdisjoint({one.spelt(), two.spelt()})
    ]
    for one, two in pairs[:_MOST_PAIRS]:
        if asking.holds(f"{one.spelt()} . {two.spelt()}") is not False:
            continue
        for pattern, other in ((one, two), (two, one)):
            both = f"{pattern.spelt(turned=True)} . {other.spelt()}"
            if _may_turn(pattern) and asking.holds(both):
                yield _turned(asking, pattern)
                return
        yield asking.hint(
            "no-join",
            max(one.verb, two.verb, key=lambda part: part.start),
            ja=f"「{one.spelt()}」と「{two.spelt()}」を同時に満たすものはありません",
            en=f"`{one.spelt()}` and `{two.spelt()}` have no match together",
        )
        return


def _share_a_variable(one: Pattern, two: Pattern) -> bool:
    return not _variables(one).isdisjoint(_variables(two))


def _variables(pattern: Pattern) -> set[str]:
    parts = (pattern.subject, pattern.object, pattern.graph)
    return {part.text for part in parts if part is not None and part.is_variable}
