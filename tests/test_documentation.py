"""The documentation says what the product does: every name is described, every example runs."""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from medrd_kg.build.release import OpenRelease
from medrd_kg.problems import PROBLEM_TYPES
from medrd_kg.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]
READMES = {
    name: (CHECKOUT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md")
}
ENGLISH, JAPANESE = READMES.values()

each_readme = pytest.mark.parametrize("readme", READMES.values(), ids=READMES.keys())


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def _prose(text: str) -> str:
    """What stands outside the code blocks: there `#` begins a heading, not a comment."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def _shell_commands(text: str) -> list[list[str]]:
    """The words of each command; comments are left out, since each language has its own."""
    return [
        shlex.split(line, comments=True)
        for block in _blocks(text, "sh")
        for line in block.splitlines()
    ]


def _local_targets(text: str) -> list[str]:
    return [
        target.partition("#")[0]
        for target in re.findall(r"\]\(([^)\s]+)\)", text)
        if "://" not in target and not target.startswith("#")
    ]


def test_generated_files_are_current(checkout: Path) -> None:
    result = subprocess.run(
        [sys.executable, "tools/generated.py", "--check"],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str, checkout: Path) -> None:
    page = (checkout / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"`MEDRD_KG_{name.upper()}`" in page
    assert len(Settings.model_fields[name].description or "") > 20


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_every_kind_of_problem_is_described(slug: str, checkout: Path) -> None:
    assert f"`{slug}`" in (checkout / "docs" / "problems.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", PROBLEM_TYPES)
def test_every_kind_of_problem_can_happen(slug: str, checkout: Path) -> None:
    """A kind that no code raises is a promise that nothing keeps."""
    sources = [
        path.read_text(encoding="utf-8")
        for path in (checkout / "src").rglob("*.py")
        if path.name != "problems.py"
    ]
    assert any(f'"{slug}"' in source for source in sources)


@each_readme
@pytest.mark.parametrize("index", range(5))
def test_question_of_the_readme_has_an_answer(
    index: int, readme: str, release: OpenRelease
) -> None:
    rows = list(release.store.query(_blocks(readme, "sparql")[index]).rows())
    assert rows
    assert all(len(row) == len(rows[0]) for row in rows)


@each_readme
def test_readme_has_five_questions(readme: str) -> None:
    assert len(_blocks(readme, "sparql")) == 5


def test_japanese_readme_asks_the_same_questions_for_japanese_labels() -> None:
    english = [question.replace('"en"', '"ja"') for question in _blocks(ENGLISH, "sparql")]
    assert _blocks(JAPANESE, "sparql") == english


def test_readmes_have_the_same_headings() -> None:
    english, japanese = (re.findall(r"^#+(?= )", _prose(r), re.MULTILINE) for r in READMES.values())
    assert len(english) > 5
    assert japanese == english


def test_readmes_show_the_same_commands() -> None:
    assert _shell_commands(JAPANESE) == _shell_commands(ENGLISH)
    assert _blocks(JAPANESE, "python") == _blocks(ENGLISH, "python")


def test_readmes_name_the_same_commands_and_files_in_sentences() -> None:
    """Their order may differ: Japanese and English sentences are built the other way round."""
    english, japanese = (sorted(re.findall(r"`[^`\n]+`", _prose(r))) for r in READMES.values())
    assert "`make check`" in english
    assert japanese == english


def test_readmes_lead_to_each_other_and_to_the_same_pages() -> None:
    first_in_english, *further_in_english = _local_targets(ENGLISH)
    first_in_japanese, *further_in_japanese = _local_targets(JAPANESE)
    assert (first_in_english, first_in_japanese) == ("README.ja.md", "README.md")
    # Pictures show the pages in the language of the reader.
    pictured = [each.replace("-ja.png", "-en.png") for each in further_in_japanese]
    assert sorted(pictured) == sorted(further_in_english)
    assert [each for each in further_in_english if each.endswith("-ja.png")] == []
    assert [each for each in further_in_japanese if each.endswith("-en.png")] == []


@each_readme
def test_make_targets_of_the_readme_exist(readme: str, checkout: Path) -> None:
    named = set(re.findall(r"make ([a-z-]+)", readme))
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    assert {"serve", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def _requests(text: str) -> list[list[str]]:
    return [words[1:] for words in _shell_commands(text) if words[:1] == ["curl"]]


@each_readme
def test_readme_shows_requests(readme: str) -> None:
    assert len(_requests(readme)) >= 3


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(words, id=f"{name}-{shlex.join(words)}")
        for name, readme in READMES.items()
        for words in _requests(readme)
    ],
)
def test_request_of_the_readme_is_answered(words: list[str], server: str) -> None:
    headers: Mapping[str, str] = {}
    if words[0] == "-H":
        name, _, value = words[1].partition(": ")
        headers, words = {name: value}, words[2:]
    answer = httpx.get(words[0].replace("http://127.0.0.1:8000", server), headers=headers)
    assert answer.status_code == httpx.codes.OK
    assert len(answer.content) > 200


@each_readme
def test_python_example_of_the_readme_prints_labels(
    readme: str, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = _blocks(readme, "python")
    exec(example.replace("http://127.0.0.1:8000", server), {})  # noqa: S102 - our own example
    assert "医薬品プロジェクト" in capsys.readouterr().out


def _local_links() -> list[tuple[Path, str]]:
    pages = [*(CHECKOUT / name for name in READMES), *(CHECKOUT / "docs").rglob("*.md")]
    return [
        (page, target)
        for page in pages
        for target in _local_targets(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("page", "target"), _local_links(), ids=lambda value: str(value).removeprefix(str(CHECKOUT))
)
def test_link_leads_to_a_file(page: Path, target: str) -> None:
    assert (page.parent / target).exists()
