"""What tells answers apart: two requests share bytes only where the answer is the same."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.front.conftest import Peer, peer
from tests.web.front.inner import seen

from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES
from medrd_kg.sparql.negotiation import accepted_ranges, negotiate
from medrd_kg.web.front.tokens import range_token, result_token

READER, EDITOR = "r" * 24, "e" * 24

METHODS = st.sampled_from(["GET", "HEAD", "POST"])
TARGETS = st.sampled_from(
    [
        *("/sparql?query=a", "/sparql?query=b", "/sparql?query=a&query=a", "/sparql?query=%61"),
        *("/sparql?padding=900", "/api/echo?query=a", "/api/echo", "/sparql", "/api/echo?"),
        *("/api/echo?padding=900", "/api/%65cho", "/api/echo?query=b&format=csv"),
    ]
)
ACCEPTS = st.sampled_from(
    [
        *(None, "*/*", "text/csv", "text/csv;q=0.5", "text/turtle", "text/turtle, text/csv"),
        *("text/csv;q=0.5, text/turtle", "text/*", "image/png", "", "text/html,*/*;q=0.1"),
        *("application/json", "application/json;profile=a", "application/json;profile=b"),
    ]
)
LANGUAGES = st.sampled_from([None, "ja", "en", "ja;q=0.1, en", "fr", "en;q=0, ja"])
ENCODINGS = st.sampled_from([None, "gzip", "zstd", "identity;q=0, gzip", "gzip;q=0", "*"])
BODIES = st.sampled_from([b"query=a", b"query=b", b"ASK {}", b""])
TYPES = st.sampled_from(
    ["application/sparql-query", "application/x-www-form-urlencoded", "text/plain"]
)
OPTIONAL = st.fixed_dictionaries(
    {"accept": ACCEPTS, "accept-language": LANGUAGES, "accept-encoding": ENCODINGS}
)


@pytest.fixture(scope="module", params=["front's protocol", "uvicorn's protocol"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Peer]:
    """A front that tells readers from editors."""
    bare = ["server=bare"] if request.param == "uvicorn's protocol" else []
    with peer(f"editor_token={EDITOR}", *bare) as running:
        yield running


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    line=st.tuples(METHODS, TARGETS),
    optional=OPTIONAL,
    content=st.tuples(BODIES, TYPES),
    token=st.sampled_from([None, EDITOR]),
)
def test_every_answer_is_that_of_its_own_request(
    guarded: Peer,
    line: tuple[str, str],
    optional: dict[str, str | None],
    content: tuple[bytes, str],
    token: str | None,
) -> None:
    (method, target), (body, kind) = line, content
    headers = {name: value for name, value in optional.items() if value is not None}
    if method == "POST":
        target, headers["content-type"] = target.replace("/api/echo", "/sparql"), kind
    else:
        body = b""
    role = 0
    if token is not None:
        headers["authorization"], role = f"Bearer {token}", 2
    response = guarded.ask(method, target, body if method == "POST" else None, **headers)
    assert response.status_code == 200
    if method == "HEAD":
        assert response.content == b""
        response = guarded.ask("GET", target, None, **headers)
    said = response.json()
    expected = seen(method, target.removesuffix("?"), headers, body, role=role)
    assert {name: said[name] for name in expected} == expected


ACCEPT_HEADERS = st.lists(
    st.tuples(
        st.sampled_from([*SOLUTION_TYPES, *GRAPH_TYPES, "*/*", "text/*", "text/html", "x/y", "x"]),
        st.sampled_from(["", ";q=0", ";q=0.5", "; Q=1.000", ";q=2", ";v=1", ";q=0.501"]),
    ).map("".join),
    max_size=4,
).map(lambda elements: ", ".join(elements).encode())


@given(first=ACCEPT_HEADERS, second=ACCEPT_HEADERS)
@settings(max_examples=500, deadline=None)
def test_accept_headers_with_one_token_are_negotiated_alike(first: bytes, second: bytes) -> None:
    offers = [SOLUTION_TYPES, GRAPH_TYPES]
    if result_token(first) == result_token(second):
        for each in offers:
            assert negotiate(first.decode(), each) == negotiate(second.decode(), each)
    if range_token(first) == range_token(second):
        for each in (*offers, ("x/y", "text/html"), ("text/html", "application/json")):
            named = {"text/html"} & set(each)
            one = negotiate(first.decode(), each, named_only=named)
            assert one == negotiate(second.decode(), each, named_only=named)


@given(header=ACCEPT_HEADERS)
def test_the_order_of_an_accept_header_makes_no_token(header: bytes) -> None:
    ranges = {(each.main, each.sub) for each in accepted_ranges(header.decode())}
    elements = header.split(b", ")
    if len(ranges) == len(elements) and b"v=1" not in header:
        assert range_token(header) == range_token(b",".join(reversed(elements)))


def test_callers_who_would_get_the_same_share_one_evaluation(either: Peer, unique: str) -> None:
    target = f"/sparql?query=x&name={unique}"
    answers = [
        either.get(target),
        either.get(target, accept="*/*"),
        either.get(target, accept="application/sparql-results+json, text/turtle;q=0.9"),
        either.get(target, accept_language="fr"),
        either.get(target, accept_encoding="br"),
        either.get(target, user_agent="another", x_unknown="1"),
        either.ask("HEAD", target),
    ]
    assert {each.headers["etag"] for each in answers} == {answers[0].headers["etag"]}
    assert either.tell("counts")[f"{unique} begun"] == 1


def test_a_new_state_of_the_data_drops_every_answer(unique: str) -> None:
    with peer() as running:
        target = f"/api/echo?name={unique}"
        for state in ("one", "one+1", "one"):
            running.tell("state", id=state)
            answer = running.get(target)
            assert answer.json()["state"] == state
            assert answer.headers["medrd-kg-release"] == state
            assert running.get(target).headers["server-timing"] == 'cache;desc="hit"'
        assert running.tell("counts")[f"{unique} begun"] == 3
        assert running.tell("figures")["entries"] == 1


def test_an_answer_made_while_the_data_changed_is_not_kept(unique: str) -> None:
    with peer() as running:
        target = f"/api/echo?name={unique}"
        stale = running.get(f"{target}&h-medrd-kg-release=older")
        assert stale.headers["medrd-kg-release"] == "older"
        assert running.get(f"{target}&h-medrd-kg-release=older").json()["evaluation"] == 2


def test_while_there_are_no_data_nothing_is_kept(unique: str) -> None:
    with peer() as running:
        running.tell("state", id="")
        first = running.get(f"/api/echo?name={unique}")
        assert "medrd-kg-release" not in first.headers
        assert running.get(f"/api/echo?name={unique}").json()["evaluation"] == 2


def test_a_body_of_more_than_64_kib_is_answered_and_not_kept(plain: Peer, unique: str) -> None:
    for size, evaluations in ((60_000, 1), (70_000, 2)):
        name = f"{unique}-{size}"
        for _ in range(2):
            said = plain.ask(
                "POST",
                f"/sparql?name={name}",
                b"#" * size,
                content_type="application/sparql-query",
            ).json()
        assert plain.tell("counts")[f"{name} begun"] == evaluations
        assert said["body"] == seen("POST", "", {}, b"#" * size)["body"]


def test_a_chunked_body_is_kept_like_a_counted_one(plain: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}"
    kind = {"content-type": "application/sparql-query"}
    counted = plain.client.post(target, content=b"ASK {}", headers=kind)
    chunked = plain.client.post(target, content=iter([b"ASK", b" {}"]), headers=kind)
    assert json.loads(chunked.text) == json.loads(counted.text)
    assert plain.tell("counts")[f"{unique} begun"] == 1


def test_kept_bytes_are_for_callers_whose_token_allows_them(unique: str) -> None:
    with peer(f"reader_token={READER}", f"editor_token={EDITOR}") as running:
        target = f"/api/echo?name={unique}"
        for _ in range(2):
            assert running.get(target, authorization=f"Bearer {READER}").json()["role"] == 1
            assert running.get(target, authorization=f"Bearer {EDITOR}").json()["role"] == 2
        assert running.tell("counts")[f"{unique} begun"] == 2
        # The application of this test lets everybody read; the front gives nothing kept away.
        for evaluation in (3, 4):
            said = running.get(target).json()
            assert (said["role"], said["evaluation"]) == (0, evaluation)
        wrong = running.get(target, authorization="Bearer " + "x" * 24)
        assert (wrong.status_code, "etag" in wrong.headers) == (401, False)
