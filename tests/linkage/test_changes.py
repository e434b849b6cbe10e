"""Changes between two years equal what SPARQL says of the same graph."""

import unicodedata
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Quad
from tests.linkage.asking import ask
from tests.linkage.random_changes import changing
from tests.linkage.random_graphs import PROJECTS, both

from medrd_kg.linkage.changes import CHANGES, ChangeQuestion, Changes, changes
from medrd_kg.linkage.changes_drafts import Change
from medrd_kg.linkage.changes_outcomes import STATUSES
from medrd_kg.linkage.items import PAGE
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri

Told = set[tuple[str, str, int | None]]
"""Kind of change, what it is of, and when it came about."""

SHIPPED = [(2021, 2022), (2020, 2021), (2018, 2019), (2015, 2022), (2022, 2023)]

LATEST = """?e mrd:editionOf ?p ; mrd:publicationYear ?y .
    FILTER NOT EXISTS { ?later mrd:editionOf ?p ; mrd:publicationYear ?z
        FILTER (?z > ?y || (?z = ?y && STR(?later) < STR(?e))) }"""
CURRENT = "FILTER NOT EXISTS { ?r mrd:hasFlag mrds:flag-restated }"


def asked(facts: FactTables, question: ChangeQuestion) -> tuple[Changes, list[Change]]:
    """Return the first page, and the changes of all pages."""
    first = page = changes(facts, question)
    entries = list(page.changes.entries)
    while page.changes.next_offset is not None:
        page = changes(facts, question, offset=page.changes.next_offset)
        entries += page.changes.entries
    assert len(entries) == first.changes.total
    return first, entries


def told(entries: list[Change], *kinds: str) -> Told:
    return {
        (each.change, each.item.iri, each.fiscal_year) for each in entries if each.change in kinds
    }


def of_sheets(store: Store, earlier: int, later: int) -> Told:
    """Return what sheets tell of programmes, by SPARQL."""
    found: Told = set()
    for kind, name, test in (
        ("begun", "startYear", f"?v > {earlier} && ?v <= {later}"),
        ("ended", "endYear", f"?v >= {earlier} && ?v < {later}"),
    ):
        query = f"SELECT ?p ?v WHERE {{ {LATEST} ?e mrd:{name} ?v FILTER ({test}) }}"
        found |= {(kind, str(p), int(v or 0)) for p, v in ask(store, query)}
    names: dict[tuple[str, int], set[str]] = defaultdict(set)
    ministries: dict[tuple[str, int], set[str]] = defaultdict(set)
    query = f"""SELECT ?p ?y ?name ?ministry WHERE {{
        ?e mrd:editionOf ?p ; mrd:publicationYear ?y ; mrd:printedName ?name ;
           mrd:describedBy/mrd:preparedBy ?ministry . FILTER (?y IN ({earlier}, {later})) }}"""
    for programme, year, printed, ministry in ask(store, query):
        key = (str(programme), int(year or 0))
        names[key].add("".join(unicodedata.normalize("NFKC", str(printed)).split()))
        ministries[key].add(str(ministry))
    years = {year for _, year in names}
    begun = {p for kind, p, _ in found if kind == "begun"}
    ended = {p for kind, p, _ in found if kind == "ended"}
    for p in {p for p, _ in names}:
        before, after = (p, earlier) in names, (p, later) in names
        if before and after:
            if names[(p, earlier)].isdisjoint(names[(p, later)]):
                found.add(("renamed", p, None))
            if ministries[(p, earlier)].isdisjoint(ministries[(p, later)]):
                found.add(("ministry-moved", p, None))
        elif years == {earlier, later}:
            if after and p not in begun:
                found.add(("first-sheet", p, None))
            if before and p not in ended:
                found.add(("no-further-sheet", p, None))
    return found


def of_successions(store: Store, earlier: int, later: int) -> Told:
    """Return who followed whom, by SPARQL."""
    sheets: dict[str, list[tuple[int, str, int | None]]] = defaultdict(list)
    for p, e, year, start in ask(
        store,
        """SELECT ?p ?e ?y ?s WHERE { ?e mrd:editionOf ?p ; mrd:publicationYear ?y
            OPTIONAL { ?e mrd:startYear ?s } }""",
    ):
        sheets[str(p)].append((int(year or 0), str(e), None if start is None else int(start)))
    budgeted: dict[str, set[int]] = defaultdict(set)
    for p, year in ask(
        store,
        """SELECT DISTINCT ?p ?y WHERE { ?f mrd:forProgramme ?p ; mrd:fiscalYear/mrd:yearNumber ?y ;
            mrd:budgetStage ?stage FILTER (?stage != mrds:stage-request)
            FILTER NOT EXISTS { ?later mrd:supersedes ?f } }""",
    ):
        budgeted[str(p)].add(int(year or 0))
    followed: dict[str, dict[str, int]] = defaultdict(dict)
    followers: dict[str, dict[str, int]] = defaultdict(dict)
    for one, other in ask(store, "SELECT DISTINCT ?one ?other WHERE { ?one mrd:succeeds ?other }"):
        if sheets[str(one)]:
            published, _, start = min(sheets[str(one)])
            year = max(published, start or 0)
        else:
            last = max((each for each, *_ in sheets[str(other)]), default=0)
            year = min((each for each in budgeted[str(one)] if each > last), default=0)
        if earlier < year <= later:
            followed[str(one)][str(other)] = year
            followers[str(other)][str(one)] = year
    found: Told = {("split", p, min(own.values())) for p, own in followers.items() if len(own) > 1}
    found |= {("merged", p, min(own.values())) for p, own in followed.items() if len(own) > 1}
    for p, own in followed.items():
        ((other, year), *more) = own.items()
        if not more and len(followers[other]) == 1:
            found.add(("succeeded", p, year))
    return found


def of_results(store: Store, earlier: int, later: int) -> Told:
    """Return what changed in results, by SPARQL: one current result a year is taken for granted."""
    values: dict[tuple[str, int], tuple[Decimal | None, Decimal | None]] = {}
    query = f"""SELECT ?i ?y ?t ?a WHERE {{
        ?r mrd:resultOf ?i ; mrd:fiscalYear/mrd:yearNumber ?y . {CURRENT}
        OPTIONAL {{ ?r mrd:targetValue ?t }} OPTIONAL {{ ?r mrd:achievedValue ?a }}
        FILTER (?y IN ({earlier}, {later})) }}"""
    for i, year, target, achieved in ask(store, query):
        pair = tuple(None if each is None else Decimal(each) for each in (target, achieved))
        values[(str(i), int(year or 0))] = (pair[0], pair[1])
    held = {year for (_, year), (_, achieved) in values.items() if achieved is not None}
    found: Told = set()
    for i in {i for i, _ in values}:
        sides = [values.get((i, year), (None, None)) for year in (earlier, later)]
        met = [None if None in side else side[1] >= side[0] for side in sides]  # type: ignore[operator]
        has = [achieved is not None for _, achieved in sides]
        if met == [False, True]:
            found.add(("target-newly-met", i, None))
        elif met == [True, False]:
            found.add(("target-newly-missed", i, None))
        elif held == {earlier, later} and has[0] != has[1]:
            found.add(("result-added" if has[1] else "result-not-stated", i, None))
    return found


def of_topics(store: Store, earlier: int, later: int) -> Told:
    statuses = " ".join(f"<{each}>" for each in sorted(STATUSES))
    query = f"""SELECT DISTINCT ?t ?y WHERE {{ VALUES ?status {{ {statuses} }}
        ?t a mrd:PriorityTopic ; mrd:actionStatus ?status ; mrd:fiscalYear/mrd:yearNumber ?y .
        FILTER (?y > {earlier} && ?y <= {later}) }}"""
    return {("topic-status", str(t), int(year or 0)) for t, year in ask(store, query)}


def of_money(store: Store, year: int, stage: str, project: str | None) -> dict[str, int]:
    """Return the yen of programmes in the total of a year, by SPARQL."""
    placed = ""
    if project is not None:
        placed = f"""FILTER (EXISTS {{ ?f mrd:inProject <{project}> }}
            || (NOT EXISTS {{ ?f mrd:inProject ?own }}
                && EXISTS {{ ?p mrd:inProject <{project}> }}))"""
    query = f"""SELECT ?p (SUM(?a) AS ?yen) WHERE {{
        ?f mrd:additiveIn ?total ; mrd:amountJPY ?a ; mrd:forProgramme ?p . ?p a mrd:Programme .
        ?total mrd:fiscalYear <{kind_iri("fy", str(year))}> ; mrd:budgetStage mrds:stage-{stage} ;
            mrd:level mrds:level-appropriation ; mrd:perimeter mrds:perimeter-amed . {placed}
        }} GROUP BY ?p"""
    return {str(p): int(yen or 0) for p, yen in ask(store, query)}


def check(store: Store, facts: FactTables, earlier: int, later: int) -> None:
    first, entries = asked(facts, ChangeQuestion(earlier, later))
    of_programmes = ("begun", "ended", "first-sheet", "no-further-sheet", "renamed")
    assert told(entries, *of_programmes, "ministry-moved") == of_sheets(store, earlier, later)
    successions = of_successions(store, earlier, later)
    assert told(entries, "succeeded", "split", "merged") == successions
    outcomes = ("target-newly-met", "target-newly-missed", "result-added", "result-not-stated")
    assert told(entries, *outcomes) == of_results(store, earlier, later)
    assert told(entries, "topic-status") == of_topics(store, earlier, later)
    check_money(store, facts, (earlier, later), "initial", None)
    assert {each.change: each.entries for each in first.kinds} == {
        kind: sum(each.change == kind for each in entries) for kind in CHANGES
    }


def check_money(
    store: Store, facts: FactTables, years: tuple[int, int], stage: str, project: str | None
) -> None:
    earlier, later = years
    filters = {} if project is None else {"project": project}
    question = ChangeQuestion(earlier, later, filters=filters, total=TotalChoice(stage=stage))
    first, entries = asked(facts, question)
    before, after = (of_money(store, year, stage, project) for year in (earlier, later))
    amounts = {each.item.iri: each for each in entries if each.change == "amount"}
    assert amounts.keys() == before.keys() | after.keys()
    for iri, each in amounts.items():
        assert each.before.amount == before.get(iri)
        assert each.after.amount == after.get(iri)
        if iri in before and iri in after:
            assert each.difference == after[iri] - before[iri]
            assert (each.ratio is None) == (before[iri] == 0)
        else:
            assert each.difference is None
            assert each.ratio is None
            missing = each.before if iri in after else each.after
            assert missing.state in {"not-stated", "not-summed", "no-total"}
    totals = first.totals
    assert totals is not None
    for side, total in (("before", totals.before), ("after", totals.after)):
        parts = (totals.both, totals.only, totals.without_programme, totals.left_out)
        whole = sum(getattr(each, side) for each in parts)
        assert whole == (0 if total is None else total.amount)


@pytest.mark.parametrize(("earlier", "later"), SHIPPED)
def test_changes_equal_sparql_on_the_shipped_graph(
    graph: Store, facts: FactTables, earlier: int, later: int
) -> None:
    check(graph, facts, earlier, later)


@pytest.mark.parametrize("stage", ["request", "executed", "carried-out"])
@pytest.mark.parametrize("project", [None, kind_iri("prj", "drugs")])
def test_yen_of_a_stage_equal_sparql(
    graph: Store, facts: FactTables, stage: str, project: str | None
) -> None:
    check_money(graph, facts, (2020, 2021), stage, project)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changing())
def test_changes_equal_sparql_on_random_graphs(given_quads: list[Quad]) -> None:
    with both(given_quads) as made:
        check(made.store, made.facts, 2021, 2022)
        check_money(made.store, made.facts, (2021, 2022), "initial", PROJECTS[0])


def test_every_change_has_evidence_and_a_rule(facts: FactTables) -> None:
    first, entries = asked(facts, ChangeQuestion(2019, 2021))
    assert {each.change for each in first.kinds} == set(CHANGES)
    assert all({"ja", "en"} == each.label.keys() == each.rule.keys() for each in first.kinds)
    for each in entries:
        assert each.item.evidence or each.before.evidence or each.after.evidence, each
        for side in (each.before, each.after):
            if side.state == "stated":
                assert side.evidence, each


def test_a_restated_figure_is_taken_once_and_told(facts: FactTables) -> None:
    question = ChangeQuestion(2019, 2020, kinds=("amount",), filters={"ministry": "mext"})
    _, entries = asked(facts, question)
    promotion = next(
        each for each in entries if each.item.iri.endswith("mext-medical-rd-promotion")
    )
    assert len(promotion.before.items) == 1
    restated = [each for each in promotion.before.other_figures if each.state == "restated"]
    assert len(restated) >= 2
    assert all(each.evidence for each in restated)
    assert promotion.before.items[0] not in {each.figure for each in restated}


def test_a_year_without_sheets_ends_nothing(facts: FactTables) -> None:
    first, entries = asked(facts, ChangeQuestion(2022, 2023))
    assert [each.sheets for each in first.read] == [87, 0]
    kinds = {each.change for each in entries}
    assert kinds.isdisjoint({"no-further-sheet", "first-sheet", "renamed", "result-not-stated"})
    ended = [each for each in entries if each.change == "ended"]
    assert all(each.fiscal_year == 2022 for each in ended)
    assert [each.item.iri for each in entries if each.change == "split"] == [
        kind_iri("prg", "mext-medical-rd-promotion")
    ]


def test_years_without_a_total_have_no_amounts(facts: FactTables) -> None:
    with pytest.raises(Problem):
        changes(facts, ChangeQuestion(2030, 2031, kinds=("amount",)))
    assert changes(facts, ChangeQuestion(2030, 2031)).totals is None


def test_filters_narrow_and_pages_are_bounded(facts: FactTables) -> None:
    whole = told(asked(facts, ChangeQuestion(2020, 2021))[1], *CHANGES)
    for filters in ({"ministry": "meti"}, {"project": "drugs", "ministry": "mhlw"}):
        part = told(asked(facts, ChangeQuestion(2020, 2021, filters=filters))[1], *CHANGES)
        assert part < whole
        assert part
    assert len(changes(facts, ChangeQuestion(2020, 2021)).changes.entries) <= PAGE


@pytest.mark.parametrize(
    "question",
    [
        ChangeQuestion(2022, 2022),
        ChangeQuestion(2022, 2021),
        ChangeQuestion(2021, 2022, kinds=("grown",)),
        ChangeQuestion(2021, 2022, basis="guessed"),
        ChangeQuestion(2021, 2022, filters={"colour": "red"}),
        ChangeQuestion(2021, 2022, total=TotalChoice(perimeter="moon")),
        ChangeQuestion(2021, 2022, total=TotalChoice(perimeter="amed-ministry-share")),
    ],
)
def test_what_is_wrong_is_refused(facts: FactTables, question: ChangeQuestion) -> None:
    with pytest.raises(Problem) as caught:
        changes(facts, question)
    assert caught.value.slug == "invalid-parameter"
