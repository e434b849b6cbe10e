"""Every backend runs the same suite: add a backend here and nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore

BACKENDS: dict[str, Callable[[Path, bool], Store]] = {
    "embedded-memory": lambda _path, union: EmbeddedStore(union_default_graph=union),
    "embedded-memory-apart": lambda _path, union: EmbeddedStore(
        union_default_graph=union, merge_apart=True
    ),
    "embedded-disk": lambda path, union: EmbeddedStore(path / "db", union_default_graph=union),
}


@pytest.fixture(params=sorted(BACKENDS))
def make_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Store]]:
    """Make empty stores of one backend; they are closed after the test."""
    opened: list[Store] = []

    def make(*, union_default_graph: bool = True) -> Store:
        store = BACKENDS[request.param](tmp_path_factory.mktemp("store"), union_default_graph)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """An empty store whose default graph is the merge of its named graphs."""
    return make_store()
