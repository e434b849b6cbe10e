"""The W3C suites for SPARQL 1.1 Query, Update and result formats, over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from tests.conformance.answers import ACCEPT, agree, read_expected
from tests.conformance.deviations import DEVIATIONS
from tests.conformance.manifests import Case, Kind, read_manifest
from tests.conformance.service import Service

pytestmark = pytest.mark.shared

GRAPH_OR_ROWS = "application/sparql-results+json, text/turtle;q=0.5"
PROBLEMS = "https://w3id.org/medrd-kg/problems/"
REFUSED_FOR_OTHER_REASONS = {
    "not-found",  # CLEAR of a graph that does not exist
    "remote-failure",  # LOAD of what cannot be had
    "service-not-allowed",
}
"""What a legal update may meet on an empty dataset without a network."""


def answered_as_expected(service: Service, case: Case) -> bool:
    if case.result is None:
        raise ValueError(f"{case.name} expects nothing")
    service.load(case.data)
    answer = service.ask(case.text_with_base, ACCEPT.get(case.result.suffix, GRAPH_OR_ROWS))
    return answer.status_code == HTTPStatus.OK and agree(
        read_expected(case.result),
        answer.content,
        answer.headers["content-type"],
        is_lax=case.is_lax,
    )


def changed_as_expected(service: Service, case: Case) -> bool:
    service.load(case.data)
    answer = service.update(case.text_with_base)
    return answer.status_code == HTTPStatus.NO_CONTENT and service.holds(case.after)


def is_malformed(answer: httpx.Response) -> bool:
    """Whether a request was refused for its syntax, and told where."""
    if answer.status_code != HTTPStatus.BAD_REQUEST:
        return False
    problem = answer.json()
    return bool(problem["type"] == f"{PROBLEMS}malformed-query" and problem["line"] > 0)


def is_read(answer: httpx.Response) -> bool:
    """Whether a request was understood, whatever came of it."""
    if answer.is_success:
        return True
    return answer.json()["type"].removeprefix(PROBLEMS) in REFUSED_FOR_OTHER_REASONS


def passes(service: Service, case: Case) -> bool:
    match case.kind:
        case Kind.QUERY:
            return answered_as_expected(service, case)
        case Kind.UPDATE:
            return changed_as_expected(service, case)
        case Kind.LEGAL_QUERY:
            return service.ask(case.text).status_code == HTTPStatus.OK
        case Kind.ILLEGAL_QUERY:
            return is_malformed(service.ask(case.text))
        case Kind.LEGAL_UPDATE:
            return is_read(service.update(case.text))
        case Kind.ILLEGAL_UPDATE:
            return is_malformed(service.update(case.text))
        case _:
            raise ValueError(f"{case.name} is a test of something else")


@pytest.mark.parametrize(
    ("manifest", "counts"),
    [
        ("query", {Kind.QUERY: 225, Kind.LEGAL_QUERY: 63, Kind.ILLEGAL_QUERY: 40}),
        ("update", {Kind.UPDATE: 94, Kind.LEGAL_UPDATE: 42, Kind.ILLEGAL_UPDATE: 21}),
        ("results", {Kind.QUERY: 10}),
    ],
)
def test_the_suite_passes_but_for_faults_of_the_engine(
    service: Service, suites: Path, manifest: str, counts: dict[Kind, int]
) -> None:
    cases = list(read_manifest(suites / f"manifest-sparql11-{manifest}.ttl"))
    assert {kind: _count(cases, kind) for kind in counts} == counts
    assert len(cases) == sum(counts.values())
    failed = {case.name for case in cases if not passes(service, case)}
    assert failed == {case.name for case in cases if case.name in DEVIATIONS}


def _count(cases: Sequence[Case], kind: Kind) -> int:
    return sum(case.kind is kind for case in cases)
