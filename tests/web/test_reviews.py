"""Judging what was proposed: over REST and by the form of the page, with the editor's token."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from tests.sources.documents.conftest import NEXT_YEAR
from tests.web.conftest import fixture_server

from medrd_kg.sources.documents.identity import Given
from medrd_kg.sources.documents.importing import accepted_name, import_document
from medrd_kg.sources.review_sheets.judgements import Reason
from medrd_kg.web.pages.words import LANGUAGES, words

SLUG = "policy-fy2023"
API = f"/api/v1/reviews/{SLUG}"
PAGE = f"/en/review/{SLUG}"
EDITOR = "editor-token-of-the-tests-0000"
AS_EDITOR = {"Authorization": f"Bearer {EDITOR}"}
FACT = "S008.modality-antibody-drug"
PROV = "http://www.w3.org/ns/prov#"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an imported document."""
    folder = tmp_path_factory.mktemp("data")
    path = folder / "next-year.txt"
    path.write_text(NEXT_YEAR, encoding="utf-8")
    import_document(path, folder, Given(), lambda _: None)
    return folder


@pytest.fixture(scope="module")
def server(imported: Path) -> Iterator[httpx.Client]:
    """A server over it that has an editor."""
    with fixture_server(f"data_dir={imported}", f"editor_token={EDITOR}") as client:
        yield client


@pytest.fixture
def fresh(imported: Path) -> Path:
    """The folder, with nothing decided yet."""
    for name in ("decisions.json", "journal.jsonl"):
        (imported / "review" / SLUG / name).unlink(missing_ok=True)
    (imported / "imported" / accepted_name(SLUG)).unlink(missing_ok=True)
    return imported


def journal(folder: Path) -> list[dict[str, Any]]:
    path = folder / "review" / SLUG / "journal.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def refusal(answer: httpx.Response, status: int, slug: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"].endswith(f"/{slug}")
    return str(problem["detail"])


def state_of(server: httpx.Client, fact: str) -> str:
    items = server.get(API, params={"state": "all", "limit": 1000}).json()["items"]
    return str(next(each["state"] for each in items if each["id"] == fact))


@pytest.mark.usefixtures("fresh")
def test_reviews_and_their_proposals_are_listed(server: httpx.Client) -> None:
    listed = server.get("/api/v1/reviews")
    assert listed.headers["cache-control"] == "no-store"
    (review,) = listed.json()["items"]
    assert (review["id"], review["href"].endswith(API)) == (SLUG, True)
    page = server.get(API, params={"limit": 3}).json()
    assert page["total"] == review["counts"]["open"] + review["terms"]
    seen = [each["id"] for each in page["items"]]
    while page["next"]:
        page = server.get(page["next"]).json()
        seen += [each["id"] for each in page["items"]]
    assert len(seen) == len(set(seen)) == page["total"]
    (fact,) = (
        each
        for each in server.get(API, params={"unit": "S008"}).json()["items"]
        if each["id"] == FACT
    )
    assert fact["text"][fact["startOffset"] : fact["endOffset"]] == fact["surface"] == "抗体医薬"
    turtle = server.get(f"{API}/proposals")
    assert turtle.headers["content-type"].startswith("text/turtle")
    assert list(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
    assert refusal(server.get("/api/v1/reviews/nothing"), 404, "not-found")
    assert "accepted" in refusal(server.get(API, params={"state": "x"}), 400, "invalid-parameter")


def test_a_decision_is_kept_with_who_and_when_and_noted(server: httpx.Client, fresh: Path) -> None:
    given = {"ids": [FACT], "by": "policy-analyst"}
    done = server.post(f"{API}/accept", json=given, headers=AS_EDITOR)
    assert done.status_code == 200, done.text
    assert (done.json()["facts"], done.json()["takesEffect"]) == (1, "next-build")
    assert state_of(server, FACT) == "accepted"
    stated = list(
        ox.parse(path=str(fresh / "imported" / accepted_name(SLUG)), format=ox.RdfFormat.TURTLE)
    )
    at = {each.object.value for each in stated if each.predicate.value == f"{PROV}generatedAtTime"}
    assert done.json()["at"] in at
    assert any(
        each.predicate.value == f"{PROV}wasAttributedTo"
        and each.object.value.endswith("policy-analyst")
        for each in stated
    )
    server.post(f"{API}/reject", json=given, headers=AS_EDITOR).raise_for_status()
    assert state_of(server, FACT) == "rejected"
    acts = [(each["action"], each["ids"], each["by"], each["via"]) for each in journal(fresh)]
    assert acts == [
        ("accept", [FACT], "policy-analyst", "rest"),
        ("reject", [FACT], "policy-analyst", "rest"),
    ]


def test_statements_of_a_person_take_the_place_of_proposals(
    server: httpx.Client, fresh: Path
) -> None:
    turtle = server.get(f"{API}/proposals").content
    headers = {**AS_EDITOR, "Content-Type": "text/turtle"}
    address = f"{API}/edit?by=analyst"
    faulty = server.post(address, content=b"<a> <b", headers=headers)
    assert "statements.ttl" not in refusal(faulty, 422, "invalid-data")
    done = server.post(address, content=turtle, headers=headers)
    assert done.status_code == 200, done.text
    assert done.json()["statements"] > 0
    assert journal(fresh)[-1]["action"] == "edit"
    without = server.post(f"{API}/edit", content=turtle, headers=headers)
    refusal(without, 400, "invalid-parameter")


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"ids": [FACT], "by": "Taro Yamada"}, 400, "invalid-parameter"),
        ({"ids": ["S999.x"], "by": "analyst"}, 400, "invalid-parameter"),
        ({"ids": [], "by": "analyst"}, 400, "malformed-request"),
        ({"ids": [FACT], "by": "analyst", "token": "x"}, 400, "malformed-request"),
        ([], 400, "malformed-request"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_not_noted(
    body: object, status: int, slug: str, server: httpx.Client, fresh: Path
) -> None:
    refusal(server.post(f"{API}/accept", json=body, headers=AS_EDITOR), status, slug)
    path = fresh / "review" / SLUG / "journal.jsonl"
    assert not path.exists() or not path.read_text("utf-8")
    assert state_of(server, FACT) == "open"


def test_nobody_decides_without_the_token(server: httpx.Client, fresh: Path) -> None:
    given = {"ids": [FACT], "by": "analyst"}
    for action in ("accept", "reject"):
        refusal(server.post(f"{API}/{action}", json=given), 401, "unauthorized")
        wrong = {"Authorization": "Bearer wrong-token-wrong-token-00"}
        refusal(server.post(f"{API}/{action}", json=given, headers=wrong), 401, "unauthorized")
    refusal(server.post(f"{API}/edit", content=b""), 401, "unauthorized")
    assert state_of(server, FACT) == "open"
    assert not (fresh / "imported" / accepted_name(SLUG)).exists()


def send(
    server: httpx.Client, headers: dict[str, str] | None = None, **more: object
) -> httpx.Response:
    fields = {"id": [FACT], "by": "analyst", "token": EDITOR, "action": "accept", "shown": "open"}
    return server.post(PAGE, data=fields | more, headers=headers, follow_redirects=False)


def test_the_form_decides_without_scripts_and_repeats_no_token(
    server: httpx.Client, fresh: Path
) -> None:
    page = server.get(PAGE).text
    assert f'form="decide" name="id" value="{FACT}"' in page
    assert '<input type="password" name="token" required autocomplete="off">' in page
    done = send(server)
    assert (done.status_code, done.headers["location"]) == (303, f"{SLUG}?state=open")
    assert EDITOR not in done.text + str(done.headers)
    assert journal(fresh)[-1]["via"] == "page"
    assert state_of(server, FACT) == "accepted"
    assert "analyst" in server.get(PAGE, params={"state": "accepted"}).text
    turtle = server.get(f"{API}/proposals").text
    assert send(server, action="edit", turtle=turtle).status_code == 303


@pytest.mark.parametrize(
    ("more", "headers", "status"),
    [
        ({"token": "wrong-token-wrong-token-00"}, {}, 401),
        ({"token": ""}, {}, 401),
        ({"by": "Yamada Taro"}, {}, 400),
        ({"id": []}, {}, 400),
        ({"action": "drop"}, {}, 400),
        ({"action": "edit", "turtle": "<a> <b"}, {}, 422),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_refused_form_comes_back_filled_in_but_for_the_token(
    more: dict[str, Any], headers: dict[str, str], status: int, server: httpx.Client, fresh: Path
) -> None:
    answer = send(server, headers, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert 'role="alert"' in answer.text
    assert EDITOR not in answer.text
    assert "wrong-token" not in answer.text
    if "id" not in more:
        assert f'value="{FACT}" aria-label="Choose {FACT}" checked' in answer.text
    assert state_of(server, FACT) == "open"
    assert not (fresh / "imported" / accepted_name(SLUG)).exists()


def test_a_token_in_an_address_is_no_token(server: httpx.Client, fresh: Path) -> None:
    fields = {"id": FACT, "by": "analyst", "action": "accept"}
    answer = server.post(PAGE, params={"token": EDITOR}, data=fields)
    assert answer.status_code == 401
    assert not (fresh / "imported" / accepted_name(SLUG)).exists()


def test_the_form_of_a_document_that_is_not_there(server: httpx.Client) -> None:
    assert server.post("/en/review/nothing", data={"token": EDITOR}).status_code == 404


ORGANISATION = "https://w3id.org/medrd-kg/id/organization/"
PAIR: dict[str, Any] = {
    "kind": "organization",
    "outcome": "kept-apart",
    "one": f"{ORGANISATION}n-1",
    "one_label": "株式会社<未来>",
    "one_place": "",
    "other": f"{ORGANISATION}c1",
    "other_label": "未来株式会社",
    "other_place": "5010005007398",
    "why": str(Reason.LEGAL_FORM),
    "equal_figures": None,
    "different_figures": None,
}


@pytest.fixture
def paired(imported: Path) -> Iterator[Path]:
    """The folder with 61 pairs of an import: one is of programmes, one of joined editions."""
    pairs = [PAIR | {"other": f"{ORGANISATION}c{number}"} for number in range(59)]
    pairs += [PAIR | {"kind": "programme", "equal_figures": 3, "different_figures": 0}]
    path = imported / "review" / "review-sheets-pairs.json"
    path.write_text(
        json.dumps([*pairs, PAIR | {"kind": "edition", "outcome": "joined"}]), encoding="utf-8"
    )
    yield imported
    for each in (imported / "review").glob("review-sheets-*"):
        each.unlink()


def test_doubtful_pairs_are_judged_like_proposals(server: httpx.Client, paired: Path) -> None:
    listed = server.get("/api/v1/reviews").json()["items"][-1]
    assert (listed["id"], listed["counts"]["open"]) == ("review-sheets", 61)
    found = server.get("/api/v1/reviews/review-sheets").json()["items"][0]
    assert (found["kind"], found["one"]["label"]) == ("pair", "株式会社<未来>")
    given = {"ids": [found["id"]], "by": "analyst"}
    address = "/api/v1/reviews/review-sheets"
    refusal(server.post(f"{address}/accept", json=given), 401, "unauthorized")
    done = server.post(f"{address}/accept", json=given, headers=AS_EDITOR)
    assert (done.json()["facts"], done.json()["takesEffect"]) == (1, "next-import")
    assert server.get(address).json()["total"] == 60
    assert server.get(address, params={"state": "accepted"}).json()["total"] == 1
    noted = (paired / "review" / "review-sheets-journal.jsonl").read_text("utf-8")
    assert json.loads(noted)["ids"] == [found["id"]]
    wrong = server.post(f"{address}/reject", json=given | {"ids": ["Pnone"]}, headers=AS_EDITOR)
    refusal(wrong, 400, "invalid-parameter")


def shown_pairs(page: str) -> list[str]:
    return re.findall(r'name="id" value="(P[0-9a-f]{8})"', page)


def test_the_page_judges_pairs(server: httpx.Client, paired: Path) -> None:
    assert "/en/review/review-sheets?state=open" in server.get("/en/review").text
    address = "/en/review/review-sheets"
    first = server.get(address).text
    assert "株式会社&lt;未来&gt;" in first
    assert "the same name with another legal form" in first
    chosen = shown_pairs(first)
    assert len(chosen) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    rest = shown_pairs(server.get(html.unescape(following[1])).text)
    assert len({*chosen, *rest}) == 61
    assert len(shown_pairs(server.get(address, params={"of": "programme"}).text)) == 1
    assert "no restated amount says so" in server.get(address, params={"of": "edition"}).text
    form = {"id": chosen[:2], "by": "analyst", "shown": "open", "of": "organization"}
    refused = server.post(address, data=form | {"action": "accept", "token": "wrong"})
    assert (refused.status_code, refused.text.count(" checked>")) == (401, 2)
    done = server.post(address, data=form | {"action": "reject", "token": EDITOR})
    assert done.status_code == 303
    assert done.headers["location"] == "review-sheets?state=open&of=organization"
    (judged,) = map(json.loads, journal_of_pairs(paired))
    assert (judged["via"], sorted(judged["ids"])) == ("page", sorted(chosen[:2]))
    assert not {*chosen[:2]} & {*shown_pairs(server.get(address).text)}
    none = server.post(address, data={"by": "analyst", "action": "accept", "token": EDITOR})
    assert none.status_code == 400


def journal_of_pairs(folder: Path) -> list[str]:
    return (folder / "review" / "review-sheets-journal.jsonl").read_text("utf-8").splitlines()


@pytest.mark.usefixtures("paired")
@pytest.mark.parametrize(
    "parameters", [{"of": "ministry"}, {"state": "doubtful"}, {"cursor": "!"}, {"page": "2"}]
)
def test_pages_of_pairs_that_are_not(server: httpx.Client, parameters: dict[str, str]) -> None:
    assert server.get("/en/review/review-sheets", params=parameters).status_code == 400


def test_pairs_of_another_version_are_told(server: httpx.Client, paired: Path) -> None:
    path = paired / "review" / "review-sheets-pairs.json"
    path.write_text(json.dumps([{"one": "a", "other": "b"}]), encoding="utf-8")
    told = refusal(server.get("/api/v1/reviews/review-sheets"), 422, "invalid-data")
    assert "another version" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    told = vars(words(language).review.reasons)
    assert set(told) == {"joined", *(each.name.lower() for each in Reason)}
