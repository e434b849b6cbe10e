"""Update requests of the SPARQL 1.1 Protocol: what is to be done, over which dataset.

Section 2.2 of the Protocol: an update comes by POST, as a form or directly. The module knows no
web framework.
"""

from dataclasses import dataclass

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import (
    FORM,
    QUERY,
    UPDATE,
    Parameters,
    absolute_iris,
    decoded,
    media_type_of,
    read_parameters,
    single,
)
from medrd_kg.store.base import Dataset

__all__ = ["ProtocolUpdate", "read_update"]


@dataclass(frozen=True, slots=True)
class ProtocolUpdate:
    """An update with the dataset that the request describes.

    Attributes:
        text: The SPARQL text.
        using: From ``using-graph-uri`` and ``using-named-graph-uri``: what every WHERE of the
            update reads.
    """

    text: str
    using: Dataset


def read_update(
    method: str, query_string: bytes, content_type: str | None = None, body: bytes = b""
) -> ProtocolUpdate:
    """Read an update request.

    Args:
        method: Of the request; only POST updates.
        query_string: What follows the question mark in the address.
        content_type: The header.
        body: The body.

    Raises:
        Problem: ``method-not-allowed``, ``malformed-request``, ``invalid-parameter`` or
            ``unsupported-media-type``.
    """
    if method != "POST":
        raise Problem(
            "method-not-allowed",
            f"{method} is not possible here: an update is sent by POST",
            f"send the update as the body of a POST, as {UPDATE}",
            headers={"Allow": "OPTIONS, POST"},
        )
    address = read_parameters(query_string, "the address")
    media_type = media_type_of(content_type, (UPDATE, FORM), refused=QUERY, what="an update")
    if media_type == QUERY:
        raise _is_query()
    if media_type == UPDATE:
        if any(name in {"update", "query"} for name, _ in address):
            raise Problem(
                "malformed-request",
                "the request has an update in its body and something else to do in its address",
                "send one of them, in the body",
            )
        return ProtocolUpdate(decoded(body, "the update"), _using(address))
    fields = read_parameters(body, "the form")
    text = single(address + fields, "update", "update")
    if any(name == "query" for name, _ in address + fields):
        raise _is_query()
    if text is None or not any(name == "update" for name, _ in fields):
        raise Problem(
            "malformed-request",
            "the form has no field named update",
            f"send update=… in the body, or the bare update as {UPDATE}",
        )
    # The Protocol puts the dataset of a form into the form; clients also leave it in the address.
    return ProtocolUpdate(text, _using(address + fields))


def _using(parameters: Parameters) -> Dataset:
    return Dataset(
        default_graphs=absolute_iris(parameters, "using-graph-uri"),
        named_graphs=absolute_iris(parameters, "using-named-graph-uri"),
    )


def _is_query() -> Problem:
    return Problem(
        "malformed-request",
        "this endpoint carries out updates and answers no queries",
        "send the query to /sparql",
    )
