"""Where the shipped content lies: ontology, data and stored queries.

A wheel carries the content inside the package; a source checkout has it at the top level.
"""

from importlib.resources import files
from pathlib import Path

__all__ = ["content_root", "data_dir", "ontology_dir", "queries_dir"]


def content_root() -> Path:
    """Return the folder that holds ``ontology/``, ``data/ttl/`` and ``queries/``.

    Raises:
        FileNotFoundError: Neither the package nor a checkout around it has the content.
    """
    package = Path(str(files("medrd_kg")))
    for root in (package / "content", package.parents[1]):
        if (root / "ontology" / "medrd.ttl").is_file():
            return root
    raise FileNotFoundError(
        "the shipped content (ontology/, data/ttl/, queries/) is missing: reinstall medrd-kg"
    )


def ontology_dir() -> Path:
    """Return the folder of the ontology modules, schemes, shapes and catalogs."""
    return content_root() / "ontology"


def data_dir() -> Path:
    """Return the folder of the shipped data in Turtle."""
    return content_root() / "data" / "ttl"


def queries_dir() -> Path:
    """Return the folder of the stored SPARQL queries."""
    return content_root() / "queries"
