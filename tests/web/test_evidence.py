"""What a unit states."""

import httpx


def test_all_that_a_unit_states(server: httpx.Client) -> None:
    found = server.get("/api/v1/evidence/policy-fy2022/S001").json()
    assert found["unit"]["unitId"] == "S001"
    assert [
        item["id"].removeprefix("https://w3id.org/medrd-kg/id/") for item in found["items"]
    ] == [
        "document/healthcare-policy",
        "document/policy-fy2022",
        "process-step/hear",
        "process-step/invite",
        "process-step/submit",
        "process/requests",
        "topic/aids-antibody",
    ]
    assert found["total"] == 7


def test_concepts_are_stated_too(server: httpx.Client) -> None:
    found = server.get("/api/v1/evidence/policy-fy2022/S002").json()
    assert "https://w3id.org/medrd-kg/schemes#disease-aids" in {
        each["id"] for each in found["items"]
    }


def test_the_units_of_a_document_in_order(server: httpx.Client) -> None:
    found = server.get("/api/v1/evidence/policy-fy2022").json()
    assert [(item["unitId"], item["statements"]) for item in found["items"]] == [
        ("S001", 7),
        ("S002", 9),
    ]
    assert server.get(found["items"][0]["href"]).json()["total"] == 7


def test_unknown_documents_and_units(server: httpx.Client) -> None:
    for path in (
        "policy-fy2022/S999",
        "other/S001",
        "other",
        "policy-fy2022/S001%3E",
        "a%20b",
    ):
        response = server.get(f"/api/v1/evidence/{path}")
        assert response.status_code == 404, path
        assert response.json()["type"].endswith("/not-found")
