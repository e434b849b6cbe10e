"""The policy's own questions over HTTP: envelopes, pages, sums, and what is refused."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.web.asked_questions import ASKED, GAPS

from medrd_kg.web.analytics.questions import QUESTIONS

_TOTAL = "https://w3id.org/medrd-kg/id/total/fy2022-initial-appropriation-amed"


@pytest.fixture(scope="module")
def api(shipped_server: httpx.Client) -> str:
    return str(shipped_server.base_url).rstrip("/") + "/api/v1"


def answer(api: str, question: str, asked: str = "") -> dict[str, Any]:
    response = httpx.get(f"{api}/{question}?{asked}", timeout=60)
    assert response.status_code == httpx.codes.OK, response.text
    found: dict[str, Any] = response.json()
    return found


def test_every_question_is_asked_here() -> None:
    assert {each.path for each in QUESTIONS} == set(ASKED)


@pytest.mark.parametrize("path", ASKED)
def test_every_answer_has_the_envelope(api: str, path: str) -> None:
    found = answer(api, path, ASKED[path])
    assert {"@context", "id", "items", "total", "next", "release", "asOf"} <= set(found)
    assert found["items"]
    assert found["total"] >= len(found["items"])
    assert found["release"].startswith(found["asOf"])


@pytest.mark.parametrize("kind", GAPS)
def test_every_kind_of_gap_is_answered(api: str, kind: str) -> None:
    found = answer(api, "gaps", f"kind={kind}&{GAPS[kind]}")
    assert found["total"] > 0


@pytest.mark.parametrize("path", ["linkages", "gaps", "stated-links", "coverage"])
def test_pages_hold_all_entries_once(api: str, path: str) -> None:
    size = 7
    whole, address, pages = answer(api, path, f"{ASKED[path]}&limit=100"), "", 0
    found: list[Any] = []
    page = answer(api, path, f"{ASKED[path]}&limit={size}")
    while True:
        found += page["items"]
        pages += 1
        address = page["next"]
        if address is None or len(found) >= len(whole["items"]):
            break
        parts = urlsplit(address)
        page = httpx.get(f"{api}/{path}?{parts.query}", timeout=60).json()
    assert pages > 1
    assert found[: len(whole["items"])] == whole["items"]


def test_a_cell_leads_to_its_items(api: str) -> None:
    matrix = answer(api, "coverage", "rows=disease-area&columns=project&fiscal_year=2022")
    cell = max(matrix["items"], key=lambda each: each["items"])
    behind = httpx.get(f"{api}/coverage/items?{urlsplit(cell['href']).query}", timeout=60).json()
    assert behind["total"] == cell["items"]
    assert all(each["item"]["evidence"] for each in behind["items"])


def test_yen_are_those_of_the_named_total(api: str) -> None:
    asked = f"rows=ministry&columns=programme&measure=amount&total={_TOTAL}"
    matrix = answer(api, "coverage", asked)
    total = matrix["namedTotal"]
    assert total["id"] == _TOTAL
    whole = matrix["whole"]
    assert whole["value"] + whole["elsewhere"] == total["amount"]
    by_ministry = [each["value"] + each["elsewhere"] for each in matrix["rows"]]
    assert sum(by_ministry) == total["amount"]


@pytest.mark.parametrize("filtered", ["", "&ministry=mext", "&ministry=mhlw"])
def test_links_of_a_flow_sum_to_its_total(api: str, filtered: str) -> None:
    found = answer(api, "flows", f"fiscal_year=2022{filtered}")
    first = [each for each in found["links"] if each["source"]["kind"] == "total"]
    assert sum(each["amount"] for each in first) == found["selected"]
    assert found["selected"] + found["leftOut"] == found["namedTotal"]["amount"]
    assert found["leftOut"] == 0 or filtered


def test_evidence_of_a_link_is_told(api: str) -> None:
    found = answer(api, "linkages", ASKED["linkages"])
    items = {each["id"]: each for each in found["included"]}
    for pair in found["items"]:
        for shared in pair["shared"]:
            for name in (*shared["leftItems"], *shared["rightItems"]):
                assert items[name]["evidence"], name


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("coverage?columns=project", "rows"),
        ("coverage?rows=disease&columns=project", "rows"),
        ("coverage?rows=project&columns=phase&fiscal_year=twenty", "fiscal_year"),
        ("coverage?rows=project&columns=phase&limit=0", "limit"),
        ("coverage?rows=project&columns=phase&cursor=!", "cursor"),
        ("linkages?of=project", "of"),
        ("linkages?of=project,project&min_shared=0", "min_shared"),
        ("linkages?of=project,project&hierarchy=maybe", "hierarchy"),
        ("gaps?kind=none", "kind"),
        ("gaps?kind=targets-missed", "fiscal_year"),
        ("gaps?kind=targets-missed&fiscal_year=2020&rows=phase", "rows"),
        ("gaps?scope=standing&scope=all", "scope"),
        ("overlaps?min_ministries=2", "fiscal_year"),
    ],
)
def test_what_is_wrong_is_named(api: str, asked: str, parameter: str) -> None:
    response = httpx.get(f"{api}/{asked}")
    assert response.status_code == httpx.codes.BAD_REQUEST
    problem = response.json()
    assert problem["type"].endswith("/invalid-parameter")
    assert problem["parameter"] == parameter
    assert problem["hint"]


def test_the_basis_is_told_and_divides_the_programmes(api: str) -> None:
    asked = "rows=disease-area&columns=ministry&measure=programmes"
    both = answer(api, "coverage", asked)
    assert both["basis"] == "all"
    counts = {}
    for basis in ("stated", "computed"):
        found = answer(api, "coverage", f"{asked}&basis={basis}")
        assert found["basis"] == basis
        counts[basis] = found["whole"]["value"]
    assert counts["stated"] < both["whole"]["value"]  # sources state few of them
    assert 0 < counts["computed"] <= both["whole"]["value"] <= sum(counts.values())


def test_an_unknown_parameter_is_refused_with_the_known_ones(api: str) -> None:
    problem = httpx.get(f"{api}/linkages?of=project,project&vai=phase").json()
    assert problem["type"].endswith("/unknown-parameter")
    assert "via" in problem["known"]


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (
            "flows?fiscal_year=2022&disease-area=cancer",
            "flows?fiscal_year=2022&disease_area=cancer",
        ),
        (
            "flows?fiscal_year=2022&disease_area=disease-cancer",
            "flows?fiscal_year=2022&disease_area=cancer",
        ),
        (
            "coverage/items?rows=disease-area&columns=project&row=mrds:disease-cancer&column=prj:drugs",
            "coverage/items?rows=disease-area&columns=project&row=cancer&column=drugs",
        ),
        ("stated-links?relation=feedsInto", "stated-links?relation=feeds-into"),
        (
            "stated-links?thing=prj:disease-basics",
            "stated-links?thing=https://w3id.org/medrd-kg/id/project/disease-basics",
        ),
    ],
)
def test_names_and_values_may_be_spelt_in_several_ways(api: str, one: str, same: str) -> None:
    first, second = (httpx.get(f"{api}/{each}").json() for each in (one, same))
    assert first["items"] == second["items"] != []


@pytest.mark.parametrize(
    "asked",
    [
        "coverage/items?rows=disease-area&columns=project&row=plague",
        "coverage/items?rows=disease-area&columns=project&column=planets",
        "linkages/items?of=project,project&left=planets&right=drugs",
    ],
)
def test_what_does_not_exist_is_not_empty(api: str, asked: str) -> None:
    response = httpx.get(f"{api}/{asked}")
    assert response.status_code == httpx.codes.NOT_FOUND
    assert response.json()["type"].endswith("/not-found")


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "$name", "x'); DROP TABLE item; --", "\u0000"])
def test_hostile_values_are_values(api: str, hostile: str) -> None:
    for path, name in (("linkages", "thing"), ("coverage/items", "row"), ("stated-links", "thing")):
        asked: dict[str, str] = dict(
            pair.split("=", 1) for pair in ASKED[path].split("&") if "=" in pair
        )
        response = httpx.get(f"{api}/{path}", params=asked | {name: hostile}, timeout=60)
        assert response.status_code in {200, 400, 404}, response.text
        if response.status_code == httpx.codes.OK:
            assert response.json()["total"] == 0
