"""Files of N-Quads among the content: they name their graphs, within limits."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.build.conftest import Content

from medrd_kg.build.inputs import load_content, read_quads
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import open_current
from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files, imported_dir
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

PARTNERS = "https://example.org/partners"
LINES = (
    f"<urn:s> <urn:p> _:a <{PARTNERS}> .\n"
    f'_:a <urn:q> "a" <{PARTNERS}> .\n'
    f"<urn:s> <urn:p> <urn:o> <{graph_iri('rdf-partners')}> .\n"
)


@pytest.fixture
def quads(data_dir: Path) -> Path:
    """A file of N-Quads that a user imported."""
    path = imported_dir(data_dir) / "rdf-partners.nq"
    path.parent.mkdir(parents=True)
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.mark.usefixtures("quads")
def test_a_release_keeps_the_graphs_of_quads(build: Callable[[], Manifest], data_dir: Path) -> None:
    manifest = build()
    assert manifest.graphs[PARTNERS] == 2
    assert manifest.graphs[graph_iri("rdf-partners")] == 1
    current = open_current(data_dir)
    assert {PARTNERS, graph_iri("rdf-partners")} < set(current.store.graphs())
    names = [name for name in manifest.files if name.startswith("dumps/example-org-partners-")]
    assert len(names) == 1


@pytest.mark.usefixtures("quads")
def test_reading_and_loading_give_the_same_quads(content: Content, data_dir: Path) -> None:
    files = content_files(content.root, imported=imported_dir(data_dir))
    store = EmbeddedStore()
    load_content(store, files)
    assert set(read_quads(files)) == set(store.quads())


@pytest.mark.parametrize(
    "graph",
    ["", "_:graph", f"<{graph_iri('ontology')}>", f"<{graph_iri('inferred')}>"],
    ids=["default", "blank", "ontology", "inferred"],
)
def test_quads_that_state_a_foreign_graph_are_refused(
    content: Content, data_dir: Path, quads: Path, graph: str
) -> None:
    quads.write_text(f"<urn:s> <urn:p> <urn:o> {graph} .\n", encoding="utf-8")
    files = content_files(content.root, imported=imported_dir(data_dir))
    for read in (lambda: load_content(EmbeddedStore(), files), lambda: list(read_quads(files))):
        with pytest.raises(Problem, match=r"rdf-partners\.nq: it must not state the graph"):
            read()


def test_quads_that_do_not_parse_are_told_with_their_place(
    content: Content, data_dir: Path, quads: Path
) -> None:
    quads.write_text(f"{LINES}<urn:s> <urn p> <urn:o> .\n", encoding="utf-8")
    files = content_files(content.root, imported=imported_dir(data_dir))
    for read in (lambda: load_content(EmbeddedStore(), files), lambda: list(read_quads(files))):
        with pytest.raises(Problem, match=r"rdf-partners\.nq: .*line 4"):
            read()
