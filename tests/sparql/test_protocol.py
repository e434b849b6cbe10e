"""Requests of the SPARQL Protocol, read from their parts."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import FORM, QUERY, UPDATE, ProtocolQuery, read_parameters, read_query
from medrd_kg.store.base import Dataset

ASK = "ASK {}"


def test_a_query_in_the_address() -> None:
    found = read_query("GET", b"query=ASK%20%7B%7D&format=json")
    assert found == ProtocolQuery(ASK, Dataset())


def test_no_query_asks_for_the_description() -> None:
    assert read_query("GET", b"") is None


def test_a_form_is_decoded_once() -> None:
    found = read_query("POST", b"", FORM, "query=ASK+%7B+%3Fs+%3Fp+%22a%252Bb+がん%22+%7D".encode())
    assert found == ProtocolQuery('ASK { ?s ?p "a%2Bb がん" }', Dataset())


def test_a_bare_query_is_taken_as_it_is() -> None:
    text = 'ASK { ?s ?p "a+b%20がん" }'
    found = read_query("POST", b"", f"{QUERY}; charset=UTF-8", text.encode())
    assert found == ProtocolQuery(text, Dataset())


@pytest.mark.parametrize(
    ("method", "content_type", "body"),
    [("GET", None, b""), ("POST", QUERY, ASK.encode()), ("POST", FORM, b"query=ASK+%7B%7D")],
)
def test_the_dataset_of_the_address(method: str, content_type: str | None, body: bytes) -> None:
    dataset = (
        b"default-graph-uri=http://a/1&default-graph-uri=http://a/%E3%81%8C"
        b"&named-graph-uri=http://a/2&named-graph-uri=http://a/2"
    )
    query = dataset if body else dataset + b"&query=ASK+%7B%7D"
    found = read_query(method, query, content_type, body)
    assert found is not None
    assert found.dataset == Dataset(("http://a/1", "http://a/が"), ("http://a/2",))


@pytest.mark.parametrize(
    ("method", "address", "content_type", "body", "slug"),
    [
        ("GET", b"query=ASK&query=ASK", None, b"", "malformed-request"),
        ("GET", b"update=CLEAR+ALL", None, b"", "update-on-query-endpoint"),
        ("GET", b"query=%FF", None, b"", "malformed-request"),
        ("GET", b"query=ASK&default-graph-uri=relative", None, b"", "invalid-parameter"),
        ("GET", b"query=ASK&named-graph-uri=http://a/%20", None, b"", "invalid-parameter"),
        ("POST", b"", FORM, b"query=ASK&query=ASK", "malformed-request"),
        ("POST", b"query=ASK", FORM, b"query=ASK", "malformed-request"),
        ("POST", b"query=ASK", FORM, b"", "malformed-request"),
        ("POST", b"", FORM, b"update=CLEAR+ALL", "update-on-query-endpoint"),
        ("POST", b"", FORM, b"query=\xff", "malformed-request"),
        ("POST", b"", UPDATE, b"CLEAR ALL", "update-on-query-endpoint"),
        ("POST", b"", QUERY, b"\xff", "malformed-request"),
        ("POST", b"query=ASK", QUERY, b"ASK {}", "malformed-request"),
        ("POST", b"", f"{QUERY}; charset=UTF-16", b"ASK {}", "unsupported-media-type"),
        ("POST", b"", "text/plain", b"ASK {}", "unsupported-media-type"),
        ("POST", b"", None, b"ASK {}", "unsupported-media-type"),
    ],
)
def test_faulty_requests(
    method: str, address: bytes, content_type: str | None, body: bytes, slug: str
) -> None:
    with pytest.raises(Problem) as caught:
        read_query(method, address, content_type, body)
    assert caught.value.slug == slug


def test_a_dataset_alone_in_the_address_counts() -> None:
    found = read_query("POST", b"default-graph-uri=http://a/1", QUERY, b"ASK {}")
    assert found == ProtocolQuery("ASK {}", Dataset(("http://a/1",), ()))


@given(
    st.lists(
        st.sampled_from(
            ["a", "=", "&", "+", "%", "%41", "%e3%81%8c", "%C3", "%4", "%zz", "が", "\\", "\\x41"]
        ),
        max_size=12,
    ).map("".join)
)
def test_parameters_are_decoded_as_by_the_standard_library(encoded: str) -> None:
    raw = encoded.encode()
    try:
        expected = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(Problem, match="not valid UTF-8"):
            read_parameters(raw, "the address")
    else:
        assert read_parameters(raw, "the address") == expected
