"""The W3C suites for the SPARQL 1.1 Protocol and the Graph Store HTTP Protocol: all of them."""

from pathlib import Path

import pytest
from tests.conformance.exchanges import Exchange, exchanges, faults
from tests.conformance.manifests import Case, Kind, read_manifest
from tests.conformance.service import Service

pytestmark = pytest.mark.shared


def endpoint_of(case: Case, exchange: Exchange) -> str:
    """Return where an exchange of the Protocol's suite goes: it leaves the endpoints free."""
    is_query = "query" in exchange.headers.get("content-type", "") or "query=" in exchange.path
    if "update" in str(case.node).rpartition("#")[2] and not is_query:
        return exchange.path.replace("/sparql/", "/update/", 1)
    return exchange.path


def store_of(_: Case, exchange: Exchange) -> str:
    """Return where an exchange of the Graph Store's suite goes."""
    return exchange.path.replace("/gsp", "/graph-store", 1)


def test_every_test_of_the_protocol_passes(service: Service, address: str, suites: Path) -> None:
    cases = list(read_manifest(suites / "protocol" / "manifest.ttl"))
    assert [case.kind for case in cases] == [Kind.PROTOCOL] * 34
    found: list[str] = []
    for case in cases:
        assert any(exchanges(case))
        service.load(case.data)
        found += faults(address, case, endpoint_of)
        service.clear()
    assert found == []


def test_every_test_of_the_graph_store_passes(service: Service, address: str, suites: Path) -> None:
    cases = list(read_manifest(suites / "graph-store-protocol" / "manifest.ttl"))
    assert [case.kind for case in cases] == [Kind.GRAPH_STORE] * 13
    found: list[str] = []
    for case in cases:
        assert any(exchanges(case))
        service.clear()
        found += faults(address, case, store_of)
    assert found == []
