"""Where measurements keep their data and results, and the dump of a release that they load."""

from pathlib import Path
from typing import Final

from medrd_kg.build.dumps import ALL_QUADS, DUMPS
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import ensure_release

__all__ = ["CACHE", "CHECKOUT", "RELEASE", "RESULTS", "dump_of"]

CHECKOUT: Final = Path(__file__).parents[1]
CACHE: Final = CHECKOUT / ".cache" / "benchmarks"
RESULTS: Final = CHECKOUT / "benchmarks" / "results"
RELEASE: Final = CACHE / "data"
"""Data directory of the shipped content."""


def dump_of(data_dir: Path) -> tuple[Manifest, Path]:
    """Return the current release of a data directory, built if need be, and its dump of all quads.

    Raises:
        Problem: The release cannot be built.
    """
    manifest = ensure_release(data_dir)
    return manifest, data_dir / "releases" / "current" / DUMPS / ALL_QUADS
