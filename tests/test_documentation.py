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
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


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


@pytest.mark.parametrize("index", range(5))
def test_question_of_the_readme_has_an_answer(index: int, release: OpenRelease) -> None:
    rows = list(release.store.query(_blocks(README, "sparql")[index]).rows())
    assert rows
    assert all(len(row) == len(rows[0]) for row in rows)


def test_readme_has_five_questions() -> None:
    assert len(_blocks(README, "sparql")) == 5


def test_make_targets_of_the_readme_exist(checkout: Path) -> None:
    named = set(re.findall(r"make ([a-z-]+)", README))
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    assert {"serve", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def _curl_commands() -> list[str]:
    return [
        line
        for block in _blocks(README, "sh")
        for line in block.splitlines()
        if line.startswith("curl ")
    ]


def test_readme_shows_requests() -> None:
    assert len(_curl_commands()) >= 3


@pytest.mark.parametrize("command", _curl_commands())
def test_request_of_the_readme_is_answered(command: str, server: str) -> None:
    words = shlex.split(command)[1:]
    headers: Mapping[str, str] = {}
    if words[0] == "-H":
        name, _, value = words[1].partition(": ")
        headers, words = {name: value}, words[2:]
    answer = httpx.get(words[0].replace("http://127.0.0.1:8000", server), headers=headers)
    assert answer.status_code == httpx.codes.OK
    assert len(answer.content) > 200


def test_python_example_of_the_readme_prints_labels(
    server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = _blocks(README, "python")
    exec(example.replace("http://127.0.0.1:8000", server), {})  # noqa: S102 - our own example
    assert "医薬品プロジェクト" in capsys.readouterr().out


def _local_links() -> list[tuple[Path, str]]:
    pages = [CHECKOUT / "README.md", *(CHECKOUT / "docs").rglob("*.md")]
    return [
        (page, target.partition("#")[0])
        for page in pages
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("#")
    ]


@pytest.mark.parametrize(
    ("page", "target"), _local_links(), ids=lambda value: str(value).removeprefix(str(CHECKOUT))
)
def test_link_leads_to_a_file(page: Path, target: str) -> None:
    assert (page.parent / target).exists()
