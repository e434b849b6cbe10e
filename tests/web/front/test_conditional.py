"""HEAD, entity tags and conditional requests."""

import pytest
from tests.web.front.conftest import Peer


def test_an_unchanged_answer_is_not_sent_again(either: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}&h-link=%3Ca%3E"
    first = either.get(target)
    tag = first.headers["etag"]
    assert tag.startswith('"'), "a strong tag"
    for unless in (tag, f'"other", {tag}', f"W/{tag}", "*", f"W/{tag}, x"):
        again = either.get(target, if_none_match=unless)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "link", "medrd-kg-release"):
            assert again.headers[name] == first.headers[name]
        assert again.headers["access-control-allow-origin"] == "*"
        assert not {"content-type", "content-length", "content-encoding"} & set(again.headers)
        assert either.ask("HEAD", target, if_none_match=unless).status_code == 304
    for unless in ('"other"', tag.strip('"'), "", tag[:-1]):
        assert either.get(target, if_none_match=unless).status_code == 200
    assert either.tell("counts")[f"{unique} begun"] == 1


def test_a_first_answer_may_be_unchanged_too(either: Peer, unique: str) -> None:
    either.tell("state", id="two")
    try:
        tag = either.get(f"/sparql?name={unique}").headers["etag"]
        either.tell("state", id="one")
        changed = either.get(f"/sparql?name={unique}", if_none_match=tag)
        assert (changed.status_code, changed.json()["state"]) == (200, "one")
        tag = changed.headers["etag"]
        target = f"/sparql?name={unique}&"  # another address: evaluated, and equal no more
        assert either.get(target, if_none_match=tag).status_code == 200
        assert either.get(f"{target}x", if_none_match="*").status_code == 304
    finally:
        either.tell("state", id="one")


def test_head_is_get_without_a_body(either: Peer, unique: str) -> None:
    for form in ("padding=1", "padding=5000", "h-cache-control=no-store", "status=404"):
        target = f"/api/echo?name={unique}&{form}"
        heads = [either.ask("HEAD", target, accept_encoding="gzip") for _ in range(2)]
        whole = either.get(target, accept_encoding="gzip")
        for head in heads:
            assert head.content == b""
            assert head.status_code == whole.status_code
            for name in ("content-type", "content-length", "content-encoding", "etag", "vary"):
                if "no-store" not in form or name != "content-length":
                    assert head.headers.get(name) == whole.headers.get(name)


def test_head_of_a_stream(either: Peer, unique: str) -> None:
    target = f"/api/echo?name={unique}&pieces=3&padding=100000"
    head = either.ask("HEAD", target)
    assert (head.status_code, head.content) == (200, b"")
    assert len(either.get(target).content) > 300_000


def test_answers_to_post_have_no_tag(either: Peer, unique: str) -> None:
    kind = {"content_type": "application/sparql-query"}
    for _ in range(2):
        answer = either.ask("POST", f"/sparql?name={unique}", b"ASK {}", **kind, if_none_match="*")
        assert answer.status_code == 200
        assert "etag" not in answer.headers
    assert answer.headers["server-timing"] == 'cache;desc="hit"'


@pytest.mark.parametrize("given", ['"abc"', 'W/"abc"'])
def test_a_tag_of_the_application_stays(either: Peer, unique: str, given: str) -> None:
    target = f"/api/echo?name={unique}&padding=5000&h-etag={given}"
    for _ in range(2):
        assert either.get(target).headers["etag"] == given
        coded = either.get(target, accept_encoding="gzip")
        assert coded.headers["etag"] == given[:-1] + '-gzip"'
        assert either.get(target, if_none_match=given).status_code == 304
