"""Queries that count or compare the whole policy, computed a second time without SPARQL."""

from collections import Counter
from collections.abc import Iterable
from itertools import combinations

import pytest
from pyoxigraph import Literal, NamedNode

from medrd_kg.content import queries_dir
from medrd_kg.sparql.parameters import Scalar
from medrd_kg.sparql.stored import load_stored_queries
from medrd_kg.store.base import Store, Term

from .conftest import Facts, curie

QUERIES = load_stored_queries(queries_dir())
YEAR = "fy:2022"
POLICY = "doc:policy-fy2022"
FACETS = {
    "hasDiseaseArea": "diseases",
    "hasModality": "modalities",
    "hasPurpose": "purposes",
    "hasPhase": "phases",
    "usesTechnology": "technologies",
    "usesResource": "resources",
    "hasBeneficiary": "beneficiaries",
    "hasTheme": "themes",
}
COVERAGE = {
    "coverage-disease-by-project": "hasDiseaseArea",
    "coverage-modality-by-project": "hasModality",
    "coverage-purpose-by-project": "hasPurpose",
    "coverage-phase-by-project": "hasPhase",
    "coverage-technology-by-project": "usesTechnology",
    "coverage-status-by-project": "actionStatus",
    "beneficiaries-by-project": "hasBeneficiary",
    "resources-by-project": "usesResource",
}
"""Query to the facet that it counts."""

Cell = str | int | None


def answer(store: Store, name: str, columns: list[str], **given: Scalar) -> set[tuple[Cell, ...]]:
    values = {key.replace("_", "-"): value for key, value in given.items()}
    rows = list(store.query(QUERIES[name].bind(values)).rows())
    found = {tuple(_plain(row.get(column)) for column in columns) for row in rows}
    assert len(found) == len(rows), "these columns tell the rows apart"
    return found


def _plain(term: Term | None) -> Cell:
    if isinstance(term, NamedNode):
        return curie(term.value)
    if isinstance(term, Literal):
        is_number = term.datatype.value.endswith("#integer")
        return int(term.value) if is_number else term.value
    return None


def topics(facts: Facts) -> set[str]:
    return facts.members("PriorityTopic") & facts.subjects("fiscalYear", YEAR)


def items(facts: Facts) -> set[str]:
    return topics(facts) | facts.members("ScopeItem")


def concepts_of(facts: Facts, project: str, facet: str, among: Iterable[str]) -> set[str]:
    """Concepts that a project's items name by one facet."""
    inside = [item for item in among if project in facts.values(item, "inProject")]
    return {concept for item in inside for concept in facts.values(item, facet)}


@pytest.mark.parametrize(("name", "facet"), COVERAGE.items(), ids=COVERAGE)
def test_coverage(name: str, facet: str, store: Store, facts: Facts) -> None:
    of_topics: Counter[tuple[str, str]] = Counter()
    of_scope: Counter[tuple[str, str]] = Counter()
    exact: Counter[tuple[str, str]] = Counter()
    for item in items(facts):
        named = facts.values(item, facet)
        broader = {each for concept in named for each in facts.with_broader(concept)}
        counted = of_topics if item in topics(facts) else of_scope
        for project in facts.values(item, "inProject"):
            counted.update((concept, project) for concept in broader)
            exact.update((concept, project) for concept in named)
    expected = {
        (*pair, of_topics[pair], of_scope[pair], exact[pair]) for pair in {*of_topics, *of_scope}
    }
    columns = ["concept", "project", "topics", "scope_items", "direct"]
    assert answer(store, name, columns) == expected


def test_pairs_of_projects(store: Store, facts: Facts) -> None:
    expected = set()
    for one, other in combinations(sorted(facts.members("IntegratedProject")), 2):
        shared = {
            column: concepts_of(facts, one, facet, items(facts))
            & concepts_of(facts, other, facet, items(facts))
            for facet, column in FACETS.items()
        }
        counts = [len(each) for each in shared.values()]
        if sum(counts):
            expected.add((one, other, sum(counts), *counts))
    columns = ["project_a", "project_b", "shared", *FACETS.values()]
    assert answer(store, "project-pairs-by-shared-concepts", columns) == expected


@pytest.mark.parametrize("least", [1, 2, 3])
def test_bridging_concepts(least: int, store: Store, facts: Facts) -> None:
    projects: Counter[tuple[str, str]] = Counter()
    for facet in FACETS:
        for project in facts.members("IntegratedProject"):
            found = concepts_of(facts, project, facet, items(facts))
            projects.update((f"mrd:{facet}", concept) for concept in found)
    expected = {(*key, count) for key, count in projects.items() if count >= least}
    columns = ["facet", "concept", "projects"]
    assert answer(store, "bridging-concepts", columns, min_projects=least) == expected


@pytest.mark.parametrize("topic", ["disease-database-research", "source-cell-supply"])
def test_items_that_share_concepts_with_a_topic(topic: str, store: Store, facts: Facts) -> None:
    shared: Counter[str] = Counter()
    everything = facts.members("PriorityTopic") | facts.members("ScopeItem")
    for facet in FACETS:
        own = facts.values(f"topic:{topic}", facet)
        for item in everything - {f"topic:{topic}"}:
            shared[item] += len(own & facts.values(item, facet))
    expected = {(item, count) for item, count in shared.items() if count}
    columns = ["item", "shared"]
    assert answer(store, "topics-sharing-concepts", columns, topic=topic) == expected


@pytest.mark.parametrize(
    ("name", "facet", "kind"),
    [
        ("purposes-missing-in-project", "hasPurpose", "DevelopmentPurpose"),
        ("phases-missing-in-project", "hasPhase", "ResearchPhase"),
    ],
)
def test_what_is_missing_in_projects(
    name: str, facet: str, kind: str, store: Store, facts: Facts
) -> None:
    for standing in (False, True):
        seen = items(facts) if standing else topics(facts)
        expected = set()
        for project in facts.members("IntegratedProject"):
            named = concepts_of(facts, project, facet, seen)
            served = {each for concept in named for each in facts.with_broader(concept)}
            expected |= {(project, concept) for concept in facts.members(kind) - served}
        columns = ["project", "concept"]
        assert answer(store, name, columns, include_standing=standing) == expected


@pytest.mark.parametrize("standing", [False, True])
def test_disease_areas_without_topic(standing: bool, store: Store, facts: Facts) -> None:
    seen = items(facts) if standing else topics(facts)
    named = {concept for item in seen for concept in facts.values(item, "hasDiseaseArea")}
    served = {each for concept in named for each in facts.with_broader(concept)}
    stated = {area for area in facts.members("DiseaseArea") if facts.values(area, "statedIn")}
    expected = {(area,) for area in stated - served}
    name = "disease-areas-without-topic"
    assert answer(store, name, ["concept"], include_standing=standing) == expected


def test_scope_items_without_topic(store: Store, facts: Facts) -> None:
    facets = list(FACETS)[:6]
    expected = set()
    for item in facts.members("ScopeItem"):
        for project in facts.values(item, "inProject"):
            taken_up = any(
                facts.values(item, facet) & facts.with_broader(concept)
                for facet in facets
                for concept in concepts_of(facts, project, facet, topics(facts))
            )
            if not taken_up:
                expected.add((project, item))
    assert answer(store, "scope-items-without-topic", ["project", "item"]) == expected


@pytest.mark.parametrize(
    ("name", "lacking"),
    [("topics-without-goal", "aimsAt"), ("topics-without-purpose", "hasPurpose")],
)
def test_topics_that_lack_something(name: str, lacking: str, store: Store, facts: Facts) -> None:
    expected = {
        (project, topic)
        for topic in topics(facts)
        if not facts.values(topic, lacking)
        for project in (*facts.values(topic, "inProject"),) or (None,)
    }
    assert answer(store, name, ["project", "topic"]) == expected


def _things(facts: Facts, unit: str) -> set[str]:
    return facts.subjects("statedIn", unit)


def test_units_most_cited(store: Store, facts: Facts) -> None:
    expected = set()
    for unit in facts.subjects("partOf", POLICY) & facts.members("DocumentUnit"):
        concepts = {each for each in _things(facts, unit) if facts.values(each, "skos:inScheme")}
        count = len(_things(facts, unit))
        if count >= 1:
            expected.add((unit, count, count - len(concepts)))
    columns = ["unit", "things", "statements"]
    assert answer(store, "units-most-cited", columns, at_least=1) == expected
    assert len(expected) == 99


def test_things_of_the_units_of_a_section(store: Store, facts: Facts) -> None:
    for number in ("0", "1", "2", "3", "4", "5", "6"):
        expected = {
            (unit, len(_things(facts, unit)))
            for unit in facts.subjects("partOf", POLICY) & facts.members("DocumentUnit")
            if any(each.startswith(number) for each in facts.values(unit, "sectionNumber"))
        }
        assert expected
        assert answer(store, "units-of-section", ["unit", "things"], section=number) == expected


def test_open_lists(store: Store, facts: Facts) -> None:
    cited = {
        thing
        for thing in facts.subjects("openList", "true")
        if any(unit.startswith("unit:") for unit in facts.values(thing, "statedIn"))
    }
    assert answer(store, "open-lists", ["thing"]) == {(thing,) for thing in cited}


def test_inferred_assertions_and_their_reasons(store: Store, facts: Facts) -> None:
    axioms = facts.subjects("assertionBasis", "mrds:basis-inferred")
    expected = {
        (subject, named, value, frozenset(facts.values(axiom, "note")))
        for axiom in axioms
        for subject in facts.values(axiom, "owl:annotatedSource")
        for named in facts.values(axiom, "owl:annotatedProperty")
        for value in facts.values(axiom, "owl:annotatedTarget")
    }
    columns = ["subject", "property", "value", "reason_ja", "reason_en"]
    found = answer(store, "inferred-assertions", columns)
    assert {(*row[:3], frozenset(row[3:])) for row in found} == expected
    assert len(expected) == len(axioms) > 50


def test_reasons_of_the_feedback(store: Store, facts: Facts) -> None:
    columns = ["step", "target", "reason_ja", "reason_en"]
    for step, target, *reasons in answer(store, "pdca-feedback", columns):
        axioms = facts.subjects("owl:annotatedSource", str(step)) & facts.subjects(
            "owl:annotatedTarget", str(target)
        )
        notes = {note for axiom in axioms for note in facts.values(axiom, "note")}
        assert {reason for reason in reasons if reason is not None} == notes


def test_every_goal_is_listed_with_what_aims_at_it(store: Store, facts: Facts) -> None:
    expected = {
        (goal, thing) for goal in facts.members("Goal") for thing in facts.subjects("aimsAt", goal)
    }
    assert answer(store, "goals-and-who-serves-them", ["goal", "thing"]) == expected


def test_the_default_of_roles_lists_every_agent(store: Store, facts: Facts) -> None:
    relations = [
        *("carriedOutBy", "jointlyWith", "addressedTo", "decidedBy", "approvedBy"),
        *("preparedBy", "overseenBy", "steeredBy", "participant"),
    ]
    kinds = [
        *("AgentGroup", "Organization", "OrganizationalUnit", "Ministry"),
        *("FundingAgency", "Headquarters", "Council"),
    ]
    agents = {agent for kind in kinds for agent in facts.members(kind)}
    expected = {
        (agent, f"mrd:{relation}", thing)
        for agent in agents
        for relation in relations
        for thing in facts.subjects(relation, agent)
        if any(unit.startswith("unit:") for unit in facts.values(thing, "statedIn"))
    }
    columns = ["agent", "relation", "thing"]
    assert answer(store, "organisations-and-roles", columns) == expected
