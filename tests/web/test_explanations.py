"""``explain=true``: the SPARQL that it gives, run at the endpoint, gives the same answer."""

import csv
import io
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.web.asked_questions import ASKED, GAPS

from medrd_kg.web.analytics.questions import QUESTIONS

_TOTAL = "fy2022-initial-appropriation-amed"
_WITHOUT_TWINS = {"topic-programmes", "paths", "changes", "pdca", "process"}
"""Questions of which SPARQL 1.1 gives the parts only: lengths of paths, logarithms, comparisons."""
_SETS = [
    *((path, asked) for path, asked in ASKED.items() if path not in _WITHOUT_TWINS),
    *(("gaps", f"kind={kind}&{more}") for kind, more in GAPS.items()),
    ("coverage", "rows=disease-area&columns=modality&scope=fiscal-year&fiscal_year=2022"),
    ("coverage", "rows=phase&columns=project&scope=standing"),
    ("coverage", "rows=disease-area&columns=ministry&measure=programmes&fiscal_year=2021"),
    ("coverage", "rows=disease-area&columns=ministry&measure=programmes&basis=computed"),
    ("coverage", "rows=modality&columns=organization&measure=programmes&basis=stated"),
    ("coverage", f"rows=ministry&columns=project&measure=amount&total={_TOTAL}"),
    ("coverage", "rows=disease-area&columns=ministry&measure=amount&fiscal_year=2022"),
    ("coverage", "rows=topic&columns=project&fiscal_year=2022"),
    ("coverage/items", "rows=purpose&columns=project&row=prevention&fiscal_year=2022"),
    ("coverage/items", f"rows=ministry&columns=programme&measure=amount&total={_TOTAL}&row=meti"),
    ("linkages", "of=project,project&via=disease-area&hierarchy=false&min_shared=3"),
    ("linkages", "of=disease-area,modality&via=project&scope=standing&thing=cancer"),
    ("linkages", "of=ministry,ministry&via=disease-area&fiscal_year=2021&basis=computed"),
    (
        "linkages/items",
        "of=project,project&via=phase&left=drugs&right=devices-healthcare&hierarchy=false",
    ),
    ("bridges", "of=project&via=disease-area&min_connected=3&hierarchy=true"),
    ("bridges", "of=ministry&via=disease-area&fiscal_year=2021"),
    ("stated-links", "relation=feeds-into"),
    ("stated-links", "left=project&right=project"),
    ("gaps", "kind=combinations&rows=phase&columns=project&column=drugs&scope=standing"),
    ("gaps", "kind=combinations&rows=modality&columns=project&basis=stated&fiscal_year=2022"),
    ("gaps", "kind=items-without-facet&rows=project&scope=fiscal-year&fiscal_year=2022"),
    ("gaps", "kind=scope-without-topic&fiscal_year=2022&column=drugs"),
    ("gaps", "kind=money-without-topic&fiscal_year=2022&via=disease-area&basis=computed"),
    ("gaps", "kind=indicators-without-results&ministry=mhlw"),
    ("gaps", "kind=targets-missed&fiscal_year=2020"),
    ("overlaps", "fiscal_year=2022&via=disease-area&basis=computed"),
    ("flows", "fiscal_year=2021&stage=executed"),
    ("flows", "fiscal_year=2021&stage=executed&level=transfer"),
    ("flows", "fiscal_year=2022&disease_area=cancer&organization=amed"),
    ("flows/recipients", "fiscal_year=2020&payee=riken"),
    ("flows/recipients", "fiscal_year=2021&programme=meti-medicine-engineering-innovation"),
]  # fmt: skip

Row = tuple[object, ...]


@pytest.fixture(scope="module")
def api(shipped_server: httpx.Client) -> str:
    return str(shipped_server.base_url).rstrip("/") + "/api/v1"


def explained(api: str, path: str, asked: str) -> dict[str, Any]:
    response = httpx.get(f"{api}/{path}?{asked}&explain=true", timeout=60)
    assert response.status_code == httpx.codes.OK, response.text
    found: dict[str, Any] = response.json()
    return found


def asked_at_endpoint(api: str, query: str) -> list[dict[str, object]]:
    """Return the rows of a query with values as JSON has them."""
    endpoint = api.removesuffix("/api/v1") + "/sparql"
    response = httpx.post(endpoint, data={"query": query}, timeout=120)
    assert response.status_code == httpx.codes.OK, f"{response.text}\n{query}"
    found = response.json()
    return [
        {name: _plain(row.get(name)) for name in found["head"]["vars"]}
        for row in found["results"]["bindings"]
    ]


def _plain(term: dict[str, str] | None) -> object:
    if term is None:
        return None
    datatype = term.get("datatype", "")
    if datatype.endswith(("#integer", "#decimal")):
        return Decimal(term["value"])
    return term["value"]


def table(api: str, path: str, asked: str, part: str) -> list[dict[str, str]]:
    """Return a list of the answer as a table."""
    chosen = "" if part == "items" else f"&part={part}"
    response = httpx.get(f"{api}/{path}?{asked}&format=csv{chosen}", timeout=60)
    assert response.status_code == httpx.codes.OK, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def _comparable(value: object) -> object:
    """Return a value as both sides can be compared: numbers by value, nothing as None."""
    if value in {None, ""}:
        return None
    try:
        return Decimal(str(value)).normalize()
    except ArithmeticError:
        return str(value)


def rows_of(rows: list[dict[str, Any]], names: list[str]) -> set[Row]:
    return {tuple(_comparable(row[name]) for name in names) for row in rows}


def test_every_question_is_explained() -> None:
    assert {path for path, _ in _SETS} == {each.path for each in QUESTIONS} - _WITHOUT_TWINS


@pytest.mark.parametrize(("path", "asked"), _SETS)
def test_the_sparql_gives_the_same_answer(api: str, path: str, asked: str) -> None:
    document = explained(api, path, asked)
    told = document["explanation"]
    parts = {}
    for query in told["queries"]:
        rows = asked_at_endpoint(api, query["query"])
        parts[query["part"]] = rows
        if query["part"] in {"items", "rows", "columns", "links", "statedLinks"}:
            given = table(api, path, asked, query["part"])
            names = list(rows[0]) if rows else []
            assert rows_of(given, names) == rows_of(rows, names), query["query"]
            assert bool(given) == bool(rows)
        elif query["part"] == "N":
            _check_bits(document, int(str(rows[0]["N"])))
        else:
            value = document[query["part"]]
            members = value if isinstance(value, dict) else {query["part"]: value}
            assert members == {name: int(str(each or 0)) for name, each in rows[0].items()}
    assert "items" in parts


def _check_bits(document: dict[str, Any], looked_at: int) -> None:
    """Check what follows from the counts: SPARQL has no logarithm."""
    for entry in document["items"]:
        for each in entry.get("shared", [entry]):
            assert 2 ** each["bits"] == pytest.approx(looked_at / each["namedBy"], rel=1e-4)


@pytest.mark.parametrize(("path", "asked"), ASKED.items())
def test_the_total_and_every_number_are_told(api: str, path: str, asked: str) -> None:
    document = explained(api, path, asked)
    told = document["explanation"]
    total = document.get("namedTotal")
    assert told["namedTotal"] == (total["id"] if total else None)
    present = set(_numbers({"": document["items"]}))
    present |= {
        name
        for name in _numbers(
            {key: value for key, value in document.items() if key not in {"items", "explanation"}}
        )
        if not name.startswith("included")
    }
    undefined = {each for each in present if each not in told["numbers"]}
    assert {each for each in undefined if not each.endswith("fiscalYear")} == set()
    assert all(each["ja"] and each["en"] for each in told["numbers"].values())


def _numbers(value: object, path: str = "") -> list[str]:
    if isinstance(value, bool):
        return []
    if isinstance(value, int | float):
        return [path]
    if isinstance(value, dict):
        return [
            found
            for key, each in value.items()
            for found in _numbers(each, f"{path}.{key}" if path and key else path or key)
        ]
    if isinstance(value, list):
        return [found for each in value for found in _numbers(each, path)]
    return []


def test_an_explanation_is_no_table(api: str) -> None:
    response = httpx.get(f"{api}/bridges?explain=true&format=csv")
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["parameter"] == "explain"


def test_the_address_of_a_query_answers(api: str) -> None:
    document = explained(api, "coverage", ASKED["coverage"])
    for query in document["explanation"]["queries"]:
        assert httpx.get(query["href"], timeout=60).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    "asked",
    ["topics?project=drugs&disease-area=infectious", "programmes?ministry=mhlw", "projects?"],
)
def test_a_collection_is_explained(api: str, asked: str) -> None:
    first = page = httpx.get(f"{api}/{asked}&explain=true", timeout=60).json()
    members = [each["id"] for each in page["items"]]
    while page["next"]:
        page = httpx.get(page["next"], timeout=60).json()
        members += [each["id"] for each in page["items"]]
    (query,) = first["explanation"]["queries"]
    assert {row["item"] for row in asked_at_endpoint(api, query["query"])} == set(members)
    numbers = first["explanation"]["numbers"]
    assert all(numbers["total"][language] for language in ("ja", "en"))


def test_numbers_of_a_collection_are_defined(api: str) -> None:
    document = httpx.get(f"{api}/funding-flows?limit=20&explain=true", timeout=60).json()
    members = {
        name
        for item in document["items"]
        for name, value in item.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    assert members
    for name in members:
        assert {"ja", "en"} <= document["explanation"]["numbers"][name].keys(), name


def test_a_stored_query_is_explained(api: str) -> None:
    document = httpx.get(f"{api}/queries/budget-by-ministry-and-year?explain=true").json()
    told = document["explanation"]
    assert len(asked_at_endpoint(api, told["queries"][0]["query"])) == document["total"]
    numeric = {
        each["name"] for each in document["columns"] if each["type"] in {"integer", "decimal"}
    }
    assert numeric == set(told["numbers"])
