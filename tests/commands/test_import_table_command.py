"""``medrd-kg import table`` and ``imports`` as a user runs them."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from tests.commands.conftest import Commands

from medrd_kg.cli import app
from medrd_kg.problems import Problem

EXAMPLES = files("medrd_kg.sources.tables")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The example of the documentation."""
    path = tmp_path / "partners.csv"
    path.write_text(EXAMPLES.joinpath("example.csv").read_text("utf-8"), encoding="utf-8")
    return path


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """Its mapping."""
    path = tmp_path / "partners.json"
    path.write_text(EXAMPLES.joinpath("example.json").read_text("utf-8"), encoding="utf-8")
    return path


def test_the_documentation_shows_the_example(checkout: Path) -> None:
    page = (checkout / "docs" / "imports.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```(json|csv)\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    assert blocks == {
        "json": EXAMPLES.joinpath("example.json").read_text("utf-8"),
        "csv": EXAMPLES.joinpath("example.csv").read_text("utf-8"),
    }


def test_an_import_is_tried_made_repeated_and_undone(
    run: Commands, table: Path, mapping: Path
) -> None:
    assert run("import", "table", "--example").stdout == mapping.read_text(encoding="utf-8")
    tried = run("import", "table", table, "--mapping", mapping, "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert re.search(r"^ +3  mrd:BudgetStatement$", tried.stdout, re.MULTILINE)
    assert re.search(r"^ +3  mrd:nonAdditiveAmountJPY$", tried.stdout, re.MULTILINE)
    assert "0 of 4 subjects are in the graph already" in tried.stdout
    assert "conforms to the shapes" in tried.stdout
    assert "府省, 備考" in tried.stderr
    assert {each.name for each in run.data_dir.iterdir()} == {"releases"}

    made = run("import", "table", table, "--mapping", mapping)
    assert made.returncode == 0, made.stderr
    [written] = (run.data_dir / "imported").iterdir()
    before = written.stat().st_mtime_ns
    again = run("import", "table", table, "--mapping", mapping)
    assert "nothing new" in again.stdout
    assert written.stat().st_mtime_ns == before
    assert "graph/table-partners" in run("imports").stdout

    gone = run("imports", "--remove", "table-partners")
    assert gone.returncode == 0, gone.stderr
    assert not list((run.data_dir / "imported").iterdir())


def test_faults_stop_an_import_unless_rows_are_skipped(
    run: Commands, table: Path, mapping: Path, tmp_path: Path
) -> None:
    text = table.read_text(encoding="utf-8").replace("800", "8百").replace("P-03", "P3")
    table.write_text(text, encoding="cp932")
    report = tmp_path / "faults.txt"
    refused = run("import", "table", table, "--mapping", mapping, "--report", report)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("medrd-kg: 2 faults: nothing was imported")
    assert report.read_text(encoding="utf-8").splitlines() == [
        "partners.csv, row 3, column F (当初予算（百万円）): '8百' is no decimal",
        "partners.csv, row 4, column A (事業番号): the value is no string of the form P-[0-9]{2}",
    ]
    assert not (run.data_dir / "imported").exists()
    skipped = run("import", "table", table, "--mapping", mapping, "--skip-bad-rows")
    assert skipped.returncode == 0, skipped.stderr
    [written] = (run.data_dir / "imported").iterdir()
    assert "P-01" in written.read_text(encoding="utf-8")
    assert "P-02" not in written.read_text(encoding="utf-8")


def test_what_violates_the_shapes_is_not_imported(
    run: Commands, table: Path, mapping: Path
) -> None:
    document = json.loads(mapping.read_text(encoding="utf-8"))
    del document["tableSchema"]["columns"][-1]
    mapping.write_text(json.dumps(document), encoding="utf-8")
    refused = run("import", "table", table, "--mapping", mapping)
    assert refused.returncode == 1
    assert "3 violations of the shapes" in refused.stderr.splitlines()[-1]
    assert "Give exactly one level." in refused.stderr
    assert not (run.data_dir / "imported").exists() or not list(
        (run.data_dir / "imported").iterdir()
    )
    assert run("import", "table", table, "--mapping", mapping, "--no-validate").returncode == 0


def test_usage_is_told() -> None:
    with pytest.raises(Problem, match="--mapping") as caught:
        app(["import", "table", "partners.csv"], standalone_mode=False)
    assert caught.value.slug == "usage"
