"""A malformed query is answered with the place, the mistake and what to write instead."""

import pytest

from medrd_kg.problems import Problem
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.hints_prefixes import shipped_prefixes
from medrd_kg.sparql.hints_words import FUNCTIONS
from medrd_kg.store.base import QueryFault
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import PREFIXES

XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"


def told(query: str) -> Problem:
    """What a caller is told of a query that the engine refuses."""
    try:
        list(EmbeddedStore().query(query).rows())
    except QueryFault as fault:
        return malformed(query, fault)
    raise AssertionError(f"the engine accepts {query}")


@pytest.mark.parametrize(
    ("query", "line", "column", "hint"),
    [
        # brackets, dots, quotes
        ("SELECT * {\n ?s ?p ?o", 2, 10, "the { of line 1, column 10 is never closed: add }"),
        ("SELECT * { { ?s ?p ?o }", 1, 24, "the { of line 1, column 10 is never closed"),
        ("SELECT * { ?s ?p ?o } }", 1, 23, "nothing opened this }"),
        ("ASK { ?s ?p ?o FILTER(?o > 1 }", 1, 30, "close the ( of line 1, column 22 by ) first"),
        ('ASK { ?s ?p ?o FILTER(?o = "a")) }', 1, 32, "nothing opened this )"),
        ("SELECT * { ?s ?p ?o OPTIONAL { ?s ?p ?x } LIMIT 10", 1, 43, "LIMIT belongs behind"),
        ("SELECT * { ?s ?p ?o SELECT ?x { ?x ?p ?o } }", 1, 21, "in braces of its own"),
        ("ASK { ?s ?p ?o ?a ?b ?c }", 1, 16, "put a dot before ?a"),
        ("ASK { ?s ?p }", 1, 13, "needs subject, property and object"),
        ("ASK { ?s ?p ?o , }", 1, 18, "needs subject, property and object"),
        ("ASK { ?s 'a' ?o }", 1, 10, "a property is an IRI"),
        ("ASK { ?s ?p 'abc }", 1, 13, "quotation mark"),
        ("ASK { ?s ?p 'a'@ }", 1, 16, '"がん"@ja'),
        (r"ASK { ?s ?p ?o FILTER(REGEX(?o, '\d')) }", 1, 33, r'"\\d"'),
        ("SELECT ?s WHERE ?s ?p ?o", 1, 17, "WHERE { ?s ?p ?o }"),
        ("SELECT", 1, 7, "it needs a pattern in braces"),
        # comparison
        ("ASK { ?s ?p ?o FILTER(?s == ?o) }", 1, 27, "compare with a single ="),
        ("ASK { ?s ?p ?o FILTER(?s !== ?o) }", 1, 28, "write != for unequal"),
        ("ASK { ?s ?p ?o FILTER(?s <> ?o) }", 1, 26, "write != for unequal"),
        ("ASK { ?s ?p ?o FILTER(?o => 2) }", 1, 27, "write >="),
        ("ASK { ?s ?p ?o FILTER(?o =< 2) }", 1, 33, "write <="),
        # projection
        ("SELECT COUNT(*) { ?s ?p ?o }", 1, 8, "(COUNT(…) AS ?name)"),
        ("SELECT SUM(?o) AS ?n { ?s ?p ?o }", 1, 8, "(SUM(…) AS ?name)"),
        ("SELECT (COUNT(*)) { ?s ?p ?o }", 1, 17, "(expression AS ?name)"),
        ("SELECT (COUNT(*) ?n) { ?s ?p ?o }", 1, 18, "write AS before the name: AS ?n"),
        ("SELECT (?s AS x) { ?s ?p ?o }", 1, 15, "write AS ?x"),
        ("SELECT ?p AS ?x { ?s ?p ?o }", 1, 11, "(expression AS ?name)"),
        ("SELECT DISTINCT(?s) { ?s ?p ?o }", 1, 19, "write DISTINCT ?s without parentheses"),
        ("SELECT (?s ?p) { ?s ?p ?o }", 1, 12, "list variables without parentheses"),
        ("SELECT ?s, ?p { ?s ?p ?o }", 1, 10, "separated by spaces"),
        ("SELECT name { ?s ?p ?o }", 1, 8, "write ?name"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 34, "instead of *"),
        ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", 1, 35, "SAMPLE"),
        # modifiers
        ("SELECT * { ?s ?p ?o } LIMIT 10,20", 1, 31, "LIMIT 20 OFFSET 10"),
        ("SELECT * { ?s ?p ?o } LIMIT ?x", 1, 29, "LIMIT takes a whole number"),
        ("SELECT * { ?s ?p ?o } ORDER BY DESC ?o", 1, 37, "DESC(?o)"),
        ("SELECT * { ?s ?p ?o } ORDER BY ?o DESC", 1, 39, "DESC(?o)"),
        ("SELECT * { ?s ?p ?o } ORDER ?o", 1, 29, "ORDER BY"),
        ("SELECT * { ?s ?p ?o } ORDER BY ?o, ?s", 1, 34, "without commas"),
        # words of other languages, and slips
        ("ASK { ?s ?p ?o FILTER(?o LIKE 'a%') }", 1, 26, "CONTAINS"),
        ("ASK { ?s ?p ?o FILTER(?o = 1 AND ?s = 2) }", 1, 30, "write &&"),
        ("ASK { ?s ?p ?o FILTER(?o IS NULL) }", 1, 26, "BOUND"),
        ("ASK { ?s ?p ?o FILTER(?o BETWEEN 1 AND 2) }", 1, 26, "?x >= 1 && ?x <= 9"),
        ("ASK { ?s ?p ?o FILTER(?o NOT IN 1) }", 1, 33, "list in parentheses"),
        ("SELECT TOP 10 ?s { ?s ?p ?o }", 1, 8, "LIMIT 10"),
        ("SELECT * FROM facts { ?s ?p ?o }", 1, 15, "by its IRI"),
        ("ASK { ?s ?p ?o FILTER ?o > 1 }", 1, 23, "FILTER(…)"),
        ("ASK { ?s ?p ?o FILTER regex ?o 'a' }", 1, 29, "REGEX(…)"),
        ("SELCT * { ?s ?p ?o }", 1, 1, "did you mean SELECT?"),
        ("SELECT * WHRE { ?s ?p ?o }", 1, 10, "did you mean WHERE?"),
        ("ASK { ?s ?p ?o OPTINAL { ?s ?p ?x } }", 1, 16, "did you mean OPTIONAL?"),
        ("ASK { ?s ?p ?o FITLER(?o > 1) }", 1, 16, "did you mean FILTER?"),
        ("ASK { ?s a topic }", 1, 12, "names have a prefix"),
        ("@prefix a: <urn:a> . ASK { ?s ?p ?o }", 1, 1, "write PREFIX without @"),
        ("PREFIX a: <urn:a> . ASK { ?s ?p ?o }", 1, 19, "no . follows a PREFIX"),
        ("PREFIX a <urn:a> ASK { ?s ?p ?o }", 1, 8, "a prefix ends in a colon"),
        # functions
        ("ASK { ?s ?p ?o FILTER(LENGTH(?o) > 1) }", 1, 23, "SPARQL calls it STRLEN"),
        ("ASK { ?s ?p ?o FILTER(CONTAINZ(?o, 'a')) }", 1, 23, "did you mean CONTAINS?"),
        ("ASK { ?s ?p ?o FILTER(CONTAINS(?o)) }", 1, 34, "CONTAINS takes 2 arguments, not 1"),
        ("ASK { ?s ?p ?o FILTER(STRLEN(?o, 1)) }", 1, 32, "STRLEN takes 1 argument, not more"),
        ("ASK { ?s ?p ?o FILTER(NOW(1) > 2) }", 1, 27, "NOW takes 0 arguments"),
        ("SELECT (GROUP_CONCAT(?o, ',') AS ?n) { ?s ?p ?o }", 1, 24, "SEPARATOR"),
        ("ASK { ?s ?p ?o BIND(1 AS ?o) }", 1, 30, "a new variable"),
        (f"{XSD}\nASK {{ ?s ?p ?o FILTER(xsd:int(?o) = 1) }}", 2, 23, "XMLSchema#integer>"),
        (f"{XSD}\nASK {{ ?s ?p ?o FILTER(xsd:datetime(?o) = 1) }}", 2, 23, "#dateTime>"),
        ("ASK { BIND(1 AS ?o) FILTER(<urn:f>(?o)) }", 1, 28, "functions of SPARQL 1.1"),
        # prefixes
        ("ASK { ?s mrd:x ?o }", 1, 10, "PREFIX mrd: <https://w3id.org/medrd-kg/core#>"),
        ("ASK { ?s MRD:x ?o }", 1, 10, "did you mean mrd:? Then put this line first: PREFIX mrd:"),
        ("ASK { ?s skso:x ?o }", 1, 10, "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("ASK { ?s frapo:x ?o }", 1, 10, "PREFIX frapo: <http"),
        ("PREFIX ex: <urn:a> ASK { ?s xe:x ?o }", 1, 29, "did you mean ex:, which the query"),
        ("ASK { ?s :x ?o }", 1, 10, "declare it by PREFIX"),
        ("ASK { ?s zzzzqqq:x ?o }", 1, 10, "/api/v1/prefixes"),
    ],
)
def test_place_mistake_and_fix(query: str, line: int, column: int, hint: str) -> None:
    problem = told(query)
    assert problem.slug == "malformed-query"
    assert (problem.extra["line"], problem.extra["column"]) == (line, column)
    assert hint in str(problem.hint)


@pytest.mark.parametrize("before", range(6))
def test_place_is_exact_wherever_operators_of_two_characters_stand(before: int) -> None:
    """Half an operator is no query, which must not mislead the search for the fault."""
    fine = "FILTER(?s != ?o && ?a || !?b = 'x'^^<urn:a> && ?s <= ?o) "
    query = f"ASK {{ {fine * before}FILTER(?x ?wrong) {fine * (5 - before)}}}"
    problem = told(query)
    assert problem.extra["column"] == query.index("?wrong") + 1


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_are_those_of_the_engine(name: str) -> None:
    """The table's least number of arguments is accepted, one less or one more than most is not."""
    least, most = FUNCTIONS[name]

    def accepted(count: int) -> bool:
        arguments = ", ".join("?o" if name == "BOUND" else "?x" for _ in range(count))
        try:
            EmbeddedStore().query(f"SELECT ({name}({arguments}) AS ?n) {{ }}")
        except QueryFault:
            return False
        return True

    assert accepted(least)
    assert accepted(most)
    if least:
        assert not accepted(least - 1)
    if most < 64:
        assert not accepted(most + 1)


def test_prefixes_of_the_service_outrank_those_of_files() -> None:
    found = shipped_prefixes()
    assert {prefix: found[prefix] for prefix in PREFIXES} == PREFIXES
    assert found["frapo"].startswith("http")
