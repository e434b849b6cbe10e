"""``import rs-csv`` and ``import mof`` at the command line."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.sources.rs_system.conftest import Write
from tests.sources.rs_system.csv_files import SHARED, real_rows, write_zips
from tests.sources.rs_system.test_rs_import import CHAIN, SOME

from medrd_kg.build.pipeline import build_release, open_current
from medrd_kg.vocabulary import MRD, MRDS

Command = Callable[..., subprocess.CompletedProcess[str]]
PREFIXES = f"PREFIX mrd: <{MRD}> PREFIX mrds: <{MRDS}> "


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Run the command with a data folder of its own."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        call = [
            sys.executable,
            "-m",
            "medrd_kg",
            "import",
            *words,
            "--data-dir",
            str(tmp_path / "d"),
        ]
        return subprocess.run(call, capture_output=True, text=True, check=False)

    return run


def test_import_says_what_it_made_and_that_nothing_changed(
    command: Command, write_csv: Write, tmp_path: Path
) -> None:
    files = str(write_csv(CHAIN))
    dry = command("rs-csv", files, "--selection", "all", "--dry-run")
    assert "nothing written (dry run)" in dry.stdout
    assert not (tmp_path / "d" / "imported").exists()
    report = tmp_path / "report.txt"
    first = command("rs-csv", files, "--selection", "all", "--report", str(report))
    assert first.returncode == 0, first.stderr
    assert "1 sheets read, 1 taken (first: 1)" in first.stdout
    assert re.search(r"not given, of which nothing is stated: 1-4, 1-5, 3-2, 4-1", first.stdout)
    assert "total FY2023 executed payment (RS 2024): 905000 yen in 2 figures" in first.stdout
    assert "3-1_RS_2024_表.csv:3: 2023: row-skipped" in report.read_text(encoding="utf-8")
    review = tmp_path / "d" / "review" / "rs-csv.txt"
    assert review.read_text(encoding="utf-8") == report.read_text(encoding="utf-8")
    written = tmp_path / "d" / "imported" / "rs-system-2024.ttl"
    before = written.stat().st_mtime_ns, written.read_bytes()
    again = command("rs-csv", files, "--selection", "all")
    assert "nothing changed: these files were imported before" in again.stdout
    assert (written.stat().st_mtime_ns, written.read_bytes()) == before


@pytest.mark.parametrize("kind", ["rs-csv", "mof"])
def test_a_missing_path_is_one_line(command: Command, tmp_path: Path, kind: str) -> None:
    result = command(kind, str(tmp_path / "none"))
    assert result.returncode == 1
    (line,) = [each for each in result.stderr.splitlines() if "none" in each]
    assert line.endswith("does not exist")


def test_items_are_counted_with_their_control_sums(command: Command, tmp_path: Path) -> None:
    item = {
        "id": "g-1",
        "budgetType": "当初予算",
        "documentId": "d1",
        "ministry": "厚生労働省",
        "sourceUrl": "https://example.org/p",
        "name": "研究に必要な経費",
        "amount": 7,
    }
    documents = [{"documentId": "d1", "title": "予算", "url": "https://example.org/"}]
    about = {"fiscalYear": 2023, "unit": "yen", "documents": documents}
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"metadata": about, "items": [item]}), encoding="utf-8")
    result = command("mof", str(path))
    assert result.returncode == 0, result.stderr
    assert "FY2023 initial: 1 figures, control sum 7 yen" in result.stdout
    assert (tmp_path / "d" / "imported" / "mof-2023.ttl").is_file()


@pytest.mark.long
@pytest.mark.shared
def test_a_release_takes_the_imports_up_and_no_sum_counts_a_yen_twice(
    command: Command, shared_dir: Path, tmp_path: Path
) -> None:
    assert shared_dir == SHARED
    zips = write_zips(tmp_path / "zips", real_rows([*SOME, "3578"]))
    assert command("rs-csv", str(zips)).returncode == 0
    assert command("mof", str(shared_dir / "data" / "mof")).returncode == 0
    build_release(tmp_path / "d")
    with closing(open_current(tmp_path / "d").store) as store:
        answer = store.query(
            PREFIXES
            + """SELECT ?total (COUNT(DISTINCT ?perimeter) AS ?n) WHERE {
                ?total mrd:fiscalYear ?year ; mrd:budgetStage ?stage ; mrd:level ?level .
                ?other mrd:fiscalYear ?year ; mrd:budgetStage ?stage ; mrd:level ?level ;
                    mrd:perimeter ?perimeter .
                ?total mrd:perimeter mrds:perimeter-rs-system-2024 .
            } GROUP BY ?total HAVING (COUNT(DISTINCT ?perimeter) > 1)"""
        )
        assert list(answer.rows()) == [], "each sum of the import is the only one of its kind"
        mof = store.query(
            PREFIXES
            + """SELECT ?figure WHERE {
                GRAPH <https://w3id.org/medrd-kg/graph/mof-2022> { ?figure mrd:amountJPY ?yen }
            }"""
        )
        assert list(mof.rows()) == []
