"""Changes between two fiscal years in SPARQL: sheets, results, topics, amounts, what was read."""

from collections.abc import Mapping
from typing import Final

from medrd_kg.linkage.changes import CHANGES, ChangeQuestion
from medrd_kg.linkage.changes_outcomes import STATUSES
from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.twins.money import selected
from medrd_kg.linkage.twins.patterns import Twin, falls_under, term, text_of, twin
from medrd_kg.linkage.twins.successions import succession_pattern

__all__ = ["change_twins"]

_SUCCESSIONS: Final[tuple[str, ...]] = ("succeeded", "split", "merged")
_OUTCOMES: Final = (
    "target-newly-met",
    "target-newly-missed",
    "result-added",
    "result-not-stated",
)
_CURRENT: Final = "FILTER NOT EXISTS { ?result mrd:hasFlag mrds:flag-restated }"


def change_twins(
    question: ChangeQuestion, before: str | None, after: str | None
) -> tuple[Twin, ...]:
    """Return the queries for the changes, kind by kind, and for what the graph holds of the years.

    Args:
        question: What is compared.
        before: IRI of the total of the earlier year; None where there is none, or no amounts are
            asked for.
        after: That of the later year.
    """
    asked = frozenset(question.kinds or CHANGES)
    found: list[Twin] = []
    sheets = {kind: text for kind, text in _of_sheets(question).items() if kind in asked}
    if sheets:
        found.append(_of_kinds(question, sheets, "?item ?fiscalYear"))
    if "renamed" in asked:
        found.append(_renamed(question))
    followed = [kind for kind in _SUCCESSIONS if kind in asked]
    if followed:
        ways = {kind: _succession(question, kind) for kind in followed}
        found.append(
            _of_kinds(question, ways, "?item ?fiscalYear ?others", ("others",), fits=False)
        )
    if "amount" in asked and (before or after):
        found.append(_amounts(question, before, after))
    outcomes = tuple(kind for kind in _OUTCOMES if kind in asked)
    if outcomes:
        found.append(_outcomes(question, outcomes))
    if "topic-status" in asked:
        ways = {"topic-status": _status(question)}
        columns = "?item ?fiscalYear ?after_things"
        found.append(_of_kinds(question, ways, columns, ("after_things",)))
    return (*found, _read(question))


def _of_kinds(
    question: ChangeQuestion,
    ways: Mapping[str, str],
    columns: str,
    lists: tuple[str, ...] = (),
    *,
    fits: bool = True,
) -> Twin:
    """Return the query for some kinds of change, each told by a pattern of its own."""
    each = "\n        UNION ".join(
        f"{{ {text}\n            BIND ({text_of(kind)} AS ?change) }}"
        for kind, text in ways.items()
    )
    query = f"""
    SELECT DISTINCT ?change {columns} WHERE {{
        {each}
        {_fits(question, "?item") if fits else ""}
    }}
    ORDER BY ?change ?item"""
    return twin("items", query, rows={"change": tuple(ways)}, lists=lists, leaves_out="sides")


def _fits(question: ChangeQuestion, item: str) -> str:
    """Return the subquery of what falls under all that is asked for; nothing where nothing is."""
    within = _within(question, item)
    return f"{{ SELECT DISTINCT {item} WHERE {{ {within} }} }}" if within else ""


def _within(question: ChangeQuestion, item: str) -> str:
    return " ".join(
        f"VALUES ?wanted{at} {{ {term(iri_of(facet, member))} }}"
        f" {{ {falls_under(facet, f'?wanted{at}', basis=question.basis, item=item)} }}"
        for at, (facet, member) in enumerate(sorted(question.filters.items()))
    )


def _of_sheets(question: ChangeQuestion) -> dict[str, str]:
    """Return what sheets tell, by kind."""
    one, other = question.from_year, question.to_year
    begun = f"""{_latest("mrd:startYear")}
            FILTER (?fiscalYear > {one} && ?fiscalYear <= {other})"""
    ended = f"""{_latest("mrd:endYear")}
            FILTER (?fiscalYear >= {one} && ?fiscalYear < {other})"""
    return {
        "begun": begun,
        "ended": ended,
        "first-sheet": _only_sheet(other, one, begun),
        "no-further-sheet": _only_sheet(one, other, ended),
        "ministry-moved": f"""{_sheet(one, "?item", "mrd:describedBy/mrd:preparedBy ?was")}
            {_sheet(other, "?item", "mrd:describedBy/mrd:preparedBy ?became")}
            FILTER NOT EXISTS {{
                {_sheet(one, "?item", "mrd:describedBy/mrd:preparedBy ?same")}
                {_sheet(other, "?item", "mrd:describedBy/mrd:preparedBy ?same")}
            }}""",
    }


def _latest(property_: str) -> str:
    """Return the pattern of the year that the latest sheet of a programme names."""
    return f"""?latest mrd:editionOf ?item ; mrd:publicationYear ?last ; {property_} ?fiscalYear .
            FILTER NOT EXISTS {{
                ?later mrd:editionOf ?item ; mrd:publicationYear ?published
                FILTER (?published > ?last || (?published = ?last && STR(?later) < STR(?latest)))
            }}"""


def _sheet(year: int, programme: str, more: str = "") -> str:
    edition = f"?edition_{year}"
    rest = f" ; {more}" if more else ""
    return f"{edition} mrd:editionOf {programme} ; mrd:publicationYear {year}{rest} ."


def _only_sheet(year: int, without: int, told: str) -> str:
    """Return the pattern of programmes with a sheet of one year alone, of which no year is told."""
    return f"""{_sheet(year, "?item")}
            FILTER NOT EXISTS {{ {_sheet(without, "?item")} }}
            FILTER EXISTS {{ {_sheet(without, "?another")} }}
            FILTER NOT EXISTS {{ {told} }}"""


def _renamed(question: ChangeQuestion) -> Twin:
    """Return the query for programmes of which no printed name is letter by letter the same."""
    one, other = question.from_year, question.to_year
    query = f"""
    SELECT DISTINCT ?change ?item ?before_names ?after_names WHERE {{
        {_sheet(one, "?item", "mrd:printedName ?was")}
        {_sheet(other, "?item", "mrd:printedName ?became")}
        FILTER NOT EXISTS {{
            {_sheet(one, "?item", "mrd:printedName ?same")}
            {_sheet(other, "?item", "mrd:printedName ?same")}
        }}
        BIND ("renamed" AS ?change)
        VALUES ?side {{ "before" "after" }}
        BIND (IF(?side = "before", ?was, ?nothing) AS ?before_names)
        BIND (IF(?side = "after", ?became, ?nothing) AS ?after_names)
        {_fits(question, "?item")}
    }}
    ORDER BY ?item"""
    return twin(
        "items",
        query,
        rows={"change": ("renamed",)},
        lists=("before_names", "after_names"),
        leaves_out="spelling",
        exact=False,
    )


def _succession(question: ChangeQuestion, kind: str) -> str:
    """Return the pattern of who followed whom; one of both sides must be what is asked for."""
    fits = "BIND (1 AS ?does_fit)"
    if question.filters:
        own, others = (
            f"OPTIONAL {{ SELECT DISTINCT {each} (1 AS {mark})"
            f" WHERE {{ {_within(question, each)} }} }}"
            for each, mark in (("?item", "?own"), ("?others", "?of_another"))
        )
        fits = f"{own} {others} BIND (COALESCE(?own, ?of_another, 0) AS ?does_fit)"
    return succession_pattern(kind, question.from_year, question.to_year, fits)


def _amounts(question: ChangeQuestion, before: str | None, after: str | None) -> Twin:
    """Return the query for the yen of programmes in the totals of both years."""
    sums = {
        name: selected(total, question.filters, question.basis).replace("?item", "?figure")
        for name, total in (("before", before), ("after", after))
        if total is not None
    }
    any_year = "\n            UNION ".join(f"{{ {each} }}" for each in sums.values())
    years = "\n        ".join(
        f"""OPTIONAL {{ SELECT ?item (SUM(?weight) AS ?{name}_amount) WHERE {{
            {each} ?figure mrd:forProgramme ?item .
        }} GROUP BY ?item }}"""
        for name, each in sums.items()
    )
    query = f"""
    SELECT ?change ?item ?before_amount ?after_amount ?difference ?ratio WHERE {{
        {{ SELECT DISTINCT ?item WHERE {{
            {any_year}
            ?figure mrd:forProgramme ?item .
        }} }}
        {years}
        BIND ("amount" AS ?change)
        BIND (?after_amount - ?before_amount AS ?difference)
        BIND (IF(?before_amount = 0, ?nothing,
            ROUND(1000000.0 * ?after_amount / ?before_amount) / 1000000.0) AS ?ratio)
    }}
    ORDER BY DESC(ABS(?difference)) ?item"""
    return twin("items", query, rows={"change": ("amount",)}, leaves_out="sides")


def _outcomes(question: ChangeQuestion, kinds: tuple[str, ...]) -> Twin:
    """Return the query for indicators of which the results of both years differ."""
    one, other = question.from_year, question.to_year
    fits = ""
    if question.filters:
        fits = f"""{{ SELECT DISTINCT ?item WHERE {{
            ?item mrd:indicatorOf ?programme . ?programme a mrd:Programme .
            {_fits(question, "?programme")}
        }} }}"""
    query = f"""
    SELECT ?change ?item ?before_target ?before_achieved ?before_isMet
        ?after_target ?after_achieved ?after_isMet
    WHERE {{
        {{ SELECT (COUNT(DISTINCT ?held_year) AS ?held) WHERE {{
            ?result mrd:achievedValue ?any ; mrd:fiscalYear/mrd:yearNumber ?held_year . {_CURRENT}
            FILTER (?held_year IN ({one}, {other}))
        }} }}
        {{ SELECT ?item (MIN(IF(?year = {one}, ?rank, "9")) AS ?before_rank)
            (MIN(IF(?year = {other}, ?rank, "9")) AS ?after_rank)
        WHERE {{
            ?result mrd:resultOf ?item ; mrd:fiscalYear/mrd:yearNumber ?year . {_CURRENT}
            FILTER (?year IN ({one}, {other}))
            OPTIONAL {{ ?result mrd:targetValue ?target }}
            OPTIONAL {{ ?result mrd:achievedValue ?achieved }}
            BIND (IF(BOUND(?achieved), IF(BOUND(?target), "0", "1"), "2") AS ?place)
            BIND (CONCAT(?place, STR(?result)) AS ?rank)
        }} GROUP BY ?item }}
        {_side("before")}
        {_side("after")}
        BIND (BOUND(?before_achieved) AS ?had)
        BIND (BOUND(?after_achieved) AS ?has)
        BIND (IF(COALESCE(!?before_isMet && ?after_isMet, false), "target-newly-met",
            IF(COALESCE(?before_isMet && !?after_isMet, false), "target-newly-missed",
            IF(?held = 2 && ?has && !?had, "result-added",
            IF(?held = 2 && ?had && !?has, "result-not-stated", "")))) AS ?change)
        FILTER (?change IN ({", ".join(map(text_of, kinds))}))
        {fits}
    }}
    ORDER BY ?change ?item"""
    return twin("items", query, rows={"change": kinds}, leaves_out="sides")


def _side(side: str) -> str:
    """Return the pattern of the first current result of a year: with target, with result."""
    # The item ties it to the row: an IRI made from text would be compared with every result.
    return f"""OPTIONAL {{
            ?{side}_result mrd:resultOf ?item .
            FILTER (STR(?{side}_result) = SUBSTR(?{side}_rank, 2))
            OPTIONAL {{ ?{side}_result mrd:targetValue ?{side}_target }}
            OPTIONAL {{ ?{side}_result mrd:achievedValue ?{side}_achieved }}
        }}
        BIND (?{side}_achieved >= ?{side}_target AS ?{side}_isMet)"""


def _status(question: ChangeQuestion) -> str:
    statuses = " ".join(map(term, sorted(STATUSES)))
    return f"""VALUES ?after_things {{ {statuses} }}
            ?item a mrd:PriorityTopic ; mrd:actionStatus ?after_things ;
                mrd:fiscalYear/mrd:yearNumber ?fiscalYear .
            FILTER (?fiscalYear > {question.from_year} && ?fiscalYear <= {question.to_year})"""


def _read(question: ChangeQuestion) -> Twin:
    """Return the query for what the graph holds of both years."""
    counted = {
        "sheets": "?each mrd:editionOf ?programme ; mrd:publicationYear ?fiscalYear",
        "results": f"""?result mrd:resultOf ?indicator ; mrd:achievedValue ?achieved ;
                mrd:fiscalYear/mrd:yearNumber ?fiscalYear . {_CURRENT} BIND (?result AS ?each)""",
        "topics": "?each a mrd:PriorityTopic ; mrd:fiscalYear/mrd:yearNumber ?fiscalYear",
    }
    counts = "\n        ".join(
        f"""OPTIONAL {{ SELECT ?fiscalYear (COUNT(DISTINCT ?each) AS ?{name}_counted) WHERE {{
            {pattern}
        }} GROUP BY ?fiscalYear }}
        BIND (COALESCE(?{name}_counted, 0) AS ?{name})"""
        for name, pattern in counted.items()
    )
    query = f"""
    SELECT ?fiscalYear ?sheets ?results ?topics WHERE {{
        VALUES ?fiscalYear {{ {question.from_year} {question.to_year} }}
        {counts}
    }}
    ORDER BY ?fiscalYear"""
    return twin("read", query)
