"""Pairs that are counted class by class are those that are weighed one by one, in their order."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import Quad
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage import linkages_classes
from medrd_kg.linkage.linkages import LinkageQuestion, linkages
from medrd_kg.linkage.tables import FactTables

QUESTIONS = (
    LinkageQuestion("programme", "programme", ("ministry",)),
    LinkageQuestion("programme", "programme", ("ministry", "modality"), fiscal_year=2020),
    LinkageQuestion("programme", "programme", ("modality", "disease-area"), min_shared=3),
    LinkageQuestion("programme", "programme", hierarchy=False),
    LinkageQuestion("programme", "organization", ("ministry",)),
    LinkageQuestion("ministry", "organization", ("modality",)),
    LinkageQuestion("project", "programme"),
    LinkageQuestion("topic", "programme", ("disease-area",)),
    LinkageQuestion("disease-area", "disease-area", ("modality",)),
    LinkageQuestion("disease-area", "modality", ("project",), scope="standing"),
    LinkageQuestion("modality", "modality", ("disease-area",)),
)
PAGES = ((0, 20), (7, 100), (150, 13), (1000, 50), (10**7, 5))


def check(facts: FactTables, question: LinkageQuestion, offset: int, limit: int) -> int:
    """Hold both ways to each other; return how many pairs there are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(linkages_classes, "MANY", 10**12)
        one_by_one = linkages(facts, question, offset=offset, limit=limit)
        patched.setattr(linkages_classes, "MANY", -1)
        by_class = linkages(facts, question, offset=offset, limit=limit)
    assert by_class == one_by_one
    return by_class.pairs.total


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_pages_of_the_shipped_graph_are_the_same(
    facts: FactTables, question: LinkageQuestion
) -> None:
    for offset, limit in PAGES:
        assert check(facts, question, offset, limit)


def test_every_page_follows_the_one_before(
    facts: FactTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = QUESTIONS[0]
    monkeypatch.setattr(linkages_classes, "MANY", -1)
    whole: list[tuple[str, str]] = []
    page = linkages(facts, question, limit=100).pairs
    while page.entries:
        whole += [(each.left.iri, each.right.iri) for each in page.entries]
        page = linkages(facts, question, offset=len(whole), limit=100, shown=0).pairs
    assert len(whole) == len(set(whole)) == page.total > 5000


def test_pairs_of_one_thing_are_weighed_one_by_one(
    facts: FactTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkages_classes, "MANY", -1)
    thing = linkages(facts, QUESTIONS[0], limit=1).pairs.entries[0].left.iri
    of_one = linkages(facts, replace(QUESTIONS[0], thing=thing), limit=100)
    assert of_one.pairs.entries
    assert all(thing in (each.left.iri, each.right.iri) for each in of_one.pairs.entries)


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_no_fewer_pairs_are_expected_than_there_are(
    facts: FactTables, question: LinkageQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = linkages(facts, question).pairs.total
    monkeypatch.setattr(linkages_classes, "MANY", total - 1)
    with facts.session() as session:
        assert linkages_classes.are_many(session, question.parameters())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads())
def test_random_graphs_give_the_same_pages(graph: list[Quad]) -> None:
    with both(graph) as one:
        for question in (
            *QUESTIONS[:2],
            QUESTIONS[4],
            LinkageQuestion("topic", "topic", ("modality", "project")),
            LinkageQuestion("modality", "disease-area", ("project",)),
            LinkageQuestion("disease-area", "disease-area", ("modality",), hierarchy=False),
        ):
            for offset, limit in ((0, 100), (1, 2), (3, 5)):
                check(one.facts, question, offset, limit)
