"""The texts of imported documents, and what is proposed from them, as pages show it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.sources.documents.conftest import NEXT_YEAR
from tests.web.conftest import fixture_server

from medrd_kg.sources.documents.deciding import open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.identity import Given
from medrd_kg.sources.documents.importing import import_document
from medrd_kg.web.pages.words import LANGUAGES

SLUG = "policy-fy2023"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an imported document, one fact accepted and one rejected."""
    folder = tmp_path_factory.mktemp("data")
    path = folder / "next-year <2023>.txt"
    path.write_text(NEXT_YEAR, encoding="utf-8")
    import_document(path, folder, Given(), lambda _: None)
    review = open_review(folder, SLUG)
    review.decide(["S008.modality-antibody-drug"], State.ACCEPTED, "policy-analyst")
    review.decide(["S011.disease-cancer"], State.REJECTED, "policy-analyst")
    return folder


@pytest.fixture(scope="module")
def reviewing(data_dir: Path) -> Iterator[httpx.Client]:
    """A client of a server over that folder."""
    with fixture_server(f"data_dir={data_dir}") as client:
        yield client


@pytest.mark.parametrize("language", LANGUAGES)
def test_imported_documents_are_listed(reviewing: httpx.Client, language: str) -> None:
    answer = reviewing.get(f"/{language}/review")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert f"/{language}/review/{SLUG}" in answer.text
    assert "next-year &lt;2023&gt;.txt" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_proposals_stand_in_their_sentence(reviewing: httpx.Client, language: str) -> None:
    page = reviewing.get(f"/{language}/review/{SLUG}", params={"state": "all"}).text
    assert "令和５年度においては、<mark>抗体医薬</mark>の開発を<mark>引き続き</mark>" in page
    assert "S008.modality-antibody-drug" in page
    assert "policy-analyst" in page
    assert "量子生命センサー" in page


def test_state_chooses(reviewing: httpx.Client) -> None:
    accepted = reviewing.get(f"/en/review/{SLUG}", params={"state": "accepted"}).text
    assert "S008.modality-antibody-drug" in accepted
    assert "S011.disease-cancer" not in accepted
    rejected = reviewing.get(f"/en/review/{SLUG}", params={"state": "rejected"}).text
    assert "S011.disease-cancer" in rejected
    still_open = reviewing.get(f"/en/review/{SLUG}").text
    assert "S011.disease-cancer" not in still_open
    assert "S012" in still_open
    assert reviewing.get(f"/en/review/{SLUG}", params={"state": "other"}).status_code == 400


def test_decision_is_seen_at_once(reviewing: httpx.Client, data_dir: Path) -> None:
    address = f"/en/review/{SLUG}"
    assert "S014.status-strengthened" in reviewing.get(address).text
    open_review(data_dir, SLUG).decide(["S014"], State.REJECTED, "policy-analyst")
    assert "S014.status-strengthened" not in reviewing.get(address).text


@pytest.mark.parametrize("slug", ["policy-fy2022", "nothing", "..%2Fpolicy-fy2023", "%00", "A"])
def test_documents_that_were_not_imported(reviewing: httpx.Client, slug: str) -> None:
    answer = reviewing.get(f"/en/review/{slug}", headers={"Accept": "text/html"})
    assert answer.status_code == 404


def test_nothing_imported(server: httpx.Client) -> None:
    assert "medrd-kg import document" in server.get("/en/review").text


def test_text_of_a_unit(server: httpx.Client) -> None:
    unit = server.get("/api/v1/evidence/policy-fy2022/S002").json()["unit"]
    assert unit["text"] == {"ja": "試験のための<文>である。"}
    page = server.get("/en/evidence/policy-fy2022/S002").text
    assert '<span lang="ja">試験のための&lt;文&gt;である。</span>' in page
    assert "not part of the published data" in page
    units = server.get("/ja/evidence/policy-fy2022").text
    assert "試験のための&lt;文&gt;である。" in units


def test_unit_without_a_text_says_so(server: httpx.Client) -> None:
    assert "text" not in server.get("/api/v1/evidence/policy-fy2022/S001").json()["unit"]
    assert "not part of the data" in server.get("/en/evidence/policy-fy2022/S001").text
