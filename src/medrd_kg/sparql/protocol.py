"""Requests of the SPARQL 1.1 Protocol: what is asked, over which dataset.

Section 2.1 of the Protocol: a query comes by GET, by POST as a form, or by POST directly. The
module knows no web framework.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from medrd_kg.problems import Problem
from medrd_kg.store.base import Dataset

__all__ = [
    "FORM",
    "QUERY",
    "UPDATE",
    "Parameters",
    "ProtocolQuery",
    "absolute_iris",
    "decoded",
    "is_true",
    "media_type_of",
    "read_parameters",
    "read_query",
    "single",
]

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"

_ABSOLUTE_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|\\^`]*")
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)

_OWN_DATASET: Final = Dataset()
"""The store's own dataset: the request describes none."""

Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ProtocolQuery:
    """A query with the dataset that the request describes.

    Attributes:
        text: The SPARQL text.
        dataset: From ``default-graph-uri`` and ``named-graph-uri``; it overrides FROM.
    """

    text: str
    dataset: Dataset


def read_query(
    method: str, query_string: bytes, content_type: str | None = None, body: bytes = b""
) -> ProtocolQuery | None:
    """Read a query request.

    Args:
        method: ``GET`` or ``POST``.
        query_string: What follows the question mark in the address.
        content_type: The header, of a POST.
        body: The body, of a POST.

    Returns:
        The query, or None for a GET without one: that asks for the service description.

    Raises:
        Problem: ``malformed-request``, ``invalid-parameter``, ``update-on-query-endpoint`` or
            ``unsupported-media-type``.
    """
    address = read_parameters(query_string, "the address")
    _refuse_release(address)
    if method == "GET":
        _refuse_update(address)
        text = single(address, "query", "query")
        return None if text is None else ProtocolQuery(text, _dataset(address))
    form = media_type_of(content_type, (QUERY, FORM), refused=UPDATE, what="a query")
    if form == UPDATE:
        _refuse_update([("update", "")])
    if form == FORM:
        fields = read_parameters(body, "the form")
        _refuse_update(address + fields)
        _refuse_release(fields)
        text = single(address + fields, "query", "query")
        if text is None or not any(name == "query" for name, _ in fields):
            raise Problem(
                "malformed-request",
                "the form has no field named query",
                f"send query=… in the body, or the bare query as {QUERY}",
            )
        # The Protocol puts the dataset of a form into the form; clients also leave it in the
        # address, as its own test suite does.
        return ProtocolQuery(text, _dataset(address + fields))
    if any(name == "query" for name, _ in address):
        raise Problem(
            "malformed-request",
            "the request has a query in its address and another one in its body",
            "send one of them",
        )
    return ProtocolQuery(decoded(body, "the query"), _dataset(address))


def read_parameters(encoded: bytes, where: str) -> Parameters:
    """Decode ``application/x-www-form-urlencoded`` text, strictly as UTF-8.

    Raises:
        Problem: ``malformed-request`` when it is not.
    """
    if b"\\" not in encoded:
        with suppress(UnicodeError):  # then it is told, or read, in the usual way
            return [_unquoted_pair(each) for each in encoded.split(b"&") if each]
    try:
        return parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise _not_utf8(where) from error


def _unquoted_pair(pair: bytes) -> tuple[str, str]:
    """Decode a name with its value.

    Raises:
        UnicodeError: There is a percent sign without two digits, or what is not UTF-8.
    """
    name, _, value = pair.partition(b"=")
    return _unquoted(name), _unquoted(value)


def _unquoted(text: bytes) -> str:
    r"""Decode percent signs; ``parse_qsl`` takes longer for it than the engine to parse a query.

    ``%41`` differs from the escape ``\x41`` by its sign alone, so that a codec in C reads it: one
    character for each byte.

    Raises:
        UnicodeError: As in `_unquoted_pair`.
    """
    if b"+" in text:
        text = text.replace(b"+", b" ")
    if b"%" in text:
        text = text.replace(b"%", b"\\x").decode("unicode_escape").encode("latin-1")
    return text.decode("utf-8")


def media_type_of(
    content_type: str | None, supported: Sequence[str], *, refused: str, what: str
) -> str:
    """Return the media type of a POST body.

    Args:
        content_type: The header.
        supported: What the endpoint reads.
        refused: What belongs to the other endpoint, which the caller of this function tells.
        what: Words for what is sent.

    Raises:
        Problem: ``unsupported-media-type``.
    """
    name = (content_type or "").partition(";")[0].strip().lower()
    charset = _CHARSET.search(content_type or "")
    if name not in {*supported, refused}:
        raise Problem(
            "unsupported-media-type",
            f"{what} cannot be sent as {name}" if name else "the request has no Content-Type",
            f"use {' or '.join(supported)}",
            extra={"supported": list(supported)},
            headers={"Accept-Post": ", ".join(supported)},
        )
    if charset and charset.group(1).lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Problem(
            "unsupported-media-type",
            f"the charset {charset.group(1)} is not supported",
            "send UTF-8",
        )
    return name


def single(parameters: Parameters, name: str, what: str) -> str | None:
    """Return the one value of a parameter, or None when it is not given.

    Raises:
        Problem: ``malformed-request`` when it is given more than once.
    """
    values = [value for key, value in parameters if key == name]
    if len(values) > 1:
        raise Problem(
            "malformed-request",
            f"the parameter {name} is given {len(values)} times",
            f"a request carries exactly one {what}",
        )
    return values[0] if values else None


def is_true(parameters: Parameters, name: str) -> bool:
    """Read a parameter that is true or false; false when it is not given.

    Raises:
        Problem: ``invalid-parameter``, or ``malformed-request`` when it is given more than once.
    """
    value = single(parameters, name, name)
    if value in {None, "false", "0"}:
        return False
    if value in {"true", "1"}:
        return True
    raise Problem(
        "invalid-parameter",
        f"{name}={value!r} is neither true nor false",
        f"leave it out, or give {name}=true",
        extra={"parameter": name, "known": ["true", "false"]},
    )


def _refuse_update(parameters: Parameters) -> None:
    if any(name == "update" for name, _ in parameters):
        raise Problem(
            "update-on-query-endpoint",
            "this endpoint answers queries and carries out no updates",
            "send SELECT, ASK, CONSTRUCT or DESCRIBE as query=…",
        )


def _refuse_release(parameters: Parameters) -> None:
    """Refuse what names a release and was not taken for that: it would be answered from another.

    Whoever leads a request to its release takes the parameter off it, written as it should be.
    """
    if any(name == "release" for name, _ in parameters):
        raise Problem(
            "malformed-request",
            "the parameter release is written in a way that is not understood",
            "write release=VERSION, the name without percent signs",
        )


def _dataset(parameters: Parameters) -> Dataset:
    if not parameters or (len(parameters) == 1 and parameters[0][0] == "query"):
        return _OWN_DATASET  # nothing is said but the query
    return Dataset(
        default_graphs=absolute_iris(parameters, "default-graph-uri"),
        named_graphs=absolute_iris(parameters, "named-graph-uri"),
    )


def absolute_iris(parameters: Parameters, name: str) -> tuple[str, ...]:
    """Return the values of a parameter that names graphs, each once.

    Raises:
        Problem: ``invalid-parameter`` when one is no absolute IRI.
    """
    graphs = tuple(dict.fromkeys(value for key, value in parameters if key == name))
    for graph in graphs:
        if not _ABSOLUTE_IRI.fullmatch(graph):
            raise Problem(
                "invalid-parameter",
                f"{name}={graph!r} is not an absolute IRI",
                "give the full IRI of a graph; GET /sparql lists the graphs",
                extra={"parameter": name},
            )
    return graphs


def decoded(body: bytes, what: str) -> str:
    """Decode a body as UTF-8.

    Raises:
        Problem: ``malformed-request`` when it is not.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(what) from error


def _not_utf8(what: str) -> Problem:
    return Problem("malformed-request", f"{what} is not valid UTF-8", "encode the request as UTF-8")
