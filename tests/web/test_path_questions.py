"""Paths, topics and programmes, and processes over HTTP."""

from typing import Any

import httpx
import pytest

_PATHS = "paths?source=disease-area/cancer&target=prj:drugs"


@pytest.fixture(scope="module")
def api(shipped_server: httpx.Client) -> str:
    return str(shipped_server.base_url).rstrip("/") + "/api/v1"


def answer(api: str, asked: str) -> dict[str, Any]:
    response = httpx.get(f"{api}/{asked}", timeout=60)
    assert response.status_code == httpx.codes.OK, response.text
    found: dict[str, Any] = response.json()
    return found


def test_steps_lead_from_the_source_to_the_target(api: str) -> None:
    found = answer(api, f"{_PATHS}&max_length=3")
    assert found["source"]["id"].endswith("#disease-cancer")
    assert found["target"]["label"]["en"]
    assert found["basis"] == "all"
    for path in found["items"]:
        steps = path["steps"]
        assert steps[0]["origin"]["id"] == found["source"]["id"]
        assert steps[-1]["target"]["id"] == found["target"]["id"]
        assert [each["target"] for each in steps[:-1]] == [each["origin"] for each in steps[1:]]
        for step in steps:
            assert step["relations"]
            for each in step["relations"]:
                assert each["id"].partition("#")[2]
                assert set(each["label"]) == {"ja", "en"}
                assert each["direction"] in {"forward", "backward"}
                assert each["evidence"]


def test_pages_of_paths_follow_each_other(api: str) -> None:
    whole = answer(api, f"{_PATHS}&limit=100")
    page = answer(api, f"{_PATHS}&limit=40")
    second_page = answer(api, page["next"].partition("/api/v1/")[2])
    assert page["items"] + second_page["items"] == whole["items"][:80]
    assert whole["complete"] is False


def test_programmes_of_a_topic_and_topics_of_a_programme(api: str) -> None:
    topic = "translational-programme-consolidation"
    found = answer(api, f"topic-programmes?topic={topic}&basis=stated")
    first = found["items"][0]
    assert first["topic"]["id"].endswith(f"/{topic}")
    assert {each["kind"] for each in first["reasons"]} >= {"stated-link", "named-together"}
    slug = first["programme"]["id"].rsplit("/", 1)[-1]
    back = answer(api, f"topic-programmes?programme={slug}&basis=stated")
    assert first in back["items"]


def test_the_process_is_queryable(api: str) -> None:
    found = answer(api, "process?process=budget-request-coordination&actor=cabinet-office")
    assert [each["id"].rsplit("/", 1)[-1] for each in found["processes"]] == [
        "budget-request-coordination",
        "yearly-policy-and-request",
    ]
    hearing = next(each for each in found["items"] if each["id"].endswith("office-hearing"))
    assert hearing["number"] == "2"
    assert hearing["timing"]["en"]
    assert [each["label"]["en"] for each in hearing["actors"]] == ["Cabinet Office"]
    assert {each["unitId"] for each in hearing["evidence"]} == {"S013", "S014", "S016"}
    assert hearing["conditions"][0]["evidence"]


@pytest.mark.parametrize(
    ("asked", "status", "parameter"),
    [
        ("paths?source=prj:drugs", 400, "target"),
        ("paths?source=prj:drugs&target=cancer", 400, "target"),
        ("paths?source=prj:drugs&target=prj:drugs", 400, "target"),
        ("paths?source=prj:drugs&target=prj:no-such", 404, "target"),
        (f"{_PATHS}&max_length=7", 400, "max_length"),
        (f"{_PATHS}&min_bits=-1", 400, "min_bits"),
        (f"{_PATHS}&basis=guessed", 400, "basis"),
        ("topic-programmes?topic=no-such", 404, "topic"),
        ("topic-programmes?reason=whim", 400, "reason"),
        ("process?process=no-such", 400, "process"),
        ("process?actor=no-such", 400, "actor"),
        ("process?role=king", 400, "role"),
        ("process?document=no-such", 400, "document"),
    ],
)
def test_what_is_wrong_is_named(api: str, asked: str, status: int, parameter: str) -> None:
    response = httpx.get(f"{api}/{asked}", timeout=60)
    assert response.status_code == status
    problem = response.json()
    assert problem["parameter"] == parameter
    if status == httpx.codes.BAD_REQUEST and asked.startswith("process"):
        assert problem["known"]


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", "$links", "prj:\u0000", "a/../b", "mrds:x>"])
def test_hostile_names_are_names(api: str, hostile: str) -> None:
    for path, asked in (
        ("paths", {"source": hostile, "target": "prj:drugs"}),
        ("topic-programmes", {"topic": hostile}),
        ("process", {"actor": hostile}),
    ):
        response = httpx.get(f"{api}/{path}", params=asked, timeout=60)
        assert response.status_code in {400, 404}, response.text


@pytest.mark.parametrize("path", [_PATHS, "topic-programmes?limit=5", "process"])
def test_answers_come_as_tables_too(api: str, path: str) -> None:
    joint = "&" if "?" in path else "?"
    response = httpx.get(f"{api}/{path}{joint}format=csv", timeout=60)
    assert response.status_code == httpx.codes.OK
    lines = response.text.splitlines()
    assert len(lines) > 5
    assert len(lines[0].split(",")) > 5
