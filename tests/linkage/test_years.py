"""Years of a release: what SPARQL finds in the same graph."""

import pytest
from tests.linkage.asking import ask

from medrd_kg.linkage.recipients import latest_payments
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.years import years
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri


def test_the_years_are_those_of_the_graph(facts: FactTables, graph: Store) -> None:
    found = years(facts)
    assert list(found.known) == sorted(found.known, reverse=True)
    topics = (
        "SELECT DISTINCT ?year { ?t a mrd:PriorityTopic ; mrd:fiscalYear/mrd:yearNumber ?year }"
    )
    assert found.policy == max(int(str(year)) for (year,) in ask(graph, topics))
    assert found.policy in found.known


@pytest.mark.parametrize(
    ("side", "property_", "iri"),
    [
        ("payee", "mrd:payee", kind_iri("org-", "riken")),
        ("payee", "mrd:payee", kind_iri("org-", "c3010001010696")),
        ("programme", "mrd:forProgramme", kind_iri("prg", "meti-drug-discovery-platform")),
        ("programme", "mrd:forProgramme", kind_iri("prg", "mext-medical-rd-promotion")),
        ("payee", "mrd:payee", kind_iri("org-", "none")),
    ],
)
def test_the_latest_payments(
    facts: FactTables, graph: Store, side: str, property_: str, iri: str
) -> None:
    query = (
        f"SELECT DISTINCT ?year {{ ?f {property_} <{iri}> ; mrd:level ?level ;"
        " mrd:fiscalYear/mrd:yearNumber ?year"
        " FILTER (?level IN (mrds:level-payment, mrds:level-transfer))"
        " FILTER NOT EXISTS { ?newer mrd:supersedes ?f } }"
    )
    years_of_payments = [int(str(year)) for (year,) in ask(graph, query)]
    assert latest_payments(facts, side, iri) == max(years_of_payments, default=None)
