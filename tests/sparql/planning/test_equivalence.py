"""Planned and plain answers are the same bags, on random graphs for random queries.

That the comparison can fail is tested as well: rules made wrong on purpose are found out, and the
random queries do make every rule apply with answers that are not empty.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from tests.sparql.planning.worlds import (
    PREFIXES,
    answer,
    fews,
    gaps,
    graphs,
    links,
    ordered_queries,
    queries,
    rows,
    store_of,
)

from medrd_kg.sparql.planning import Extents, Plan, plan, planner
from medrd_kg.sparql.planning.absence import absence_edits
from medrd_kg.sparql.planning.extents import StoreExtents
from medrd_kg.sparql.planning.links import link_edits
from medrd_kg.sparql.planning.plans import Edit
from medrd_kg.sparql.planning.scope import possible, possible_of
from medrd_kg.sparql.planning.syntax import Query
from medrd_kg.store.embedded import EmbeddedStore

drawn = st.one_of(queries(), gaps(), links())
Quads = list[ox.Quad]

RULES = ("constant-first", "link-by-parts", "absence-by-minus", "existence-by-lookup")
THOROUGH = settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)


def legal(text: str) -> bool:
    try:
        ox.Store().query(text)
    except SyntaxError:
        return False
    return True


def check(planned: Plan, text: str, quads: Quads) -> None:
    """Compare the answers of a plan and of its query, where the query is legal."""
    if legal(text):
        store = store_of(quads)
        assert answer(store, planned.text) == answer(store, text), planned


def unplanned(text: str) -> Plan:
    """Plan without what is remembered of other tests."""
    return planner._planned(text, None)


class Unmeasured(Extents):
    """Knows no size, but that there is something to know."""

    def of(self, predicate: str, key: str) -> int | None:
        """Know nothing of a constant."""
        assert predicate
        assert key
        return None


def looked_up(text: str) -> Plan:
    """Plan as if every sub-SELECT had few rows and all behind it had many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("medrd_kg.sparql.planning.lookups._FEW", 10**12)
        patch.setattr("medrd_kg.sparql.planning.lookups._WORTH", 0)
        return planner._planned(text, Unmeasured())


@given(quads=graphs, text=drawn)
@THOROUGH
def test_a_plan_answers_as_the_query_does(quads: Quads, text: str) -> None:
    check(plan(text), text, quads)


@pytest.mark.long
@given(quads=graphs, text=drawn)
@settings(THOROUGH, max_examples=6_000)
def test_many_plans_answer_as_their_queries_do(quads: Quads, text: str) -> None:
    check(plan(text), text, quads)


@given(quads=graphs, text=drawn)
@settings(THOROUGH, max_examples=150)
def test_sizes_choose_among_equal_plans(quads: Quads, text: str) -> None:
    sized = EmbeddedStore(union_default_graph=False)
    sized.insert(quads)
    check(plan(text, StoreExtents(sized)), text, quads)


@given(quads=graphs, text=st.one_of(fews(), fews(), queries()))
@settings(THOROUGH, max_examples=400)
def test_what_is_looked_up_from_few_rows_is_what_joins_them(quads: Quads, text: str) -> None:
    check(looked_up(text), text, quads)


@pytest.mark.long
@given(quads=graphs, text=st.one_of(fews(), fews(), queries()))
@settings(THOROUGH, max_examples=6_000)
def test_many_that_are_looked_up_from_few_rows_are_what_joins_them(quads: Quads, text: str) -> None:
    check(looked_up(text), text, quads)


@pytest.mark.parametrize(
    ("filter_", "name", "is_looked_up"),
    [
        ("NOT EXISTS {{ VALUES {} {{ :n0 }} }}", "?y", True),
        ("NOT EXISTS {{ VALUES {} {{ :n0 }} }}", "?x", False),
        ("(!BOUND({0}) || {0} = :n0)", "?y", True),
        ("(!BOUND({0}) || {0} = :n0)", "?x", False),
    ],
)
def test_a_filter_on_what_another_pattern_binds_is_left_where_it_is(
    filter_: str, name: str, *, is_looked_up: bool
) -> None:
    """Whether a branch of a UNION sees that is up to the engine, and not the same in both plans."""
    text = (
        f"{PREFIXES}SELECT * {{ {{ ?a :p0 :n0 }} UNION {{ ?a :p1 :n0 }} ?a :p0 ?x ."
        f" {{ ?a :p0 ?y FILTER {filter_.format(name)} }} UNION {{ ?a :p1 ?y }} }}"
    )
    assert legal(text)
    assert ("LATERAL" in looked_up(text).text) == is_looked_up


@given(quads=graphs, text=ordered_queries())
@settings(THOROUGH, max_examples=200)
def test_a_total_order_is_kept(quads: Quads, text: str) -> None:
    store = store_of(quads)
    assert rows(store, plan(text).text) == rows(store, text)


@given(
    text=drawn, cut=st.integers(0, 400), inserted=st.sampled_from(["", "}", ";", "?", " . ", "("])
)
@settings(THOROUGH, max_examples=300)
def test_a_fault_is_not_mended(text: str, cut: int, inserted: str) -> None:
    faulty = text[:cut] + inserted + text[cut + 1 :]
    if not legal(faulty):
        assert not legal(plan(faulty).text)


ODD = (*" {}()[].;,?:<>'\"\\#@^\n", "FILTER ", "NOT EXISTS ", "?a ", ":p ", "SELECT ", "*", "é")


@given(text=st.lists(st.sampled_from(ODD)).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_text_is_too_odd(text: str) -> None:
    planned = plan(text)
    assert planned.rewrites or planned.text is text


def test_the_random_queries_reach_every_rule_and_answers_that_tell() -> None:
    """At least so often in 400 queries; a measured run had several times as many."""
    seen: Counter[str] = Counter()

    @given(quads=graphs, text=drawn)
    @settings(THOROUGH, max_examples=400, derandomize=True, phases=[Phase.generate])
    def count(quads: Quads, text: str) -> None:
        if legal(text) and set(answer(store_of(quads), text)) - {("False",)}:
            seen.update({rewrite.rule for rewrite in plan(text).rewrites})

    count()
    assert {rule: seen[rule] >= 5 for rule in RULES} == dict.fromkeys(RULES, True), seen


def test_the_random_queries_look_up_from_few_rows_with_answers_that_tell() -> None:
    seen: Counter[str] = Counter()

    @given(quads=graphs, text=fews())
    @settings(THOROUGH, max_examples=200, derandomize=True, phases=[Phase.generate])
    def count(quads: Quads, text: str) -> None:
        if legal(text) and set(answer(store_of(quads), text)) - {("False",)}:
            seen.update({rewrite.rule for rewrite in looked_up(text).rewrites})

    count()
    assert seen["few-by-lookup"] >= 10, seen


def test_a_filter_that_sees_the_few_rows_would_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the condition is dropped, a filter within a branch sees what it must not."""
    monkeypatch.setattr("medrd_kg.sparql.planning.planner.has_strays", lambda _: False)

    def differs(example: tuple[Quads, str]) -> bool:
        quads, text = example
        planned = looked_up(text)
        if not planned.rewrites or not legal(text) or not legal(planned.text):
            return False
        store = store_of(quads)
        return answer(store, planned.text) != answer(store, text)

    find(
        st.tuples(graphs, fews()),
        differs,
        settings=settings(THOROUGH, max_examples=3000, derandomize=True, phases=[Phase.generate]),
    )


def _distinct_parts(query: Query, extents: Extents | None) -> Iterator[Edit]:
    for edit in link_edits(query, extents):
        text = re.sub(r"SELECT [^{]*", "SELECT DISTINCT ?x ?y ", edit.text)
        yield edit._replace(text=text)


def _minus_without_shared_variable(query: Query, extents: Extents | None) -> Iterator[Edit]:
    for edit in absence_edits(query, extents):
        before, sign, after = edit.text.partition("SELECT DISTINCT ")
        names, brace, rest = after.partition("{")
        yield edit._replace(text=before + sign + names.replace("?", "?other_") + brace + rest)


WRONG: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a variable counts as bound that is bound in some rows only": lambda patch: (
        patch.setattr("medrd_kg.sparql.planning.absence.certain", possible),
        patch.setattr("medrd_kg.sparql.planning.absence.certain_of", possible_of),
    )[0],
    "a filter that depends on the row is moved into MINUS": lambda patch: patch.setattr(
        "medrd_kg.sparql.planning.absence._is_self_contained", lambda _: True
    ),
    "the variables of MINUS are not those of the row": lambda patch: patch.setattr(
        planner, "absence_edits", _minus_without_shared_variable
    ),
    "rows of a part with the same links are counted once": lambda patch: patch.setattr(
        planner, "link_edits", _distinct_parts
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_rule_is_found_out(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    WRONG[fault](monkeypatch)

    def differs(example: tuple[Quads, str]) -> bool:
        quads, text = example
        planned = unplanned(text)
        if not planned.rewrites or not legal(text) or not legal(planned.text):
            return False
        store = store_of(quads)
        return answer(store, planned.text) != answer(store, text)

    try:
        find(
            st.tuples(graphs, drawn),
            differs,
            settings=settings(
                THOROUGH, max_examples=3000, derandomize=True, phases=[Phase.generate]
            ),
        )
    except NoSuchExample:
        pytest.fail(f"no random query shows that {fault}")


def test_minus_without_shared_variable_would_be_wrong() -> None:
    """The very case in which NOT EXISTS and MINUS differ: nothing shared, and NOT EXISTS wins."""
    store = store_of([ox.Quad(ox.NamedNode("urn:w:n0"), ox.NamedNode("urn:w:p0"), ox.Literal(1))])
    text = PREFIXES + "SELECT ?a { ?a :p0 1 FILTER NOT EXISTS { ?x :p0 ?y . ?z :p0 ?y } }"
    minus = PREFIXES + "SELECT ?a { ?a :p0 1 MINUS { ?x :p0 ?y . ?z :p0 ?y } }"
    assert not answer(store, text)
    assert answer(store, minus)
    planned = plan(text)
    assert {rewrite.rule for rewrite in planned.rewrites} == {"existence-by-lookup"}
    assert not answer(store, planned.text)
