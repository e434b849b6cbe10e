"""Catalogs lead every import of every file to a file of the checkout."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rdflib import OWL, Graph

from medrd_kg.build import catalogs

CHECKOUT = Path(__file__).resolve().parents[2]
CATALOGS = catalogs.render(CHECKOUT)
ONTOLOGIES = catalogs.ontology_files(CHECKOUT)
ENTRY = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}uri"


def _entries(catalog: Path) -> dict[str, Path]:
    """The files of a committed catalog, by ontology IRI."""
    tree = ET.parse(catalog)  # noqa: S314  # our own file
    elements = list(tree.getroot())
    # Groups and rewrite rules are what Protégé rewrites or resolves in its own way.
    assert {element.tag for element in elements} == {ENTRY}
    return {e.attrib["name"]: (catalog.parent / e.attrib["uri"]).resolve() for e in elements}


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_the_committed_catalog_is_current(catalog: Path) -> None:
    assert catalog.read_text(encoding="utf-8") == CATALOGS[catalog]


@pytest.mark.parametrize("path", ONTOLOGIES.values(), ids=lambda path: path.name)
def test_every_import_leads_to_the_file_of_that_ontology(path: Path) -> None:
    entries = _entries(path.parent / catalogs.CATALOG)

    for imported in Graph().parse(path).objects(None, OWL.imports):
        assert entries[str(imported)] == ONTOLOGIES[str(imported)]


def test_a_folder_that_holds_turtle_has_a_catalog() -> None:
    folders = {p.parent for p in CHECKOUT.glob("ontology/**/*.ttl")}
    folders |= {p.parent for p in CHECKOUT.glob("data/ttl/**/*.ttl")}
    folders.discard(CHECKOUT / "ontology" / "shapes")

    assert {catalog.parent for catalog in CATALOGS} == folders


def test_two_files_of_one_ontology_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / "ontology" / name).write_text(
            "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<http://x/o> a owl:Ontology .\n",
            encoding="utf-8",
        )

    with pytest.raises(ValueError, match="are both http://x/o"):
        catalogs.ontology_files(tmp_path)
