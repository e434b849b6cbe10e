"""XML catalogs that let every ontology file open offline.

Protégé looks for ``catalog-v001.xml`` in the folder of the opened file only, compares import IRIs
character for character, writes a catalog of its own where none is and rewrites one whose group
says so. Hence each folder that holds Turtle gets plain relative ``uri`` entries for all
ontologies of the project.
"""

import os
import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

__all__ = ["CATALOG", "catalog_for", "ontology_files", "render"]

CATALOG = "catalog-v001.xml"
"""File name that Protégé and the OWL API look for."""

_HEADER = re.compile(r"^<(?P<iri>[^<>]+)>\s+a\s+owl:Ontology\b", re.MULTILINE)
"""The ontology header, as the style of the Turtle files has it: at the top, full IRI, ``a``."""

_HEADER_WITHIN = 16_384
"""Characters searched for the header, so that large data files are not read whole."""


def ontology_files(root: Path) -> dict[str, Path]:
    """Return the file of every ontology below ``root``, by ontology IRI.

    Args:
        root: Content root, with ``ontology/`` and ``data/ttl/``.

    Raises:
        ValueError: Two files name the same ontology.
    """
    found: dict[str, Path] = {}
    for path in sorted([*root.glob("ontology/**/*.ttl"), *root.glob("data/ttl/**/*.ttl")]):
        if "shapes" in path.relative_to(root).parts:
            continue  # Shapes are data for a validator, not an ontology to open.
        with path.open(encoding="utf-8") as file:
            header = _HEADER.search(file.read(_HEADER_WITHIN))
        if header is None:
            continue
        iri = header["iri"]
        if iri in found:
            raise ValueError(f"{path} and {found[iri]} are both {iri}")
        found[iri] = path
    return found


def render(root: Path) -> dict[Path, str]:
    """Return the text of each catalog, by its path.

    Args:
        root: Content root, with ``ontology/`` and ``data/ttl/``.
    """
    ontologies = ontology_files(root)
    folders = {path.parent for path in ontologies.values()}
    # Somebody may open a data file as well, and Protégé would then write a catalog beside it.
    folders |= {path.parent for path in root.glob("data/ttl/**/*.ttl")}
    return {folder / CATALOG: catalog_for(folder, ontologies) for folder in sorted(folders)}


def catalog_for(folder: Path, ontologies: dict[str, Path]) -> str:
    """Return the text of the catalog of one folder.

    Args:
        folder: Folder that the catalog is for; the entries are relative to it.
        ontologies: File of each ontology, by ontology IRI.
    """
    entries = []
    for iri, path in sorted(ontologies.items()):
        relative = Path(os.path.relpath(path, folder)).as_posix()
        entries.append(f"    <uri name={quoteattr(iri)} uri={quoteattr(relative)}/>")
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
            '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">',
            *entries,
            "</catalog>",
            "",
        ]
    )
