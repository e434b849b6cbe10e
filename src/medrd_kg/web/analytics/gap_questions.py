"""Gaps and overlaps: what is missing, what comes nearest, and where ministries meet."""

from collections.abc import Callable, Mapping
from typing import Final

from medrd_kg.linkage.facets import CONCEPT_FACETS
from medrd_kg.linkage.gaps import (
    MissingCombination,
    UnusedConcept,
    concepts_without_items,
    missing_combinations,
    silent_items,
)
from medrd_kg.linkage.gaps_money import (
    MoneyGapQuestion,
    ProgrammeWithoutTopic,
    TopicWithoutMoney,
    money_without_topic,
    topics_without_money,
)
from medrd_kg.linkage.gaps_results import (
    MissedTarget,
    UnmeasuredIndicator,
    indicators_without_results,
    targets_missed,
)
from medrd_kg.linkage.gaps_scope import UntakenScope, scope_without_topic
from medrd_kg.linkage.items import Item
from medrd_kg.linkage.overlaps import Overlap, OverlapQuestion, overlaps
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice
from medrd_kg.linkage.twins.gaps import (
    combination_twins,
    concept_twins,
    indicator_twins,
    money_twins,
    scope_twins,
    silent_twins,
    target_twins,
    topic_twins,
)
from medrd_kg.linkage.twins.money import overlap_twins
from medrd_kg.linkage.twins.patterns import Twin
from medrd_kg.problems import Problem
from medrd_kg.web.analytics.arguments import (
    BASIS,
    FISCAL_YEAR,
    SCOPE,
    TOTAL,
    TOTAL_NAMES,
    choice,
    integer,
    required,
    several,
    text,
)
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["GAP_QUESTIONS"]

_WITH_PROJECTS: Final = (*CONCEPT_FACETS, "project")
_DEFAULT: Final = "combinations"

Asked = Callable[[FactTables, Values, int, int], Answer]


def _selection(values: Values) -> Selection:
    return Selection(**given(values, "scope", "fiscal_year", "basis"))


def _year(values: Values) -> int:
    """Return the fiscal year, which this question cannot do without.

    Raises:
        Problem: ``invalid-parameter``: it was not given.
    """
    if "fiscal_year" not in values:
        raise Problem(
            "invalid-parameter",
            "fiscal_year is missing",
            "name a western year, such as fiscal_year=2022",
            extra={"parameter": "fiscal_year"},
        )
    year: int = values["fiscal_year"]
    return year


def _combinations(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = missing_combinations(
        tables,
        values.get("rows", "disease-area"),
        values.get("columns", "project"),
        selection=_selection(values),
        **given(values, "row", "column"),
        offset=offset,
        limit=limit,
    )
    return Answer.of(found.gaps, unitsRead=shown(dict(found.read)))


def _concepts(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    facet = values.get("rows", "disease-area")
    return Answer.of(
        concepts_without_items(
            tables, facet, selection=_selection(values), offset=offset, limit=limit
        )
    )


def _silent(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    facet = values.get("rows", "purpose")
    return Answer.of(
        silent_items(tables, facet, selection=_selection(values), offset=offset, limit=limit)
    )


def _scope(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = scope_without_topic(
        tables,
        _year(values),
        project=values.get("column"),
        **given(values, "basis"),
        offset=offset,
        limit=limit,
    )
    return Answer.of(found.gaps, unitsRead=shown(dict(found.read)))


def _money_question(values: Values) -> MoneyGapQuestion:
    return MoneyGapQuestion(
        _year(values),
        **given(values, "via", "basis"),
        total=TotalChoice(**given(values, *TOTAL_NAMES)),
    )


def _topics(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = topics_without_money(tables, _money_question(values), offset=offset, limit=limit)
    return Answer.of(found.gaps, namedTotal=shown(found.total))


def _money(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = money_without_topic(tables, _money_question(values), offset=offset, limit=limit)
    return Answer.of(
        found.gaps,
        namedTotal=shown(found.total),
        withTopic=found.with_topic,
        withoutTopic=found.without_topic,
        withoutProgramme=found.without_programme,
    )


def _indicators(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    ministry = values.get("ministry")
    return Answer.of(
        indicators_without_results(tables, ministry=ministry, offset=offset, limit=limit)
    )


def _targets(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    return Answer.of(targets_missed(tables, _year(values), offset=offset, limit=limit))


_SELECTED: Final = ("scope", "fiscal_year", "basis")
_OF_MONEY: Final = ("fiscal_year", "via", "basis", *TOTAL_NAMES)

_KINDS: Final[Mapping[str, tuple[Asked, tuple[str, ...]]]] = {
    "combinations": (_combinations, ("rows", "columns", "row", "column", *_SELECTED)),
    "concepts": (_concepts, ("rows", *_SELECTED)),
    "items-without-facet": (_silent, ("rows", *_SELECTED)),
    "scope-without-topic": (_scope, ("fiscal_year", "column", "basis")),
    "topics-without-money": (_topics, _OF_MONEY),
    "money-without-topic": (_money, _OF_MONEY),
    "indicators-without-results": (_indicators, ("ministry",)),
    "targets-missed": (_targets, ("fiscal_year",)),
}
"""Each kind of gap: who answers, and which parameters it takes beside `kind`."""


def _gaps(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    kind = values.get("kind", _DEFAULT)
    ask, taken = _KINDS[kind]
    for name in values:
        if name != "kind" and name not in taken:
            raise Problem(
                "invalid-parameter",
                f"{name} says nothing to gaps of the kind {kind}",
                f"that kind takes {', '.join(taken)}",
                extra={"parameter": name, "known": list(taken)},
            )
    return ask(tables, values, offset, limit)


def _gap_twins(values: Values, answer: Answer) -> tuple[Twin, ...]:
    """Return the queries for the gaps of the kind that was asked for."""
    rows, columns = values.get("rows"), values.get("columns", "project")
    total = answer.total_iri or ""
    twins: Mapping[str, Callable[[], tuple[Twin, ...]]] = {
        "combinations": lambda: combination_twins(
            rows or "disease-area",
            columns,
            _selection(values),
            values.get("row"),
            values.get("column"),
        ),
        "concepts": lambda: concept_twins(rows or "disease-area", _selection(values)),
        "items-without-facet": lambda: silent_twins(rows or "purpose", _selection(values)),
        "scope-without-topic": lambda: scope_twins(
            _year(values), values.get("column"), values.get("basis", "all")
        ),
        "topics-without-money": lambda: topic_twins(_money_question(values), total),
        "money-without-topic": lambda: money_twins(_money_question(values), total),
        "indicators-without-results": lambda: indicator_twins(values.get("ministry")),
        "targets-missed": lambda: target_twins(_year(values)),
    }
    return twins[values.get("kind", _DEFAULT)]()


def _overlap_question(values: Values) -> OverlapQuestion:
    return OverlapQuestion(
        values["fiscal_year"],
        **given(values, "via", "basis", "min_ministries", "hierarchy"),
        total=TotalChoice(**given(values, *TOTAL_NAMES)),
    )


def _overlaps(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = overlaps(tables, _overlap_question(values), offset=offset, limit=limit)
    return Answer.of(found.overlaps, namedTotal=shown(found.total))


GAP_QUESTIONS: Final = (
    Question(
        "gaps",
        "What is missing, what comes nearest, and which units were read",
        "`combinations`: pairs of a row and a column without an item; `concepts`: concepts that no"
        " item names; `items-without-facet`: items that name nothing of a facet;"
        " `scope-without-topic`: standing scope without a topic in the year;"
        " `topics-without-money` and `money-without-topic`: by shared concepts;"
        " `indicators-without-results`; `targets-missed`. Absent means that no item names the"
        " concept or something narrower, not that nothing is done.",
        (
            choice("kind", "Kind of gap.", tuple(_KINDS), default=_DEFAULT),
            choice("rows", "Facet of what is missing.", _WITH_PROJECTS),
            choice("columns", "Facet of where it is missing.", _WITH_PROJECTS),
            text("row", "Slug or IRI of one row."),
            text("column", "Slug or IRI of one column, such as a project."),
            text("ministry", "Slug or IRI of the ministry that runs the programme."),
            SCOPE,
            FISCAL_YEAR,
            BASIS,
            several("via", "Facets over which topics and money meet.", known=CONCEPT_FACETS),
            *TOTAL,
        ),
        _gaps,
        entry={
            "combinations": MissingCombination,
            "concepts": UnusedConcept,
            "items-without-facet": Item,
            "scope-without-topic": UntakenScope,
            "topics-without-money": TopicWithoutMoney,
            "money-without-topic": ProgrammeWithoutTopic,
            "indicators-without-results": UnmeasuredIndicator,
            "targets-missed": MissedTarget,
        },
        twins=_gap_twins,
    ),
    Question(
        "overlaps",
        "Concepts on which programmes of several ministries work in a year, with their yen",
        "Amounts are those of one total, which `namedTotal` tells; null where it has none for a"
        " programme. Programmes are compared by the concepts that they carry.",
        (
            required(FISCAL_YEAR, "2022"),
            several("via", "Facets of the concepts.", known=CONCEPT_FACETS),
            BASIS,
            integer("min_ministries", "Least number of ministries.", least=2, most=20, default=2),
            *TOTAL,
        ),
        _overlaps,
        entry=Overlap,
        explode="programmes",
        twins=lambda values, answer: overlap_twins(
            _overlap_question(values), answer.total_iri or ""
        ),
    ),
)
