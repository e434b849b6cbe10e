"""Both engines hold what sheets of the whole government state against all shapes alike."""

from pathlib import Path
from random import Random
from typing import Final

import pytest
import zstandard
from rdflib import Graph
from tests.build.shapes.reference import of_findings, paths_of, reference, shapes_as_rdf
from typer.testing import CliRunner

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import validate_ntriples
from medrd_kg.cli import app
from medrd_kg.content import data_dir, ontology_dir

SHEETS: Final = 2
"""Sheets of each year that are in a sample."""


def sample_of(sheets: Path, chance: Random, folder: Path) -> Path:
    """Write some sheets of a year, chosen by chance, into a file of that name."""
    with zstandard.open(sheets, "rt", encoding="utf-8") as lines:
        places = [number for number, _ in enumerate(lines)]
    chosen = set(chance.sample(places, SHEETS))
    path = folder / sheets.name.removesuffix(".zst")
    with zstandard.open(sheets, "rt", encoding="utf-8") as lines:
        text = "".join(line for number, line in enumerate(lines) if number in chosen)
    path.write_text(text, encoding="utf-8")
    return path


def imported(given: list[Path], folder: Path) -> list[str]:
    """Import sheets and return what they state, and the vocabulary and years they need."""
    arguments = ["import", "review-sheets", *map(str, given), "--selection", "all"]
    result = CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)])
    assert result.exit_code == 0, result.output
    graph = Graph()
    ontology = ontology_dir()
    for path in [
        *sorted((folder / "imported").glob("*.ttl")),
        ontology / "core.ttl",
        *sorted((ontology / "schemes").glob("*.ttl")),
        data_dir() / "fiscal-years.ttl",
    ]:
        if path.stat().st_size < 2_000_000:  # names of organisations that no sheet here mentions
            graph.parse(path)
    return sorted(set(graph.serialize(format="nt").splitlines()))


@pytest.mark.long
@pytest.mark.shared
@pytest.mark.parametrize("seed", [2015, 2022])
def test_both_engines_agree_on_sheets_chosen_by_chance(
    seed: int, shared_dir: Path, tmp_path: Path
) -> None:
    chance = Random(seed)
    files = sorted((shared_dir / "data" / "review-sheets").glob("judgit-*.ndjson.zst"))
    assert len(files) == 8
    lines = imported([sample_of(file, chance, tmp_path) for file in files], tmp_path / "data")
    about_sheets = [line for line in lines if "review-sheet" in line or "/id/" in line]
    assert len(about_sheets) > 1000
    gone = set(chance.sample(about_sheets, len(about_sheets) // 15))
    shapes = ShapesGraph.load(ontology_dir() / "shapes")
    for kept in (lines, [line for line in lines if line not in gone]):
        text = "\n".join(kept) + "\n"
        report = validate_ntriples(text, shapes)
        expected, paths = reference(Graph().parse(data=text, format="nt"), shapes_as_rdf())
        assert of_findings(report.findings) == expected
        assert paths <= paths_of(report.findings)
    assert len(expected) > 50
