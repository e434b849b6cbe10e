"""Fact tables of the shipped graph, made once for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from medrd_kg.build.release import OpenRelease
from medrd_kg.linkage.projection import project
from medrd_kg.linkage.tables import FactTables
from medrd_kg.store.base import Store


@pytest.fixture(scope="session")
def graph(release: OpenRelease) -> Store:
    """The shipped graph."""
    return release.store


@pytest.fixture(scope="session")
def tables_folder(graph: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its fact tables."""
    folder = tmp_path_factory.mktemp("tables")
    project(graph, folder)
    return folder


@pytest.fixture(scope="session")
def facts(tables_folder: Path) -> Iterator[FactTables]:
    """Its fact tables, open."""
    tables = FactTables(tables_folder)
    yield tables
    tables.close()
