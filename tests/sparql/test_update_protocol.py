"""Update requests of the SPARQL Protocol."""

from urllib.parse import quote, urlencode

import pytest

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import FORM, QUERY, UPDATE
from medrd_kg.sparql.update_protocol import ProtocolUpdate, read_update
from medrd_kg.store.base import Dataset

TEXT = "INSERT DATA { <urn:s> <urn:p> '医療' }"


def refusal(
    method: str, query_string: bytes, content_type: str | None = None, body: bytes = b""
) -> Problem:
    with pytest.raises(Problem) as caught:
        read_update(method, query_string, content_type, body)
    return caught.value


def test_an_update_comes_directly() -> None:
    update = read_update("POST", b"", f"{UPDATE}; charset=UTF-8", TEXT.encode())
    assert update == ProtocolUpdate(TEXT, Dataset())


def test_an_update_comes_as_a_form() -> None:
    body = urlencode({"update": TEXT}).encode()
    assert read_update("POST", b"", FORM, body) == ProtocolUpdate(TEXT, Dataset())


@pytest.mark.parametrize("in_address", [True, False])
def test_the_request_describes_what_where_reads(in_address: bool) -> None:
    graphs = [
        ("using-graph-uri", "http://example.org/費用"),
        ("using-graph-uri", "http://example.org/費用"),
        ("using-named-graph-uri", "urn:n"),
    ]
    form = [("update", TEXT), *([] if in_address else graphs)]
    address = urlencode(graphs).encode() if in_address else b""
    update = read_update("POST", address, FORM, urlencode(form).encode())
    assert update.using == Dataset(("http://example.org/費用",), ("urn:n",))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_updates(method: str) -> None:
    problem = refusal(method, b"update=CLEAR+ALL")
    assert problem.slug == "method-not-allowed"
    assert problem.headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "multipart/form-data"])
def test_other_media_types_are_refused(content_type: str | None) -> None:
    problem = refusal("POST", b"", content_type, TEXT.encode())
    assert problem.slug == "unsupported-media-type"
    assert UPDATE in problem.headers["Accept-Post"]


def test_other_charsets_are_refused() -> None:
    problem = refusal("POST", b"", f"{UPDATE}; charset=UTF-16", TEXT.encode("utf-16"))
    assert problem.slug == "unsupported-media-type"


@pytest.mark.parametrize(
    ("address", "content_type", "body"),
    [
        (b"", QUERY, b"ASK {}"),
        (b"", FORM, b"query=ASK+%7B%7D"),
        (b"query=ASK+%7B%7D", FORM, b"update=CLEAR+ALL"),
        (b"update=CLEAR+ALL", UPDATE, b"CLEAR ALL"),
        (b"update=CLEAR+ALL", FORM, b"update=CLEAR+ALL"),
        (b"update=CLEAR+ALL", FORM, b""),
        (b"", FORM, b"update=CLEAR+NAMED&update=CLEAR+DEFAULT"),
        (b"", FORM, b""),
        (b"", UPDATE, b"\xff"),
        (b"", FORM, b"update=%FF"),
    ],
)
def test_a_request_carries_exactly_one_update(
    address: bytes, content_type: str, body: bytes
) -> None:
    assert refusal("POST", address, content_type, body).slug == "malformed-request"


def test_a_query_is_shown_its_endpoint() -> None:
    assert "/sparql" in (refusal("POST", b"", QUERY, b"ASK {}").hint or "")


@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
@pytest.mark.parametrize("value", ["graph", "", "http://example.org/a b", "urn:<x>"])
def test_graphs_are_absolute_iris(name: str, value: str) -> None:
    problem = refusal("POST", f"{name}={quote(value)}".encode(), UPDATE, b"CLEAR ALL")
    assert (problem.slug, problem.extra["parameter"]) == ("invalid-parameter", name)
