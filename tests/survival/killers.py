"""Queries that bring a service down which does not stop them: time, memory, stack, output.

Each is small to send (the largest fills the usual limit of a body) and needs no data of a certain
kind, only a few thousand triples.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["KILLERS", "Killer"]

TIMED_OUT: Final = frozenset({"query-timeout"})
STOPPED: Final = frozenset({"query-timeout", "query-memory"})
REFUSED: Final = frozenset({"malformed-query"})
CUT: Final = frozenset({"cut"})

_TWO: Final = "?a ?b ?c . ?d ?e ?f ."
_THREE: Final = f"{_TWO} ?g ?h ?i ."
_FOUR: Final = f"{_THREE} ?j ?k ?l ."
# Gives rows at once, takes little memory and never ends.
_ENDLESS: Final = "?a a ?type . ?b a ?type . ?c a ?type"
# A condition over all patterns at once, so that none can be tested alone.
_ENDS: Final = "STR(?c), STR(?f), STR(?i)"
# Deep enough for the embedded engine to run out of stack.
_DEEP: Final = 20_000
_LONG: Final = 100_000


@dataclass(frozen=True)
class Killer:
    """One query, and how a service may end it.

    Attributes:
        name: What it attacks.
        text: The query, sent in the body of a POST.
        ends: Slugs of the problems that may end it; ``cut`` for an answer that had begun and
            broke off.
    """

    name: str
    text: str
    ends: frozenset[str] = STOPPED

    def __str__(self) -> str:
        """Return the name, for test reports."""
        return self.name


def _nested(opening: str, core: str, closing: str, depth: int = _DEEP) -> str:
    return opening * depth + core + closing * depth


def _doubled(times: int) -> str:
    """Return BINDs of which each doubles the string of the one before."""
    return " ".join(f"BIND (CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(times))


def _million_values() -> str:
    rows = " ".join(map(str, range(1_000_000)))
    return f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {rows} }} {_TWO} FILTER (?c != ?x) }}"


KILLERS: Final = (
    # Time
    Killer("join counted", f"SELECT (COUNT(*) AS ?n) {{ {_ENDLESS} }}", TIMED_OUT),
    Killer("cross product counted", f"SELECT (COUNT(*) AS ?n) {{ {_FOUR} }}"),
    Killer("cross product that never fits", f'ASK {{ {_FOUR} FILTER (CONCAT({_ENDS}) = "none") }}'),
    Killer("unbounded path", "SELECT (COUNT(*) AS ?n) { ?a (!<x:y>)* ?b . ?c (!<x:z>)* ?d }"),
    Killer("path in a path", "ASK { ?a ((!<x:y>|^!<x:z>)+/(!<x:y>)*)+ ?b FILTER (?b = <x:none>) }"),
    Killer(
        "regular expressions",
        f'ASK {{ {_THREE} FILTER REGEX(CONCAT({_ENDS}), "(.*.*.*)*q{{9}}", "i") }}',
    ),
    Killer(
        "patterns replaced",
        f'ASK {{ {_THREE} FILTER (REPLACE(CONCAT({_ENDS}), "(.?){{64}}", "$1$1", "i") = "none") }}',
    ),
    Killer(
        "nested absence",
        f"ASK {{ {_TWO} FILTER NOT EXISTS {{ ?g ?h ?i FILTER (?i = ?c)"
        " FILTER NOT EXISTS { ?j ?k ?l FILTER (?l = ?f && ?h = <x:y>) } } FILTER (?c = 7) }",
    ),
    Killer("digests", f'ASK {{ {_THREE} FILTER (SHA512(CONCAT({_ENDS})) = "none") }}'),
    Killer("a million values", _million_values()),
    Killer(
        "lateral bindings",
        "SELECT (SUM(?z) AS ?n) { "
        + " ".join(f"VALUES ?x{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(20))
        + f" BIND ({'+'.join(f'?x{n}' for n in range(20))} AS ?z) }}",
    ),
    # Memory
    Killer("rows sorted", f"SELECT * {{ {_TWO} }} ORDER BY DESC(?f) ?c LIMIT 10"),
    Killer("rows told apart", f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {_TWO} }}"),
    Killer(
        "rows grouped", f"SELECT ?a ?d (COUNT(*) AS ?n) {{ {_TWO} }} GROUP BY ?a ?d HAVING (?n < 0)"
    ),
    Killer("names joined", f'SELECT (GROUP_CONCAT(STR(?c); SEPARATOR=" ") AS ?n) {{ {_TWO} }}'),
    Killer("string doubled", f'SELECT (STRLEN(?s40) AS ?n) {{ BIND ("x" AS ?s0) {_doubled(40)} }}'),
    Killer(
        "string doubled for each row",
        f"SELECT (MAX(STRLEN(?s16)) AS ?n) {{ {_TWO} BIND (STR(?c) AS ?s0) {_doubled(16)} }}",
    ),
    # Nesting: what parses by recursion runs out of stack
    Killer("parentheses", f"ASK {{ FILTER ({_nested('(', '1', ')')}) }}", REFUSED),
    Killer("braces", f"ASK {_nested('{', '?s ?p ?o', '}')}", REFUSED),
    Killer("optionals", f"ASK {_nested('{ ?s ?p ?o OPTIONAL ', '{}', '}')}", REFUSED),
    Killer("unions", f"ASK {{ {_nested('{ {} UNION ', '{}', '}')} }}", REFUSED),
    Killer("absences", f"ASK {_nested('{ FILTER NOT EXISTS ', '{}', '}')}", REFUSED),
    Killer("selects", f"ASK {_nested('{ SELECT * ', '{}', '}')}", REFUSED),
    Killer("paths", f"ASK {{ ?s {_nested('(', '<x:y>', ')*')} ?o }}", REFUSED),
    Killer("collections", f"ASK {{ ?s ?p {_nested('(', '1', ')')} }}", REFUSED),
    Killer("blank nodes", f"ASK {{ ?s ?p {_nested('[ ?p ', '1', ']')} }}", REFUSED),
    Killer("function calls", f"ASK {{ FILTER ({_nested('STR(', '1', ')')}) }}", REFUSED),
    Killer("negations", f"ASK {{ FILTER ({'!' * _DEEP}true) }}", REFUSED),
    Killer("signs", f"ASK {{ FILTER ({_nested('-(', '1', ')')}) }}", REFUSED),
    Killer("triple terms", f"ASK {{ ?s ?p {_nested('<<( <x:y> <x:y> ', '1', ')>>')} }}", REFUSED),
    Killer("braces never closed", "ASK " + "{" * 5_000_000, STOPPED | REFUSED),
    # Chains: flat in the text, but a tree as deep as they are long
    Killer("sum of many", f"ASK {{ FILTER (1{' + 1' * _LONG} = 0) }}", STOPPED | REFUSED),
    Killer("any of many", f"ASK {{ FILTER (?x = 1{' || ?x = 1' * _LONG}) }}", STOPPED | REFUSED),
    Killer("long path", f"ASK {{ ?s <x:y>{'/<x:y>' * _LONG} ?o }}", STOPPED | REFUSED),
    Killer("many unions", f"ASK {{ {{}}{' UNION {}' * _LONG} }}", STOPPED | REFUSED),
    Killer("many optionals", f"ASK {{ {'OPTIONAL { ?s ?p ?o } ' * _LONG} }}", STOPPED | REFUSED),
    Killer(
        "many bindings",
        f"ASK {{ {' '.join(f'BIND ({n} AS ?x{n})' for n in range(_LONG))} }}",
        STOPPED | REFUSED,
    ),
    Killer(
        "many patterns",
        f"ASK {{ {' '.join(f'?s{n} ?p{n} ?s{n + 1} .' for n in range(20_000))} }}",
        STOPPED | REFUSED,
    ),
    # Output
    Killer("rows without end", f"SELECT * {{ {_ENDLESS} }}", CUT),
    Killer("cross product in rows", f"SELECT * {{ {_TWO} }}", CUT | STOPPED),
    Killer(
        "giant graph", f"CONSTRUCT {{ ?a ?e ?i . ?d ?h ?c }} WHERE {{ {_THREE} }}", CUT | STOPPED
    ),
    Killer("everything described", f"DESCRIBE * {{ {_TWO} }}", CUT | STOPPED),
)
"""All of them, in the order in which attackers send them."""
