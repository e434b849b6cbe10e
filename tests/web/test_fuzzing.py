"""Requests made from OpenAPI at random: nothing fails, and every answer is as it is described."""

from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_LEAST_OPERATIONS = 120


def operations(client: httpx.Client) -> Iterator[Any]:
    """Yield every operation of the service's OpenAPI document."""
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    for found in schema.get_all_operations():
        yield cast("Any", found).ok()


def breaches(client: httpx.Client, examples: int) -> dict[str, str]:
    """Send requests to every operation, half of them wrong; return what broke the contract.

    Args:
        client: A client of the service.
        examples: Requests of each kind for each operation.
    """
    broken: dict[str, str] = {}
    walked = 0
    for operation in operations(client):
        walked += 1
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)
            try:
                _sender(client, strategy, examples)()
            except Unsatisfiable:  # nothing that the operation takes can be wrong
                assert mode is GenerationMode.NEGATIVE, operation.label
            except FailureGroup as group:
                broken[operation.label] = str(group)
    assert walked > _LEAST_OPERATIONS
    return broken


def _sender(client: httpx.Client, strategy: Any, examples: int) -> Any:  # noqa: ANN401
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:  # noqa: ANN401
        response = case.call(base_url=str(client.base_url), timeout=60)
        case.validate_response(response, checks=_CHECKS)

    return send


def test_a_few_requests_to_every_operation(shipped_server: httpx.Client) -> None:
    assert breaches(shipped_server, 1) == {}


@pytest.mark.long
def test_many_requests_to_every_operation(shipped_server: httpx.Client) -> None:
    assert breaches(shipped_server, 60) == {}
