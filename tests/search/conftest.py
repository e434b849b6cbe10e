"""The index of the shipped release, and its texts read without it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import zstandard

from medrd_kg.search.contents import Role, contents
from medrd_kg.search.facts import read_facts
from medrd_kg.search.folding import fold
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.subjects import Subject, read_subjects
from medrd_kg.search.writing import index_subjects
from medrd_kg.store.embedded import EmbeddedStore


class Text(NamedTuple):
    """A text of the shipped graph, folded."""

    iri: str
    kinds: tuple[str, ...]
    role: Role
    language: str
    value: str
    folded: str


@pytest.fixture(scope="session")
def shipped(release_data_dir: Path) -> EmbeddedStore:
    """The shipped graph in memory, from the release's own dump."""
    dump = release_data_dir / "releases" / "current" / "dumps" / "medrd-kg.nq.zst"
    store = EmbeddedStore()
    with dump.open("rb") as packed:
        store.bulk_load_lines(zstandard.ZstdDecompressor().stream_reader(packed).read())
    return store


@pytest.fixture(scope="session")
def subjects(shipped: EmbeddedStore) -> Sequence[Subject]:
    """What can be found in it."""
    return read_subjects(shipped, contents())


@pytest.fixture(scope="session")
def index(
    shipped: EmbeddedStore, subjects: Sequence[Subject], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchIndex]:
    """The index over it."""
    path = tmp_path_factory.mktemp("search") / "search.sqlite"
    facts = read_facts(shipped, subjects, contents())
    index_subjects(subjects, contents(), path, facts=facts)
    with SearchIndex(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def texts(subjects: Sequence[Subject]) -> Sequence[Text]:
    """All its texts, for a plain scan."""
    kinds = [kind.name for kind in contents().kinds]
    return [
        Text(
            subject.iri,
            tuple(kinds[position] for position in subject.kinds),
            name.role,
            name.language,
            name.value,
            fold(name.value),
        )
        for subject in subjects
        for name in subject.names
    ]
