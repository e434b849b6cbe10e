"""Problems in Japanese: a form for every sentence that HTTP can tell, and English beside it."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import medrd_kg
from medrd_kg.problem_words import detail_in_japanese, hint_in_japanese, slugs_with_words
from medrd_kg.problems import PROBLEM_TYPES, Problem
from medrd_kg.sparql.hints_words import ABROAD

SOURCE = Path(medrd_kg.__file__).parent
PACKAGES = ("federation", "linkage", "search", "sparql", "store", "web")
"""Where what HTTP tells is written; the command line speaks English."""

JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
TABLE = yaml.safe_load((SOURCE / "problem_words.yaml").read_text("utf-8"))
FORMS = [
    pytest.param(english, japanese, id=english[:60])
    for group in (*TABLE["details"].values(), TABLE["hints"], *TABLE["values"].values())
    for english, japanese in group.items()
]
VALUE = "‹value›"


def sentence(node: ast.expr | None) -> str | None:
    """Return a sentence as it stands in the code, with a value for each expression in it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(sentence(part) or VALUE for part in parts)
        case _:
            return None


def raised() -> Iterator[tuple[str, str, str | None, str | None]]:
    """Yield place, slug, detail and hint of each problem whose sentences stand in the code."""
    for package in PACKAGES:
        for file in sorted((SOURCE / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if node.func.id != "Problem":
                    continue
                slug, detail, hint, *_ = (*(sentence(each) for each in node.args), None, None, None)
                if slug is not None:
                    yield f"{file.relative_to(SOURCE)}:{node.lineno}", slug, detail, hint


def is_of_values_alone(text: str) -> bool:
    return not re.search(r"[a-z]{3}", text.replace(VALUE, ""))


def test_every_kind_of_problem_has_japanese_words() -> None:
    assert slugs_with_words() == frozenset(PROBLEM_TYPES)
    assert all(JAPANESE.search(each.title_ja) for each in PROBLEM_TYPES.values())


def test_every_sentence_of_the_service_has_a_japanese_form() -> None:
    found = list(raised())
    assert len(found) > 100
    missing = [
        f"{place}: {text}"
        for place, slug, detail, hint in found
        for text, words in (
            (detail, detail and detail_in_japanese(slug, detail)),
            (hint, hint and hint_in_japanese(hint)),
        )
        if text is not None and words is None and not is_of_values_alone(text)
    ]
    assert missing == []


def test_advice_on_habits_of_other_languages_has_japanese_words() -> None:
    for advice in ABROAD.values():
        assert JAPANESE.search(hint_in_japanese(advice) or ""), advice


@pytest.mark.parametrize(("english", "japanese"), FORMS)
def test_a_form_says_no_more_than_the_english(english: str, japanese: str) -> None:
    assert set(PLACEHOLDER.findall(japanese)) <= set(PLACEHOLDER.findall(english))
    if not is_of_values_alone(PLACEHOLDER.sub("", english)):
        assert JAPANESE.search(japanese)


def test_values_stay_as_they_were_sent() -> None:
    told = detail_in_japanese("invalid-parameter", "fiscal_year='{n} a, b is not' is not possible")
    assert told == "fiscal_year='{n} a, b is not' は使えません"


def test_words_for_values_stand_without_spaces() -> None:
    assert detail_in_japanese("invalid-parameter", "project='x' names no project") == (
        "project='x' に当たる統合プロジェクトはありません"
    )
    assert detail_in_japanese("read-only-graph", "the graph <urn:g> cannot be written") == (
        "グラフ <urn:g> には書き込めません"
    )


def test_choices_are_listed_as_japanese_lists_them() -> None:
    assert hint_in_japanese("use csv or xlsx or json") == "使える値：csv、xlsx、json"
    assert hint_in_japanese("use csv") == "使える値： csv"


def test_a_document_has_the_english_beside_the_japanese() -> None:
    problem = Problem("not-found", "there is nothing at /x", "nobody has words for this")
    assert problem.document("ja") == {
        "type": problem.kind.iri,
        "title": "見つかりません",
        "status": 404,
        "detail": "/x には何もありません",
        "hint": "nobody has words for this",
        "english": {"detail": "there is nothing at /x"},
    }
    assert "english" not in problem.document("en")
    assert problem.document("en")["detail"] == "there is nothing at /x"


def test_a_long_value_takes_no_time() -> None:
    sent = "a {b} is not, characters " * 4_000
    begun = time.process_time()
    assert detail_in_japanese("invalid-parameter", f"{sent!r} is not possible") is not None
    assert hint_in_japanese(f"{sent} nothing of ours") is None
    assert time.process_time() - begun < 0.5
