"""Both ways to every answer of the cookbook give what it prints, on the shipped release."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.cookbook.recipes import FOLDER, Recipe, read_answer, recipes, rest_rows, sparql_rows

pytestmark = pytest.mark.xdist_group("release")

RECIPES = recipes()


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    """A client of the shipped release."""
    with httpx.Client(base_url=server, timeout=60) as opened:
        yield opened


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_rest_gives_the_printed_answer(client: httpx.Client, recipe: Recipe) -> None:
    response = client.get(recipe.rest.path, params=recipe.rest.parameters)
    assert response.status_code == httpx.codes.OK, response.text
    assert response.json().get("next") is None
    assert sorted(rest_rows(recipe, response.json())) == sorted(read_answer(recipe))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_sparql_gives_the_printed_answer(client: httpx.Client, recipe: Recipe) -> None:
    response = client.post("/sparql", data={"query": recipe.sparql})
    assert response.status_code == httpx.codes.OK, response.text
    assert sparql_rows(recipe, response.json()) == read_answer(recipe)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_answer_says_something_once(recipe: Recipe) -> None:
    answer = read_answer(recipe)
    assert answer
    assert max(Counter(answer).values()) == 1
    for at, column in enumerate(recipe.columns):
        assert any(row[at] for row in answer), column


def test_thirty_questions_in_two_languages() -> None:
    assert len(RECIPES) >= 30
    for language in ("ja", "en"):
        asked = [getattr(recipe.question, language) for recipe in RECIPES]
        assert len(set(asked)) == len(asked)
    assert all(re.search("[ぁ-ん]", recipe.question.ja) for recipe in RECIPES)
    assert sum(recipe.checked is not None for recipe in RECIPES) >= 10


def test_every_answer_belongs_to_a_recipe() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == {recipe.name for recipe in RECIPES}


def test_the_cookbook_is_linked(checkout: Path) -> None:
    for page, link in (
        ("README.md", "docs/cookbook/README.md"),
        ("README.ja.md", "docs/cookbook/README.md"),
        ("docs/rest.md", "cookbook/README.md"),
    ):
        assert f"]({link})" in (checkout / page).read_text(encoding="utf-8")
