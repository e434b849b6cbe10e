"""Random small graphs and random queries over them, for comparing plans with plain answers."""

import random
from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

PREFIXES = "PREFIX : <urn:w:>\n"

NODES = ("n0", "n1", "n2", "n3")
PROPERTIES = ("p0", "p1", "p2")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
NAMES = ("a", "b", "x", "y", "z")

Answer = Counter[tuple[str, ...]]


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"urn:w:{name}")


_OBJECTS: tuple[ox.NamedNode | ox.Literal, ...] = (
    *(iri(name) for name in NODES),
    ox.Literal(1),
    ox.Literal("v"),
)
_PREDICATES = (*(iri(name) for name in PROPERTIES), TYPE)


def graph_of(seed: int, density: float) -> list[ox.Quad]:
    """Return quads of the default graph and of two named ones.

    Args:
        seed: Decides which.
        density: Share of all possible triples of the default graph.
    """
    chosen = random.Random(seed)
    return [
        ox.Quad(subject, predicate, value, name)
        for subject in map(iri, NODES)
        for predicate in _PREDICATES
        for value in _OBJECTS
        for name, share in ((ox.DefaultGraph(), 1), (iri("g0"), 0.8), (iri("g1"), 0.3))
        if chosen.random() < density * share
    ]


graphs: SearchStrategy[list[ox.Quad]] = st.builds(
    graph_of, st.integers(0, 1000), st.sampled_from([0.1, 0.25, 0.4, 0.6])
)
"""Graphs dense enough that joins have answers, and sparse enough that something is absent."""


def store_of(quads: Iterable[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


def answer(store: ox.Store, text: str) -> Answer:
    """Return the solutions or triples with their multiplicities, or the truth of an ASK."""
    result = store.query(text)
    if isinstance(result, ox.QueryBoolean):
        return Counter([(str(bool(result)),)])
    if isinstance(result, ox.QueryTriples):
        return Counter((str(triple),) for triple in result)
    names = [variable.value for variable in result.variables]
    return Counter(tuple(f"{name}={row[name]}" for name in names) for row in result)


def rows(store: ox.Store, text: str) -> list[tuple[str, ...]]:
    """Return the solutions in their order."""
    result = store.query(text)
    assert isinstance(result, ox.QuerySolutions)
    names = [variable.value for variable in result.variables]
    return [tuple(str(row[name]) for name in names) for row in result]


variables = st.sampled_from([f"?{name}" for name in NAMES])
constants = st.sampled_from([f":{name}" for name in NODES])
verbs = st.sampled_from([":p0", ":p1", ":p2", "a"])
odd_verbs = st.sampled_from(
    [":p0/:p1", "^:p0", ":p0|:p1", ":p0*", ":p0/:p1*", "?y", ":p1+", "(:p0?)"]
)


@st.composite
def patterns(draw: DrawFn, *, odd: bool = True) -> str:
    """Draw a triple pattern, mostly of the plain kind."""
    subject = draw(st.one_of(variables, variables, variables, constants))
    verb = draw(odd_verbs) if odd and draw(st.integers(0, 9)) == 0 else draw(verbs)
    value = draw(st.one_of(variables, variables, constants, st.sampled_from(["1", '"v"'])))
    return f"{subject} {verb} {value} ."


@st.composite
def blocks(draw: DrawFn, least: int, most: int) -> str:
    """Draw patterns, some of them sharing their subject by a semicolon."""
    parts = draw(st.lists(patterns(), min_size=least, max_size=most))
    if draw(st.booleans()):
        subject = draw(variables)
        ends = draw(
            st.lists(st.tuples(verbs, st.one_of(variables, constants)), min_size=2, max_size=3)
        )
        end = draw(st.sampled_from([" .", " ; .", "", " ;"]))
        parts.append(f"{subject} {' ; '.join(' '.join(each) for each in ends)}{end}")
    return "\n".join(parts)


@st.composite
def filters(draw: DrawFn) -> str:
    """Draw a filter without a pattern."""
    left, right = draw(variables), draw(st.one_of(variables, constants))
    return draw(
        st.sampled_from(
            [
                f"FILTER({left} != {right})",
                f"FILTER({left} = {right})",
                f"FILTER({right} = {left})",
                f"FILTER(!BOUND({left}) || {left} = {right})",
                f"FILTER ISIRI({left})",
                f"FILTER({left} IN ({right}, :n1))",
            ]
        )
    )


@st.composite
def inner_groups(draw: DrawFn) -> str:
    """Draw what stands within EXISTS, near misses included."""
    parts = [draw(blocks(0, 3))]
    extras = st.one_of(
        filters(),
        st.just("VALUES ?x { :n0 :n1 }"),
        st.just("VALUES (?x ?z) { (:n0 UNDEF) (:n1 :n2) }"),
        st.builds("OPTIONAL {{ {} }}".format, blocks(1, 1)),
        st.builds("{{ {} }} UNION {{ {} }}".format, blocks(1, 2), blocks(1, 2)),
        st.builds("GRAPH :g0 {{ {} }}".format, blocks(1, 2)),
        st.builds("GRAPH ?z {{ {} }}".format, blocks(1, 1)),
        st.just("BIND(:n1 AS ?w)"),
        st.builds("{{ SELECT ?x {{ {} }} }}".format, blocks(1, 2)),
        st.builds("MINUS {{ {} }}".format, blocks(1, 1)),
        st.builds("FILTER NOT EXISTS {{ {} }}".format, blocks(1, 1)),
        st.builds("FILTER NOT EXISTS {{ {} }}".format, blocks(1, 2)),
        st.builds("FILTER EXISTS {{ {} {} }}".format, blocks(1, 2), filters()),
        st.builds("filter(!exists {{ {} {} }})".format, blocks(2, 2), filters()),
    )
    if draw(st.integers(0, 2)) == 0:
        parts.append(draw(extras))
    return " ".join(parts)


@st.composite
def existences(draw: DrawFn) -> str:
    """Draw a filter with a pattern in one of its spellings."""
    inner = draw(inner_groups())
    spellings: SearchStrategy[str] = st.sampled_from(
        [
            "FILTER NOT EXISTS {{ {} }}",
            "FILTER NOT EXISTS {{ {} }}",
            "FILTER EXISTS {{ {} }}",
            "filter(not exists {{ {} }})",
            "FILTER(!EXISTS {{ {} }})",
            "FILTER(NOT EXISTS {{ {} }} || ?a = :n0)",
        ]
    )
    return draw(spellings).format(inner)


@st.composite
def extras(draw: DrawFn) -> str:
    """Draw what else may stand in a group."""
    found: str = draw(
        st.one_of(
            filters(),
            existences(),
            st.builds("OPTIONAL {{ {} }}".format, blocks(1, 2)),
            st.builds("OPTIONAL {{ {} {} }}".format, blocks(1, 1), existences()),
            st.just("VALUES ?a { :n0 :n1 :n1 }"),
            st.just("VALUES ?w { :n0 }"),
            st.just("BIND(:n2 AS ?v)"),
            st.builds("MINUS {{ {} }}".format, blocks(1, 2)),
            st.builds(
                "{{ {} {} }} UNION {{ {} }}".format, blocks(1, 1), existences(), blocks(1, 1)
            ),
            st.builds("GRAPH :g0 {{ {} {} }}".format, blocks(1, 2), existences()),
            st.builds("GRAPH ?z {{ {} {} }}".format, blocks(1, 2), existences()),
            st.builds("{{ SELECT ?a ?x {{ {} {} }} }}".format, blocks(1, 2), existences()),
            st.builds("{{ {} {} }}".format, blocks(1, 2), filters()),
        )
    )
    return found


@st.composite
def queries(draw: DrawFn) -> str:
    """Draw a query with filters that hold patterns."""
    parts = [draw(blocks(1, 3)), draw(existences())]
    parts += draw(st.lists(extras(), max_size=2))
    if draw(st.integers(0, 3)) == 0:
        parts = draw(st.permutations(parts))
    return framed(draw, parts)


@st.composite
def gaps(draw: DrawFn) -> str:
    """Draw a query for what nothing links, as analysts ask it."""
    verb = draw(verbs)
    second = [
        f"?x {verb} {draw(constants)} .",
        f"?x {verb} {draw(constants)} .",
        f"OPTIONAL {{ ?a {verb} ?x }}",
        "VALUES ?x { :n0 UNDEF :n1 }",
        f"{{ ?a {verb} ?x }} UNION {{ ?a {verb} :n1 }}",
    ]
    rows = [draw(blocks(0, 1)), "?a a ?y .", draw(st.sampled_from(second))]
    first = draw(st.sampled_from(["?a", "?x"]))
    inner = [
        f"?z {draw(verbs)} {first} ; {draw(verbs)} {draw(st.one_of(st.just('?x'), constants))} ."
    ]
    inner += draw(st.lists(st.one_of(patterns(), filters()), max_size=1))
    parts = [*rows, "FILTER NOT EXISTS { " + " ".join(inner) + " }"]
    parts += draw(st.lists(extras(), max_size=1))
    return framed(draw, draw(st.permutations(parts)) if draw(st.booleans()) else parts)


@st.composite
def links(draw: DrawFn) -> str:
    """Draw a query of parts around constants that meet in variables."""
    parts = []
    for name in ("?a", "?b"):
        ends = draw(
            st.lists(st.tuples(verbs, st.sampled_from(["?x", "?y"])), min_size=1, max_size=2)
        )
        anchor = (draw(verbs), draw(st.one_of(constants, st.sampled_from(["?c", "1"]))))
        ends.insert(draw(st.integers(0, len(ends))), anchor)
        subject = draw(constants) if draw(st.integers(0, 9)) == 0 else name
        parts.append(f"{subject} {' ; '.join(' '.join(each) for each in ends)} .")
    more = st.one_of(
        filters(),
        st.just("FILTER(?c = :n1)"),
        patterns(),
        st.just("?x a ?y ."),
        st.just("VALUES ?c { :n0 :n1 :n1 }"),
        st.just("VALUES ?c { :n0 UNDEF }"),
        st.just("?b :p1/:p0 ?z ."),
        existences(),
        st.just("OPTIONAL { ?x :p2 ?w }"),
    )
    if any("?c" in part for part in parts):
        parts.append(draw(st.sampled_from(["FILTER(?c = :n1)", "filter( :n2 = ?c )", "?c a ?y ."])))
    parts += draw(st.lists(more, max_size=2))
    if draw(st.integers(0, 2)) == 0:
        parts = draw(st.permutations(parts))
    return framed(draw, parts)


@st.composite
def fews(draw: DrawFn) -> str:
    """Draw a query of patterns behind a sub-SELECT or UNION that they share a variable with."""
    few = st.one_of(
        st.builds("{{ SELECT DISTINCT ?a WHERE {{ {} {} }} }}".format, blocks(1, 2), existences()),
        st.builds("{{ SELECT ?a ?z {{ {} }} }}".format, blocks(1, 2)),
        st.builds("{{ SELECT ?a (MIN(?x) AS ?z) {{ {} }} GROUP BY ?a }}".format, blocks(1, 2)),
        st.builds("{{ ?a {} {} }} UNION {{ ?a {} ?y }}".format, verbs, constants, verbs),
    )
    either = st.builds(
        "{{ ?a {} ?y {} }} UNION {{ {} {} }}".format, verbs, existences(), blocks(1, 1), filters()
    )
    parts = [*draw(st.lists(extras(), max_size=1)), draw(few)]
    parts += [f"?a {draw(verbs)} ?x .", *draw(st.lists(patterns(), max_size=2))]
    parts += draw(st.lists(st.one_of(either, existences()), max_size=2))
    parts += draw(st.lists(extras(), max_size=1))
    return framed(draw, parts)


def framed(draw: DrawFn, parts: Iterable[str]) -> str:
    """Put a pattern into a query form."""
    group = "{ " + "\n  ".join(parts) + " }"
    form = draw(
        st.sampled_from(
            [
                "SELECT *",
                "SELECT ?a ?b ?x",
                "SELECT ?y ?a",
                "SELECT DISTINCT ?x ?b WHERE",
                "SELECT (COUNT(*) AS ?n)",
                "ASK",
                "CONSTRUCT { ?a :p0 ?x } WHERE",
                "SELECT ?a FROM :g0 FROM NAMED :g1 WHERE",
            ]
        )
    )
    if draw(st.integers(0, 7)) == 0:
        return f"{PREFIXES}SELECT ?x (COUNT(?a) AS ?n) {group} GROUP BY ?x"
    if draw(st.integers(0, 11)) == 0:
        return f"{PREFIXES}{form} {{ {group} }}"
    return f"{PREFIXES}{form} {group}"


@st.composite
def ordered_queries(draw: DrawFn) -> str:
    """Draw a query whose answer is a list of distinct rows in a total order."""
    parts = [draw(blocks(1, 3)), draw(existences()), *draw(st.lists(filters(), max_size=1))]
    names = " ".join(f"?{name}" for name in NAMES)
    group = "{ " + " ".join(parts) + " }"
    return f"{PREFIXES}SELECT DISTINCT {names} {group} ORDER BY {names}"
