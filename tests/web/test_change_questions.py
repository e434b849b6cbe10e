"""Changes and PDCA as the server answers them."""

from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def api(shipped_server: httpx.Client) -> str:
    return str(shipped_server.base_url).rstrip("/") + "/api/v1"


def answer(api: str, address: str) -> dict[str, Any]:
    response = httpx.get(f"{api}/{address}", timeout=60)
    assert response.status_code == httpx.codes.OK, response.text
    found: dict[str, Any] = response.json()
    return found


def test_changes_say_their_rules_and_divide_the_difference(api: str) -> None:
    found = answer(api, "changes?from=2020&to=2021&limit=100")
    assert (found["from"], found["to"], found["basis"]) == (2020, 2021, "all")
    assert len(found["items"]) <= 100
    assert sum(each["entries"] for each in found["kinds"]) == found["total"]
    assert all({"ja", "en"} == each["rule"].keys() for each in found["kinds"])
    totals = found["totals"]
    for side in ("before", "after"):
        parts = ("both", "only", "withoutProgramme", "leftOut")
        assert sum(totals[part][side] for part in parts) == totals[side]["amount"]
    assert totals["difference"] == totals["after"]["amount"] - totals["before"]["amount"]


def test_amounts_are_those_of_one_ministry(api: str) -> None:
    found = answer(api, "changes?from=2020&to=2021&change=amount&ministry=mext")
    assert {each["change"] for each in found["items"]} == {"amount"}
    assert [each["entries"] for each in found["kinds"] if each["change"] == "begun"] == [None]
    totals = found["totals"]
    differences = [each["difference"] for each in found["items"] if each["difference"] is not None]
    assert sum(differences) == totals["both"]["after"] - totals["both"]["before"]
    for each in found["items"]:
        for side in ("before", "after"):
            if each[side]["amount"] is not None:
                assert each[side]["evidence"]
                assert each[side]["total"] == totals[side]["id"]


def test_a_cycle_has_four_steps_and_says_what_is_absent(api: str) -> None:
    found = answer(api, "pdca?project=drugs&fiscal_year=2022")
    assert found["subject"]["label"]["en"] == "Drug Project"
    assert [each["step"] for each in found["steps"]] == ["plan", "do", "check", "action"]
    held = sum(each["elements"] + each["absent"] for each in found["steps"])
    assert held == found["total"]
    topics = [each for each in found["items"] if each["element"] == "topic"]
    assert topics
    assert all(each["evidence"] and each["item"]["label"]["en"] for each in topics)
    verdicts = [each["state"] for each in found["items"] if each["element"] == "verdict"]
    assert verdicts == ["not-held"]


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("changes?to=2021", "from"),
        ("changes?from=2021&to=2021", "from"),
        ("changes?from=2020&to=2021&change=grown", "change"),
        ("changes?from=2020&to=next", "to"),
        ("pdca", "programme"),
        ("pdca?project=drugs&step=wish", "step"),
        ("pdca?project=drugs&programme=x", "programme"),
    ],
)
def test_what_is_wrong_is_named(api: str, asked: str, parameter: str) -> None:
    response = httpx.get(f"{api}/{asked}")
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["parameter"] == parameter


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "x'); DROP TABLE item; --", "\u0000"])
def test_hostile_values_are_values(api: str, hostile: str) -> None:
    for path, name in (("changes", "project"), ("pdca", "programme")):
        asked = {name: hostile} | ({"from": "2020", "to": "2021"} if path == "changes" else {})
        response = httpx.get(f"{api}/{path}", params=asked, timeout=60)
        assert response.status_code in {400, 404}, response.text


def test_answers_have_tags_and_are_told_unchanged(api: str) -> None:
    for address in ("changes?from=2020&to=2021&format=csv", "pdca?project=drugs"):
        first = httpx.get(f"{api}/{address}", timeout=60)
        again = httpx.get(
            f"{api}/{address}", headers={"If-None-Match": first.headers["etag"]}, timeout=60
        )
        assert again.status_code == httpx.codes.NOT_MODIFIED
