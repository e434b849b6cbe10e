"""Addresses of servers: one normal form, and none that two readers take differently."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.federation.allowance import Allowance
from medrd_kg.federation.locations import Location, LocationFault
from medrd_kg.problems import Problem


@pytest.mark.parametrize(
    ("iri", "url"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/Sparql?a=b", "https://example.org/Sparql?a=b"),
        ("http://example.org:8080/%7euser/%c3%a9", "http://example.org:8080/~user/%C3%A9"),
        (
            "http://example.org/統合?名=値",
            "http://example.org/%E7%B5%B1%E5%90%88?%E5%90%8D=%E5%80%A4",
        ),
        ("http://[::0001]:3030/ds", "http://[::1]:3030/ds"),
        ("http://127.0.0.1/...", "http://127.0.0.1/..."),
        ("http://example.org/a?b=../c", "http://example.org/a?b=../c"),
    ],
)
def test_equal_addresses_have_one_form(iri: str, url: str) -> None:
    assert Location.parse(iri).url == url
    assert Location.parse(url).url == url


@pytest.mark.parametrize(
    "iri",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "//example.org/",
        "example.org/sparql",
        "http:///sparql",
        "http://example.org/#fragment",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://allowed.example\\@evil.example/",
        "http://example.org\\.evil.example/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:/",
        "http://exa mple.org/",
        "http://example.org/a\nb",
        "http://例え.jp/",
        "http://-a.example/",
        "http://a..example/",
        f"http://{'a' * 64}.example/",
        f"http://example.org/{'a' * 9000}",
        # IPv4 in the spellings that only some readers know.
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.0x1/",
        "http://127.0.0.01/",
        "http://1.2.3.4.5/",
        "http://[::1%25eth0]/",
        "http://[::1/",
        "http://[127.0.0.1]/",
        # Climbing up.
        "http://example.org/a/../b",
        "http://example.org/a/%2e%2E/b",
        "http://example.org/a/%252e%252e/b",
        "http://example.org/a/%25252e./b",
        "http://example.org/a/..%2fb",
        "http://example.org/a/..%5cb",
        "http://example.org/a/..;x=1/b",
        "http://example.org/a/%2e%2e%3bx/b",
        "http://example.org/a/./b",
        "http://example.org/a%00b",
        "http://example.org/a%0d%0aHost:%20b",
        "http://example.org/%zz",
        "http://example.org/%25%32%35%32%35%32%35%32%65",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(iri: str) -> None:
    with pytest.raises(LocationFault):
        Location.parse(iri)


ENTRIES = ["http://example.org/ds/", "https://exact.example/sparql", "http://127.0.0.1:3030/"]


@pytest.mark.parametrize(
    "iri",
    [
        "http://example.org/ds/",
        "http://example.org/ds/query?a=b",
        "HTTP://EXAMPLE.org:80/ds/deep/er",
        "https://exact.example/sparql",
        "https://exact.example:443/%73parql",
        "http://127.0.0.1:3030/any",
    ],
)
def test_entries_allow_what_they_name(iri: str) -> None:
    assert Allowance(ENTRIES).admit(iri).url == Location.parse(iri).url


@pytest.mark.parametrize(
    "iri",
    [
        "http://example.org/",
        "http://example.org/ds",
        "http://example.org/dsx",
        "https://example.org/ds/",
        "http://example.org:8080/ds/",
        "http://example.org.evil.example/ds/",
        "http://example.org/ds/../admin",
        "http://example.org/ds/%2e%2e/admin",
        "http://user@example.org/ds/",
        "https://exact.example/sparql/",
        "https://exact.example/sparql?x=1",
        "https://exact.example/sparqlx",
        "http://127.0.0.1:3031/any",
        "http://2130706433:3030/any",
        "http://localhost:3030/any",
        "ftp://example.org/ds/",
    ],
)
def test_entries_allow_nothing_else(iri: str) -> None:
    with pytest.raises(Problem) as caught:
        Allowance(ENTRIES).admit(iri)
    assert caught.value.slug == "service-not-allowed"


def test_without_entries_nothing_is_allowed_and_the_setting_is_named() -> None:
    with pytest.raises(Problem, match="MEDRD_KG_SERVICE_ALLOW is empty") as caught:
        Allowance(()).admit("http://example.org/")
    assert caught.value.kind.status == 403


@pytest.mark.parametrize("entry", ["example.org", "*", "http://user@example.org/", "http://127.1/"])
def test_an_entry_that_is_no_address_is_a_fault_of_the_settings(entry: str) -> None:
    with pytest.raises(Problem, match="SERVICE_ALLOW") as caught:
        Allowance([entry])
    assert caught.value.slug == "invalid-settings"


PIECES = st.sampled_from(
    ["/", "..", ".", "%2e", "%2E.", "%2f", "%5C", "\\", ";", "a", "%25", "2e", "2f", "?", "%c0%ae"]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_no_path_climbs_out_of_an_allowed_one(rest: str) -> None:
    try:
        path = Allowance(["http://h.example/a/b/"]).admit(f"http://h.example/a/b/{rest}").path
    except Problem:
        return
    for _ in range(6):
        assert path.startswith("/a/b/")
        depth = 0
        for segment in path.replace("\\", "/").split("/")[3:]:
            depth += -1 if segment.split(";")[0] == ".." else 1
            assert depth >= 0
        path = unquote(path, errors="replace")
