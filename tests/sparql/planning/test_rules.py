"""What each rule makes of a query, and the near misses that it leaves alone."""

import pyoxigraph as ox
import pytest

from medrd_kg.sparql.planning import Rewrite, plan

PREFIXES = "PREFIX : <urn:w:>\n"

GAP = "SELECT ?d ?m { ?d a :D . ?m a :M . FILTER NOT EXISTS { ?g :d ?d ; :m ?m } }"


def rules(text: str) -> list[str]:
    return [rewrite.rule for rewrite in plan(PREFIXES + text).rewrites]


@pytest.mark.parametrize(
    "text",
    [
        GAP,
        "SELECT ?d ?m { ?d a :D . ?m a :M . FILTER(NOT EXISTS { ?g :d ?d ; :m ?m }) }",
        "SELECT ?d ?m { FILTER NOT EXISTS { ?g :d ?d ; :m ?m } ?d a :D . ?m a :M }",
        "SELECT ?d { VALUES ?d { :a :b } FILTER NOT EXISTS { ?g :d ?d ; :m :n } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { { ?g :d ?d } UNION { ?g :m ?d } } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :y ?y FILTER(?y > 3) } }",
        "SELECT ?d { GRAPH :g { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m } } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?t :d/:broader* ?d } }",
        "SELECT (COUNT(*) AS ?n) { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m } } LIMIT 1",
    ],
)
def test_absence_becomes_minus(text: str) -> None:
    assert rules(text) == ["absence-by-minus"]


@pytest.mark.parametrize(
    "text",
    [
        # one look-up by index
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d } }",
        # bound in some rows only
        "SELECT ?d { ?d a :D OPTIONAL { ?d :p ?x } FILTER NOT EXISTS {?g a ?x OPTIONAL {?g a ?d}}}",
        # a graph that a sub-SELECT would forget
        "SELECT ?d { GRAPH ?w { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m } } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { GRAPH ?w { ?g :d ?d ; :m ?m } } }",
        # a filter of OPTIONAL sees the rows outside
        "SELECT ?d { ?d a :D OPTIONAL { ?d :p ?x FILTER NOT EXISTS { ?g :d ?d ; :m ?x } } }",
        # not alone in its filter
        "SELECT ?d { ?d a :D FILTER(?d = 1 || NOT EXISTS { ?g :d ?d ; :m ?x }) }",
        # what the planner does not read
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m [] } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { _:g :d ?d ; :m ?m } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d . SERVICE :s { ?g :m ?m } } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { << ?g :d ?d >> :m ?m . ?g :d ?d } }",
        "SELECT ?d { ?d a :D ; :l '\\u0041' FILTER NOT EXISTS { ?g :d ?d ; :m ?m } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g no:d ?d ; :m ?m } }",
        "INSERT { ?d a :X } WHERE { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m } }",
        # a path that matches a node with itself
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d* ?d ; :m ?m } }",
        # no parts around constants
        "SELECT ?a ?b { ?a :p ?x ; :q ?y . ?b :p ?x ; :q ?y }",
        "SELECT ?a ?b { ?a a :D ; :q ?y . ?b a :D ; :q ?y }",
        # no variable in common
        "SELECT ?a ?b { ?a :p :c ; :q ?x . ?b :p :d ; :q ?y }",
        # one node binds what they meet in to few values
        "SELECT ?b { :n :p ?x . ?b :p ?x ; :q :c }",
        "SELECT ?a ?b { :n :p ?x . ?a :p ?x ; :q :c . ?b :p ?x ; :q :d }",
        # a part that reaches everything that a node has
        "CONSTRUCT { ?f ?p ?o } WHERE { ?a :p ?g ; :q :c . ?f :p ?g ; :q :d ; ?p ?o }",
        # other values may equal a literal
        'SELECT ?a { ?a :p ?x . FILTER(?x = "v") }',
        "SELECT ?a { ?a :p ?x . FILTER(?x = 1) }",
        # bound in some rows only
        "SELECT ?a { ?a :p ?y OPTIONAL { ?a :q ?x } FILTER(?x = :c) }",
        # one of several conditions
        "SELECT ?a { ?a :p ?x . FILTER(?x = :c || ?a = :b) }",
    ],
)
def test_near_misses_are_left_alone(text: str) -> None:
    given = PREFIXES + text
    assert plan(given).text is given


def test_patterns_within_a_pattern_that_must_be_absent_are_looked_up_too() -> None:
    planned = plan(
        PREFIXES + "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m"
        " FILTER NOT EXISTS { ?h :d ?d ; :m ?n FILTER(?n > ?m) } } }"
    )
    assert [rewrite.rule for rewrite in planned.rewrites] == ["existence-by-lookup"]
    assert planned.text.count("LATERAL") == 2


def test_one_pattern_with_a_look_up_in_it_stays() -> None:
    text = "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d FILTER EXISTS { ?g :m ?d } } }"
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m } }",
        "SELECT ?d { ?d a :D FILTER NOT EXISTS { ?g :d ?d ; :m ?m } } LIMIT 10",
        "SELECT ?d { ?d a :D FILTER EXISTS { ?g :d ?d ; :m ?m } }",
        "SELECT ?d { ?d :n ?x FILTER NOT EXISTS { ?g :d ?d ; :m ?m FILTER(?m != ?x) } }",
        "SELECT ?x { ?d a :D OPTIONAL { ?d :p ?x } FILTER NOT EXISTS { ?g :d ?x ; :m ?x } }",
    ],
)
def test_where_minus_is_not_certain_or_not_better_patterns_are_looked_up(text: str) -> None:
    assert rules(text) == ["existence-by-lookup"]


def test_parts_around_constants_keep_all_their_variables() -> None:
    text = "SELECT ?a ?b { ?a :p :c ; :q ?x . ?b :p :d ; :q ?x . ?x :l ?l . FILTER(?a != ?b) }"
    planned = plan(PREFIXES + text)
    assert planned.text == PREFIXES + (
        "SELECT ?a ?b { { SELECT ?a ?x { ?a :p :c . ?a :q ?x . } }"
        " { SELECT ?b ?x { ?b :p :d . ?b :q ?x . } } ?x :l ?l . FILTER(?a != ?b) }"
    )


@pytest.mark.parametrize(
    "head",
    [
        "SELECT DISTINCT ?x",
        "SELECT (COUNT(DISTINCT ?x) AS ?n)",
        "SELECT (MAX(?x) AS ?n)",
        "ASK",
    ],
)
def test_parts_are_reduced_where_equal_rows_do_not_matter(head: str) -> None:
    planned = plan(PREFIXES + head + " { ?a :p :c ; :q ?x . ?b :p :d ; :q ?x }")
    assert planned.text == PREFIXES + head + (
        " { { SELECT DISTINCT ?x { ?a :p :c . ?a :q ?x . } }"
        " { SELECT DISTINCT ?x { ?b :p :d . ?b :q ?x . } } }"
    )


@pytest.mark.parametrize(
    "head",
    [
        "SELECT ?x",
        "SELECT REDUCED ?x",
        "SELECT (COUNT(?x) AS ?n)",
        "SELECT (COUNT(DISTINCT *) AS ?n)",
        "SELECT (COUNT(DISTINCT ?x) AS ?n) (SUM(?x) AS ?m)",
        "SELECT (GROUP_CONCAT(DISTINCT ?x) AS ?n)",
        "SELECT DISTINCT *",
        "SELECT DISTINCT ?x (RAND() AS ?r)",
        "CONSTRUCT { [] :p ?x } WHERE",
    ],
)
def test_parts_are_kept_whole_where_equal_rows_may_matter(head: str) -> None:
    planned = plan(PREFIXES + head + " { ?a :p :c ; :q ?x . ?b :p :d ; :q ?x }")
    assert "SELECT ?a ?x" in planned.text


class _Known:
    """Sizes as a graph might have them."""

    def __init__(self, **sizes: int) -> None:
        self._sizes = {f"<urn:w:{name}>": size for name, size in sizes.items()}

    def of(self, predicate: str, value: str) -> int | None:
        assert predicate.startswith("<urn:w:")
        return self._sizes.get(value)


@pytest.mark.parametrize(
    ("sizes", "in_parts"),
    [
        ({"c": 100, "d": 100}, True),
        ({"c": 20_000, "d": 9_000}, True),
        ({"c": 1, "d": 20_000}, False),
        ({"c": 1, "d": 300}, True),
    ],
)
def test_a_large_part_is_looked_up_from_a_small_one(
    sizes: dict[str, int], *, in_parts: bool
) -> None:
    text = PREFIXES + "SELECT ?a ?b { ?a :p :c ; :q ?x . ?b :p :d ; :q ?x }"
    assert (plan(text, _Known(**sizes)).text is not text) == in_parts


def test_a_constant_of_a_filter_stands_in_the_patterns() -> None:
    text = "SELECT ?s ?x { ?s :p ?x ; :q ?y . ?x :r ?z . FILTER(:c = ?x) }"
    planned = plan(PREFIXES + text)
    assert planned.text == PREFIXES + (
        "SELECT ?s ?x { ?s :p :c ; :q ?y . :c :r ?z BIND(:c AS ?x)  . FILTER(true) }"
    )


def test_a_rewrite_is_told_with_its_place() -> None:
    text = "# gaps\nSELECT ?d ?m {\n  ?d a <urn:D> . ?m a <urn:M> .\n"
    text += "  FILTER NOT EXISTS { ?g <urn:d> ?d ; <urn:m> ?m }\n}"
    (found,) = plan(text).rewrites
    assert isinstance(found, Rewrite)
    assert (found.rule, found.line, found.column) == ("absence-by-minus", 4, 3)
    assert "?d ?m" in found.explanation


def test_places_are_those_of_the_given_text_after_several_rules() -> None:
    text = (
        "SELECT ?a {\n ?a <urn:p> ?c ; <urn:q> ?x .\n ?b <urn:p> <urn:d> ; <urn:q> ?x .\n"
        " FILTER(?c = <urn:c>)\n FILTER NOT EXISTS { ?a <urn:r> ?x . ?x <urn:s> ?b }\n}"
    )
    found = plan(text).rewrites
    assert [(each.rule, each.line) for each in found] == [
        ("constant-first", 4),
        ("link-by-parts", 2),
        ("absence-by-minus", 5),
    ]


def test_all_columns_of_a_star_stay_in_order() -> None:
    """MINUS must stand behind what binds ?d, and would then name ?m first."""
    text = (
        "SELECT * { FILTER NOT EXISTS { ?g <urn:d> ?d ; <urn:m> ?m } ?m a <urn:M> . ?d a <urn:D> }"
    )
    assert plan(text).text is text


def test_a_prefix_named_like_a_keyword_is_no_keyword() -> None:
    text = "PREFIX exists: <urn:> SELECT ?x { ?x exists:p exists:q ; exists:r 'NOT EXISTS { ?x }' }"
    assert plan(text).text is text


@pytest.mark.parametrize("depth", [30, 200, 5000])
def test_deep_nesting_is_left_alone_or_planned_and_never_fails(depth: int) -> None:
    text = PREFIXES + "SELECT * " + "{ " * depth + GAP.partition("{")[2][:-1] + "} " * depth
    planned = plan(text)
    assert planned.rewrites or planned.text is text


def test_long_texts_are_not_looked_at() -> None:
    text = PREFIXES + "SELECT ?d { ?d a :D " + "FILTER NOT EXISTS { ?g :d ?d ; :m ?m } " * 100_000
    assert plan(text).text is text


def test_the_engine_reads_every_planned_text_here() -> None:
    assert ox.Store().query(plan(PREFIXES + GAP).text)


NESTED = "?a :p ?a FILTER EXISTS { ?a :p ?a ; :q ?b FILTER(?b != '?b' && BOUND(?a)) }"


def test_what_another_group_names_is_not_looked_up_in_a_nested_one() -> None:
    """There the engine hands rows on with all that is bound around, which LATERAL would see."""
    text = f"SELECT (COUNT(*) AS ?n) {{ ?a :r ?c . {{ {NESTED} }} UNION {{ ?b :q :none }} }}"
    looked_up = "{ ?a :p ?a LATERAL { ?a :q ?b_inner } FILTER(?b_inner != '?b' && BOUND(?a)) }"
    planned = plan(PREFIXES + text).text
    assert looked_up in planned
    a, p, q, r = (ox.NamedNode(f"urn:w:{name}") for name in "apqr")
    store = ox.Store()
    store.extend([ox.Quad(a, p, a), ox.Quad(a, q, a), ox.Quad(a, r, a)])
    for query in (PREFIXES + text, planned):
        solutions = store.query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        assert [solution["n"].value for solution in solutions] == ["1"]


@pytest.mark.parametrize(
    ("pattern", "is_left"),
    [
        (f"?a :r ?b . {{ {NESTED} }} UNION {{ ?a :q :none }}", True),
        (f"?a :r ?c . {{ {NESTED} }} UNION {{ ?a :q :none }}", False),
        (f"{{ {NESTED} }} UNION {{ ?a :q :none }} OPTIONAL {{ ?a :r ?b }}", True),
        (f"?a :r ?b . GRAPH :g {{ {NESTED} }}", True),
        (f"?a :r ?b . {{ SELECT ?a {{ {NESTED} }} }}", False),
        (f"?a :r ?b . {{ SELECT ?a ?b {{ {NESTED} }} }}", True),
        (f"?a :r ?b OPTIONAL {{ {{ {NESTED} }} UNION {{ ?a :q :none }} }}", True),
        ("?a :r ?b . { ?a :q ?c FILTER(?c = :x) } UNION { ?a :p ?c BIND(?b AS ?d) }", True),
        ("?a :r ?b . { ?a :q ?c FILTER(?c = :x) } UNION { ?a :p ?c BIND(?c AS ?b) }", False),
    ],
)
def test_a_filter_on_what_only_other_patterns_bind_leaves_the_query_as_it_is(
    pattern: str, *, is_left: bool
) -> None:
    """The engine answers it in one way or the other, as the patterns around are written."""
    text = f"{PREFIXES}SELECT * {{ {pattern} }}"
    assert (plan(text).text == text) == is_left
