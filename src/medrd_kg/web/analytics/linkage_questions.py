"""Linkages: pairs that share concepts, what lies behind them, bridges, and stated links."""

from dataclasses import replace
from typing import Final

from medrd_kg.linkage.bridges import Bridge, BridgeQuestion, bridges
from medrd_kg.linkage.facets import FACETS
from medrd_kg.linkage.items import PAGE, Item
from medrd_kg.linkage.linkages import (
    LinkageItem,
    LinkageQuestion,
    LinkedPair,
    linkage_items,
    linkages,
)
from medrd_kg.linkage.paths import iri_of_thing
from medrd_kg.linkage.stated import RELATIONS, StatedLink, stated_links
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.twins.linkages import (
    bridge_twins,
    linkage_items_twins,
    linkage_twins,
    stated_link_twins,
)
from medrd_kg.problems import Problem
from medrd_kg.web.analytics.arguments import (
    BASIS,
    FISCAL_YEAR,
    SCOPE,
    VIA,
    Argument,
    choice,
    integer,
    required,
    text,
    truth,
)
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["LINKAGE_QUESTIONS"]

_OF: Final = Argument(
    "of",
    "The two kinds that are linked, separated by a comma.",
    {"type": "string", "examples": ["project,project"]},
    lambda values: _two_kinds(values[0]),
    is_required=True,
    example="project,project",
)
_LINKAGES: Final = (
    _OF,
    VIA,
    SCOPE,
    FISCAL_YEAR,
    BASIS,
    integer("min_shared", "Least number of shared concepts.", least=1, most=1000, default=1),
    truth(
        "hierarchy",
        "Whether broader and narrower concepts link too, not only the same.",
        default=True,
    ),
    text("thing", "Slug or IRI of a thing of the first kind that every pair must contain."),
)


def _two_kinds(value: str) -> tuple[str, str]:
    found = tuple(each.strip() for each in value.split(","))
    if len(found) != len(("left", "right")) or not set(found) <= set(FACETS):
        raise Problem(
            "invalid-parameter",
            f"of={value!r} does not name two kinds",
            "write two kinds with a comma between them, such as of=project,project",
            extra={"parameter": "of", "known": list(FACETS)},
        )
    return found[0], found[1]


def _linkage_question(values: Values) -> LinkageQuestion:
    names = ("via", "scope", "fiscal_year", "basis", "min_shared", "thing", "hierarchy")
    return LinkageQuestion(*values["of"], **given(values, *names))


def _linkages(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    question = _linkage_question(values)
    found = linkages(tables, question, shown=values.get("shown", 5), offset=offset, limit=limit)
    stated = stated_links(tables, left=question.left, right=question.right)
    return Answer.of(
        found.pairs, included=shown(list(found.items.values())), statedLinks=shown(stated)
    )


def _linkage_items(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    question = _linkage_question(values)
    return Answer.of(
        linkage_items(tables, question, values["left"], values["right"], offset=offset, limit=limit)
    )


def _bridge_question(values: Values) -> BridgeQuestion:
    names = ("via", "scope", "fiscal_year", "basis", "min_connected", "hierarchy")
    return BridgeQuestion(values.get("of", "project"), **given(values, *names))


def _bridges(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    return Answer.of(bridges(tables, _bridge_question(values), offset=offset, limit=limit))


def _stated_links(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    return Answer.of(stated_links(tables, **values, offset=offset, limit=limit))


_PROPERTIES: Final = {"feedsInto": "feeds-into", "steeredBy": "steered-by"}
"""Properties of the graph, whose names stand for their relations too."""

_ONE_KIND: Final = choice("of", "Kind of the things that are connected.", FACETS, default="project")

LINKAGE_QUESTIONS: Final = (
    Question(
        "linkages",
        "Pairs of things whose items share concepts, the strongest first",
        "A shared concept weighs its information content, log2(N / n) bits: N items are looked at,"
        " n of them fall under it. The strength of a pair is the sum; concepts that are broader or"
        " narrower on one side count half. What the policy states in words is apart, in"
        " `statedLinks`.",
        (*_LINKAGES, integer("shown", "Items named on each side.", least=0, most=20, default=5)),
        _linkages,
        entry=LinkedPair,
        explode="shared",
        parts={"statedLinks": StatedLink, "included": Item},
        twins=lambda values, _: linkage_twins(_linkage_question(values)),
    ),
    Question(
        "linkages/items",
        "The items behind a linked pair, by shared concept",
        "",
        (
            *_LINKAGES,
            required(text("left", "Slug or IRI of the one thing."), "drugs"),
            required(text("right", "Slug or IRI of the other thing."), "genome-data"),
        ),
        _linkage_items,
        usual=PAGE,
        entry=LinkageItem,
        twins=lambda values, _: linkage_items_twins(
            _linkage_question(values), values["left"], values["right"]
        ),
    ),
    Question(
        "bridges",
        "The concepts that connect most things of a kind",
        "",
        (
            _ONE_KIND,
            VIA,
            SCOPE,
            FISCAL_YEAR,
            BASIS,
            integer("min_connected", "Least number connected.", least=1, most=1000, default=2),
            truth(
                "hierarchy", "Whether items that name something narrower count too.", default=False
            ),
        ),
        _bridges,
        entry=Bridge,
        explode="connected",
        twins=lambda values, _: bridge_twins(_bridge_question(values)),
    ),
    Question(
        "stated-links",
        "Links that the policy states in words: what feeds into what, who steers what",
        "",
        (
            choice("relation", "Only this relation.", RELATIONS, also=_PROPERTIES),
            choice("left", "Kind of the subject.", FACETS),
            choice("right", "Kind of the target.", FACETS),
            replace(
                text("thing", "IRI, prefixed name or kind/slug that one end must have."),
                read=lambda values: iri_of_thing("thing", values[0]),
            ),
        ),
        _stated_links,
        entry=StatedLink,
        twins=lambda values, _: stated_link_twins(**values),
    ),
)
