"""Answers held against the text of the policy itself, which is not shipped."""

import re
from pathlib import Path
from unicodedata import normalize

import pytest
from pyoxigraph import Literal

from medrd_kg.content import queries_dir
from medrd_kg.sources.policy_document import read_units
from medrd_kg.sparql.parameters import Scalar
from medrd_kg.sparql.stored import load_stored_queries
from medrd_kg.store.base import Row, Store

from .conftest import Facts, curie

pytestmark = pytest.mark.shared

QUERIES = load_stored_queries(queries_dir())

WITHIN_OTHER_WORDS = {
    "doc:budget-request": {"S011"},  # in the name of the guidelines
    "doc:healthcare-policy": {"S003", "S007"},  # in the name of the Headquarters
    "group:research-institutions": {"S096"},  # in the name of the in-house institutes
    "group:researchers": {"S051"},  # those outside the medical field are a group of their own
}
"""Units in which a name is only a part of another name."""

OPEN = re.compile("等|など|例えば|といった|も含め")
STATUS_WORDS = {
    "new": "新たに取り組む|新たな.*設ける",
    "started": "に着手する。|を開始する",
    "continued": "引き続き",
    "expanded": "拡充",
    "introduced": "を導入",
    "consolidated": "へ集約",
    "considered": "検討を行う",
}
"""Words that give a topic its status, where a sentence says what is done in the fiscal year."""


@pytest.fixture(scope="module")
def texts(policy_units_file: Path) -> dict[str, str]:
    """Text of each unit, in one width and without spaces."""
    units = read_units(policy_units_file)
    return {unit.unit_id: "".join(normalize("NFKC", unit.text).split()) for unit in units}


def _rows(store: Store, name: str, **given: Scalar) -> list[Row]:
    values = {key.replace("_", "-"): value for key, value in given.items()}
    return list(store.query(QUERIES[name].bind(values)).rows())


def _units(row: Row) -> set[str]:
    found = row["units"]
    assert isinstance(found, Literal)
    return set(found.value.split())


def _names(facts: Facts, thing: str) -> set[str]:
    """Labels of a thing in the form of ``texts``; Latin ones stand in Japanese text too."""
    kinds = ("rdfs:label", "skos:altLabel", "skos:hiddenLabel")
    found = {label for kind in kinds for label in facts.values(thing, kind)}
    return {"".join(normalize("NFKC", label).split()) for label in found}


@pytest.mark.parametrize(
    ("name", "column"), [("agents-named", "agent"), ("documents-named", "named")]
)
def test_what_is_named_cites_every_unit_that_names_it(
    name: str, column: str, store: Store, facts: Facts, texts: dict[str, str]
) -> None:
    for row in _rows(store, name):
        thing = curie(str(getattr(row[column], "value", "")))
        if thing == "group:national-government":
            continue  # the one character 国 is part of many words
        names = _names(facts, thing)
        naming = {unit for unit, text in texts.items() if any(each in text for each in names)}
        assert naming - WITHIN_OTHER_WORDS.get(thing, set()) == _units(row), thing


def test_open_lists_cite_a_sentence_that_leaves_something_open(
    store: Store, texts: dict[str, str]
) -> None:
    for row in _rows(store, "open-lists"):
        assert any(OPEN.search(texts[unit]) for unit in _units(row)), row["thing"]


@pytest.mark.parametrize(("status", "words"), STATUS_WORDS.items(), ids=STATUS_WORDS)
def test_topics_of_a_status_are_in_the_sentences_with_its_words(
    status: str, words: str, store: Store, texts: dict[str, str]
) -> None:
    found = {
        unit for row in _rows(store, "topics-by-status", status=status) for unit in _units(row)
    }
    # What is done in a fiscal year stands in section 5, which begins with S034.
    saying = {unit for unit, text in texts.items() if unit > "S034" and re.search(words, text)}
    assert found == saying


@pytest.mark.parametrize(
    ("area", "words"),
    [("covid-19", "新型コロナウイルス"), ("intractable", "難病"), ("dementia", "認知症")],
)
def test_a_disease_is_found_in_every_sentence_that_names_it(
    area: str, words: str, store: Store, texts: dict[str, str]
) -> None:
    rows = _rows(store, "covid-across-projects", disease_area=area)
    naming = {unit for unit, text in texts.items() if words in text}
    assert {unit for row in rows for unit in _units(row)} == naming
