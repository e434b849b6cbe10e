"""``explain=true``: the SPARQL that it gives, run at the endpoint, gives the same answer."""

import csv
import io
import unicodedata
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.web.asked_questions import ASKED, GAPS

from medrd_kg.web.analytics.questions import QUESTIONS
from medrd_kg.web.tables import SEPARATOR

_TOTAL = "fy2022-initial-appropriation-amed"
_USUAL = [
    *((path, asked) for path, asked in ASKED.items()),
    *(("gaps", f"kind={kind}&{more}") for kind, more in GAPS.items()),
]
_FURTHER = [
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
    ("topic-programmes", "fiscal_year=2022"),
    ("topic-programmes", "basis=stated"),
    ("topic-programmes", "programme=mext-medical-rd-promotion&basis=computed"),
    ("topic-programmes", "fiscal_year=2022&reason=named-together"),
    ("process", "actor=cabinet-office&role=approver"),
    ("process", "role=overseer"),
    ("process", "step=joint-budget-request"),
    ("process", "document=budget-request"),
    ("process", "condition=budget-request-guidelines-decided"),
    ("changes", "from=2021&to=2022"),
    ("changes", "from=2021&to=2022&modality=drug&basis=computed"),
    ("changes", "from=2022&to=2023&programme=mext-medical-rd-promotion"),
    ("changes", "from=2020&to=2021&ministry=meti&change=amount&stage=executed"),
    ("changes", "from=2015&to=2023&change=succeeded&change=split&change=merged"),
    ("changes", "from=2018&to=2019&change=target-newly-met&change=result-added&ministry=mext"),
    ("pdca", "project=genome-data"),
    ("pdca", "project=genome-data&fiscal_year=2022&step=plan&step=check"),
    ("pdca", "programme=mext-medical-rd-promotion"),
    ("pdca", "programme=mext-medical-rd-promotion&fiscal_year=2020"),
    ("pdca", "programme=meti-medicine-engineering-innovation&fiscal_year=2021&step=action"),
    ("pdca", "programme=meti-drug-discovery-platform&fiscal_year=2022"),
    ("pdca", "programme=meti-drug-discovery-platform&basis=stated&step=plan"),
    ("paths", "source=disease-area/cancer&target=prj:drugs&max_length=2&min_bits=0"),
    ("paths", "source=organization/amed&target=organization/mext&max_length=2&min_bits=1"),
    ("paths", "source=organization/amed&target=organization/riken&max_length=2&basis=stated"),
    ("paths", "source=disease-area/cancer&target=ministry/mhlw&max_length=2&min_bits=0"),
    ("paths", "source=modality/drug&target=disease-area/cancer&max_length=2&basis=computed"),
    ("paths", "source=prj:drugs&target=topic/cancer-drug-technical-support&max_length=1"),
]  # fmt: skip
_SHORT = 3
"""Of the further sets, the short form asks one in so many."""

_SETS = [
    *_USUAL,
    *(
        pytest.param(*each, marks=[pytest.mark.long] if number % _SHORT else [])
        for number, each in enumerate(_FURTHER)
    ),
]

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


def covered(rows: list[dict[str, str]], query: dict[str, Any]) -> list[dict[str, str | None]]:
    """Return the rows of a table that a query is for, a row for each member of its lists."""
    found: list[dict[str, str | None]] = [
        dict(row)
        for row in rows
        if all(row[column] in values for column, values in query.get("rows", {}).items())
    ]
    lists = query.get("lists", ())
    if not lists:
        return found
    return [
        row | dict.fromkeys(lists) | dict(zip(together, members, strict=True))
        for row in found
        for together in _together(lists)
        for members in zip(*((row[each] or "").split(SEPARATOR) for each in together), strict=True)
        if any(members)
    ]


def _together(lists: list[str]) -> list[list[str]]:
    """Return the columns that belong to one list: those of its members are named after it."""
    heads = [each for each in lists if not any(each.startswith(f"{one}_") for one in lists)]
    return [[one for one in lists if one == each or one.startswith(f"{each}_")] for each in heads]


def test_every_question_is_explained() -> None:
    assert {path for path, _ in _USUAL} == {each.path for each in QUESTIONS}


@pytest.mark.parametrize(("path", "asked"), _SETS)
def test_the_sparql_gives_the_same_answer(api: str, path: str, asked: str) -> None:
    document = explained(api, path, asked)
    told = document["explanation"]
    tables = {}
    parts = {}
    for query in told["queries"]:
        rows = asked_at_endpoint(api, query["query"])
        parts[query["part"]] = rows
        if isinstance(document.get(query["part"]), list):
            if query["part"] not in tables:
                tables[query["part"]] = table(api, path, asked, query["part"])
            given = covered(tables[query["part"]], query)
            names = list(rows[0]) if rows else []
            if query.get("exact", True):
                assert rows_of(given, names) == rows_of(rows, names), query["query"]
                assert bool(given) == bool(rows)
            else:
                assert query["leavesOut"]
                assert rows_of(given, names) <= rows_of(rows, names), query["query"]
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
        for each in entry.get("shared", entry.get("reasons", [entry])):
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


def test_names_that_differ_in_width_or_spaces_only_are_no_new_names(api: str) -> None:
    asked = "from=2021&to=2022&change=renamed"
    document = explained(api, "changes", asked)
    renamed = {each["item"]["id"] for each in document["items"]}
    query = document["explanation"]["queries"][0]
    assert query["rows"] == {"change": ["renamed"]}
    assert query["exact"] is False
    names: dict[object, tuple[set[str], set[str]]] = {}
    for row in asked_at_endpoint(api, query["query"]):
        sides = names.setdefault(row["item"], (set(), set()))
        for side, column in zip(sides, ("before_names", "after_names"), strict=True):
            if row[column] is not None:
                side.add("".join(unicodedata.normalize("NFKC", str(row[column])).split()))
    kept = {item for item, (before, after) in names.items() if not before & after}
    assert kept == renamed
    assert kept < names.keys()


def test_the_address_of_a_query_answers(api: str) -> None:
    document = explained(api, "coverage", ASKED["coverage"])
    for query in document["explanation"]["queries"]:
        assert httpx.get(query["href"], timeout=60).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    "asked",
    [
        "topics?project=drugs&disease-area=infectious",
        "programmes?ministry=mhlw",
        "projects?",
        "documents?",
        "perimeters?",
        "statuses?",
    ],
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
