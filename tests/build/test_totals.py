"""The check on money: each way of counting a yen twice is found, and sound money passes."""

from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from medrd_kg.build.totals import check_totals, require_sound_totals
from medrd_kg.problems import Problem
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import PREFIXES, graph_iri

GRAPH = NamedNode(graph_iri("facts"))
INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

# A whole of 100 with parts of 60 and 38, and another figure of 20, against a printed 121.
SOUND = """
budget:whole a mrd:BudgetStatement
budget:whole mrd:amountJPY 100
budget:whole mrd:additiveIn total:one
budget:whole mrd:forProgramme prg:parent
budget:whole mrd:remainderJPY 2
budget:whole mrd:note "the parts leave two"
budget:part-1 a mrd:BudgetStatement
budget:part-1 mrd:nonAdditiveAmountJPY 60
budget:part-1 mrd:includedIn budget:whole
budget:part-1 mrd:forProgramme prg:child
budget:part-2 a mrd:BudgetStatement
budget:part-2 mrd:nonAdditiveAmountJPY 38
budget:part-2 mrd:includedIn budget:whole
budget:part-2 mrd:forProgramme prg:second-child
budget:other a mrd:BudgetStatement
budget:other mrd:amountJPY 20
budget:other mrd:additiveIn total:one
budget:other mrd:forProgramme prg:other
budget:whole mrd:fiscalYear fy:2022
budget:other mrd:fiscalYear fy:2022
budget:whole mrd:budgetStage mrds:stage-initial
budget:other mrd:budgetStage mrds:stage-initial
budget:whole mrd:level mrds:level-appropriation
budget:other mrd:level mrds:level-appropriation
budget:old mrd:nonAdditiveAmountJPY 99
budget:whole mrd:supersedes budget:old
budget:printed mrd:nonAdditiveAmountJPY 121
total:one mrd:fiscalYear fy:2022
total:one mrd:budgetStage mrds:stage-initial
total:one mrd:level mrds:level-appropriation
total:one mrd:perimeter mrds:perimeter-amed
total:one mrd:printedAs budget:printed
total:one mrd:remainderJPY 1
total:one mrd:note "rounded"
prg:child mrd:subProgrammeOf prg:parent
prg:second-child mrd:subProgrammeOf prg:parent
"""


def node(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def quads(statements: str) -> list[Quad]:
    found = []
    for line in statements.strip().splitlines():
        subject, predicate, target = line.split(" ", 2)
        value = (
            node(target)
            if ":" in target
            else Literal(target.strip('"'))
            if target.startswith('"')
            else Literal(target, datatype=INTEGER)
        )
        found.append(
            Quad(node(subject), RDF_TYPE if predicate == "a" else node(predicate), value, GRAPH)
        )
    return found


@pytest.fixture
def kinds() -> Callable[[str, str], set[str]]:
    """Say which kinds of fault the sound money has after adding and removing statements."""

    def found(added: str, removed: str = "") -> set[str]:
        store = EmbeddedStore()
        store.insert(quads(SOUND))
        store.remove(quads(removed) if removed else [])
        store.insert(quads(added) if added else [])
        return {fault.kind for fault in check_totals(store)}

    return found


def test_sound_money_passes(kinds: Callable[[str, str], set[str]]) -> None:
    assert kinds("", "") == set()


@pytest.mark.parametrize(
    ("kind", "added", "removed"),
    [
        ("superseded-addend", "budget:newer mrd:supersedes budget:other", ""),
        ("addend-without-amount", "budget:part-1 mrd:additiveIn total:two", ""),
        ("amount-without-total", "budget:old mrd:amountJPY 99", ""),
        ("other-year-stage-or-level", "", "total:one mrd:fiscalYear fy:2022"),
        (
            "part-and-whole",
            "budget:part-1 mrd:additiveIn total:one\nbudget:part-1 mrd:amountJPY 60",
            "",
        ),
        (
            "one-programme-twice",
            "budget:other mrd:forProgramme prg:parent",
            "budget:other mrd:forProgramme prg:other",
        ),
        (
            "parent-and-child",
            "budget:other mrd:forProgramme prg:child",
            "budget:other mrd:forProgramme prg:other",
        ),
        (
            "two-perimeters",
            (
                "budget:other mrd:additiveIn total:two\n"
                "total:two mrd:perimeter mrds:perimeter-in-house-whole"
            ),
            "",
        ),
        ("flagged-addend", "budget:other mrd:hasFlag mrds:flag-unit-slip", ""),
        ("flagged-addend", "budget:other mrd:hasFlag mrds:flag-fiscal-year-doubtful", ""),
        (
            "flagged-addend",
            (
                "budget:other mrd:hasFlag mrds:flag-executed-exceeds-total\n"
                "budget:other a mrd:FundingFlow"
            ),
            "",
        ),
        ("remainder-without-note", "", 'total:one mrd:note "rounded"'),
        ("printed-figure-missed", "", "total:one mrd:remainderJPY 1"),
        (
            "printed-without-addends",
            "total:two mrd:printedAs budget:printed",
            "",
        ),
        (
            "parts-miss-the-whole",
            "budget:part-3 mrd:nonAdditiveAmountJPY 1\nbudget:part-3 mrd:includedIn budget:whole",
            "",
        ),
    ],
)
def test_each_fault_is_found(
    kinds: Callable[[str, str], set[str]], kind: str, added: str, removed: str
) -> None:
    assert kind in kinds(added, removed)


def test_an_executed_budget_may_exceed_its_total(kinds: Callable[[str, str], set[str]]) -> None:
    assert kinds("budget:other mrd:hasFlag mrds:flag-executed-exceeds-total", "") == set()


def test_a_breakdown_may_take_the_same_addends(kinds: Callable[[str, str], set[str]]) -> None:
    share = """budget:other mrd:additiveIn total:share
total:share mrd:perimeter mrds:perimeter-amed-ministry-share
total:share mrd:fiscalYear fy:2022
total:share mrd:budgetStage mrds:stage-initial
total:share mrd:level mrds:level-appropriation"""
    assert kinds(share, "") == set()


def test_a_fault_stops_a_build_and_says_where() -> None:
    store = EmbeddedStore()
    store.insert(quads(SOUND))
    require_sound_totals(store)
    store.insert(quads("budget:newer mrd:supersedes budget:other"))
    with pytest.raises(Problem, match=r"superseded-addend in \S+/total/one: \S+/other") as caught:
        require_sound_totals(store)
    assert caught.value.slug == "invalid-data"


def test_the_difference_is_told_in_yen() -> None:
    store = EmbeddedStore()
    store.insert(quads(SOUND))
    store.remove(quads("total:one mrd:remainderJPY 1"))
    (fault,) = check_totals(store)
    assert fault.difference == 1
    assert str(fault).startswith("printed-figure-missed in ")
