"""Which named graph each file of the content states, by its name."""

from pathlib import Path

import pytest

from medrd_kg.sources.content import content_files, imported_dir, is_reserved_graph
from medrd_kg.vocabulary import graph_iri


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("review-sheets-2023.ttl", "review-sheets-2023"),
        ("review-sheets-2023/a.ttl", "review-sheets-2023"),
        ("rs-system-2024.ttl", "rs-system-2024"),
        ("rs-system-2024-payees.ttl", "rs-system-2024"),
        ("mof-2022.ttl", "mof-2022"),
        ("table-partner-budgets.ttl", "table-partner-budgets"),
        ("document-policy-fy2023.ttl", "document-policy-fy2023"),
        ("document-policy-fy2023.accepted.ttl", "document-policy-fy2023"),
        ("document-policy-fy2023/units.ttl", "document-policy-fy2023"),
        ("linked-programmes.ttl", "linked"),
        ("policy-fy2022/projects.ttl", "policy-fy2022"),
        ("organizations.ttl", "facts"),
        ("mofa.ttl", "facts"),
    ],
)
def test_an_imported_file_has_the_graph_of_its_name(tmp_path: Path, name: str, graph: str) -> None:
    path = imported_dir(tmp_path) / name
    path.parent.mkdir(parents=True)
    path.touch()
    [found] = content_files(tmp_path, imported=imported_dir(tmp_path))
    assert (found.graph, found.name, found.path) == (graph_iri(graph), f"data/ttl/{name}", path)
    assert not found.names_graphs


def test_quads_name_their_graphs_themselves(tmp_path: Path) -> None:
    folder = imported_dir(tmp_path)
    folder.mkdir()
    for name in ("rdf-partners.nq", "notes.nq"):
        (folder / name).touch()
    [found] = content_files(tmp_path, imported=folder)
    assert (found.graph, found.name) == ("", "data/ttl/rdf-partners.nq")
    assert found.names_graphs


def test_the_project_s_own_graphs_are_reserved() -> None:
    for name in ("ontology", "facts", "inferred", "edits/notes", "review-sheets-2030", "table-a"):
        assert is_reserved_graph(graph_iri(name))
    assert not is_reserved_graph(graph_iri("rdf-partners"))
    assert not is_reserved_graph("https://example.org/graph")
