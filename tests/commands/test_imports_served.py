"""What was imported, built and served: queries over HTTP see its graphs."""

from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from tests.commands.conftest import Commands
from tests.conftest import running_server

from medrd_kg.vocabulary import graph_iri


@pytest.mark.long
def test_imports_are_served_in_their_graphs(tmp_path: Path) -> None:
    run = Commands(tmp_path / "data")
    for name in ("example.csv", "example.json"):
        text = files("medrd_kg.sources.tables").joinpath(name).read_text("utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "partners.trig").write_text("<urn:g> { <urn:s> <urn:p> <urn:o> }")
    table = run("import", "table", tmp_path / "example.csv", "--mapping", tmp_path / "example.json")
    assert table.returncode == 0, table.stderr
    assert run("import", "rdf", tmp_path / "partners.trig").returncode == 0
    assert run("build").returncode == 0

    def total(address: str, graph: str) -> str:
        query = (
            "PREFIX mrd: <https://w3id.org/medrd-kg/core#> SELECT (SUM(?yen) AS ?total)"
            " { ?figure mrd:nonAdditiveAmountJPY ?yen }"
        )
        answer = httpx.get(
            f"{address}/sparql",
            params={"query": query, "default-graph-uri": graph},
            headers={"Accept": "text/csv"},
        )
        return answer.text.split()[-1]

    with running_server("--data-dir", run.data_dir) as address:
        assert total(address, graph_iri("table-example")) == "2091250000"
        asked = {"query": "SELECT ?g { GRAPH ?g { <urn:s> ?p ?o } }"}
        found = httpx.get(f"{address}/sparql", params=asked, headers={"Accept": "text/csv"})
        assert found.text.split() == ["g", "urn:g"]
        page = httpx.get(f"{address}/ja/sources/data-source/table-example")
        assert "1,234.5百万円" in page.text
        assert "example.csv:2" in page.text
