"""All sheets: the same files in one go, year by year, again, and after an import was killed."""

import csv
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
import zstandard
from tests.sources.review_sheets.recomputed import of_json, of_turtle
from typer.testing import CliRunner

from medrd_kg.cli import app
from medrd_kg.problems import PROBLEM_TYPES, Problem
from medrd_kg.sources.review_sheets import importer, parts

EVERY = 240
"""Every which sheet of the real files is in the samples."""


@pytest.fixture(scope="session")
def samples(sheet_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Some sheets of each year, 2015 to 2022; the same ones year after year, where they go on."""
    folder = tmp_path_factory.mktemp("samples")
    made = []
    for path in sheet_files:
        with zstandard.open(path, "rt", encoding="utf-8") as lines:
            chosen = "".join(islice(lines, 0, None, EVERY))
        made.append(folder / path.name.removesuffix(".zst"))
        made[-1].write_text(chosen, encoding="utf-8")
    return made


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make several parts even of a sample."""
    monkeypatch.setattr(importer, "_SHEETS_A_PART", 60)


def run(data: Path, *given: Path | str, selection: str = "all", code: int = 0) -> str:
    arguments = ["import", "review-sheets", *map(str, given), "--selection", selection]
    result = CliRunner().invoke(app, [*arguments, "--data-dir", str(data)])
    if isinstance(result.exception, Problem):
        assert result.exception.kind.exit_code == code
        return f"{result.exception.detail} {result.exception.hint}"
    assert result.exit_code == code, result.output
    return result.output


def files(data: Path) -> dict[str, bytes]:
    """Return every file that an import left for a build, and its review list."""
    kept = [
        *(data / "imported").iterdir(),
        *(data / "review").iterdir(),
        *(data / "texts").iterdir(),
    ]
    return {path.name: path.read_bytes() for path in kept}


@pytest.fixture(scope="session")
def whole(samples: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all years, imported in one go and several parts."""
    data = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer, "_SHEETS_A_PART", 60)
        run(data, *samples)
    return data


@pytest.mark.shared
def test_a_second_import_changes_nothing_and_says_so(whole: Path, samples: list[Path]) -> None:
    before = files(whole)
    times = {path: path.stat().st_mtime_ns for path in (whole / "imported").iterdir()}
    assert "nothing has changed since the last import" in run(whole, *samples)
    assert files(whole) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


@pytest.mark.shared
@pytest.mark.usefixtures("small_parts")
def test_a_year_that_joins_later_gives_the_files_of_all_at_once(
    whole: Path, samples: list[Path], tmp_path: Path
) -> None:
    run(tmp_path, *samples[:-1])
    assert any("-added-" in name for name in files(tmp_path))
    said = run(tmp_path, samples[-1])
    assert "nothing has changed" not in said
    assert files(tmp_path) == files(whole)


@pytest.mark.shared
@pytest.mark.usefixtures("small_parts")
def test_a_file_that_was_damaged_is_made_again(whole: Path, samples: list[Path]) -> None:
    before = files(whole)
    (whole / "imported" / "review-sheets-2019-payments.ttl").write_text("", encoding="utf-8")
    assert f"1 files changed, {len(list((whole / 'imported').iterdir())) - 1} are" in run(
        whole, *samples
    )
    assert files(whole) == before


@pytest.mark.shared
@pytest.mark.usefixtures("small_parts")
def test_an_import_that_was_killed_goes_on_after_the_last_whole_part(
    whole: Path,
    samples: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    make = parts.Part.make

    def killed_at_third(part: parts.Part, folder: Path) -> parts.PartResult:
        if len(made) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        made.append(part._number)
        return make(part, folder)

    def importing() -> None:
        monkeypatch.setattr(parts.Part, "make", killed_at_third)
        monkeypatch.setattr("medrd_kg.sources.review_sheets.parallel._MOST_PROCESSES", 1)
        run(tmp_path, *samples)

    process = multiprocessing.get_context("fork").Process(target=importing)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not (tmp_path / "imported").exists()

    def counted(part: parts.Part, folder: Path) -> parts.PartResult:
        made.append(part._number)
        return make(part, folder)

    monkeypatch.setattr(parts.Part, "make", counted)
    monkeypatch.setattr("medrd_kg.sources.review_sheets.parallel._MOST_PROCESSES", 1)
    run(tmp_path, *samples)
    count = -(-sum(path.read_bytes().count(b"\n") for path in samples) // 60)
    assert made == list(range(2, count))
    assert files(tmp_path) == files(whole)
    assert not (tmp_path / "import-state" / "review-sheets" / ".unfinished").exists()


@pytest.mark.shared
def test_the_sums_are_those_of_the_files(whole: Path, samples: list[Path]) -> None:
    stated = of_turtle((whole / "imported").glob("review-sheets-*.ttl"))
    wanted = of_json(samples)
    assert stated.budgets == wanted.budgets
    assert stated.payments == wanted.payments
    assert stated.paid == wanted.paid


@pytest.mark.shared
@pytest.mark.long
def test_the_sums_of_the_whole_government_are_those_of_the_files(
    sheet_files: list[Path], tmp_path: Path
) -> None:
    run(tmp_path, *sheet_files)
    stated = of_turtle((tmp_path / "imported").glob("review-sheets-*.ttl"))
    wanted = of_json(sheet_files)
    assert sum(wanted.paid.values()) > 590_000
    assert stated.budgets == wanted.budgets
    assert stated.payments == wanted.payments
    assert stated.paid == wanted.paid


@pytest.mark.shared
def test_fewer_sheets_than_before_are_refused(whole: Path, samples: list[Path]) -> None:
    before = files(whole)
    assert "--selection all" in run(whole, samples[0], selection="medical", code=2)
    assert files(whole) == before


@pytest.mark.shared
def test_the_review_list_names_both_candidates_and_why(whole: Path) -> None:
    listed = json.loads((whole / "review" / "review-sheets-pairs.json").read_text("utf-8"))
    assert listed
    for pair in listed:
        assert pair["one"] != pair["other"]
        assert pair["one_label"]
        assert pair["other_label"]
        assert pair["why"]
        if pair["outcome"] == "joined":
            assert (pair["kind"], pair["equal_figures"]) == ("edition", 0)
    text = (whole / "review" / "review-sheets-pairs.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["one"] for row in rows] == [pair["one"] for pair in listed]


@pytest.mark.shared
def test_a_full_disk_is_told_and_loses_nothing(samples: list[Path], tmp_path: Path) -> None:
    run(tmp_path, samples[0], selection="medical")
    before = files(tmp_path)
    command = [
        *("bash", "-c", 'ulimit -f 200 && exec "$0" "$@"', sys.executable, "-m", "medrd_kg"),
        *("import", "review-sheets", str(samples[1]), "--selection", "all"),
        *("--data-dir", str(tmp_path)),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == PROBLEM_TYPES["insufficient-storage"].exit_code, ended.stderr
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("medrd-kg:")]
    assert str(tmp_path) in line
    assert files(tmp_path) == before


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "x.ndjson", tmp_path / "b" / "x.ndjson"
    for path in (one, other):
        path.parent.mkdir()
        path.write_text("", encoding="utf-8")
    assert "have the same name" in run(tmp_path / "data", one, other, code=1)


@pytest.mark.shared
def test_anew_forgets_the_files_of_earlier_imports(samples: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "one", samples[0])
    run(tmp_path / "one", samples[-1], "--anew", selection="medical")
    run(tmp_path / "other", samples[-1], selection="medical")
    assert files(tmp_path / "one") == files(tmp_path / "other")
