"""The real server over the fixture data: ``python -m tests.web.serving PORT [name=value …]``."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from pyoxigraph import RdfFormat, serialize

from medrd_kg.content import ontology_dir
from medrd_kg.linkage.projection import project
from medrd_kg.search.writing import write_index
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri
from medrd_kg.web.app import create_app
from medrd_kg.web.front.protocol import protocol_of
from medrd_kg.web.state import Release

DATA = Path(__file__).parent / "data" / "policy.trig"
VERSION = "2022-01-01-fixture00000"


def fixture_store() -> EmbeddedStore:
    """Return the fixture data beside the real ontology, in memory."""
    store = EmbeddedStore()
    store.bulk_load(DATA)
    for name in ("core", "views", "alignments"):
        store.bulk_load(ontology_dir() / f"{name}.ttl", graph=graph_iri("ontology"))
    return store


def release_of(store: EmbeddedStore, folder: Path) -> Release:
    """Return a release of what a store holds, written below ``folder``."""
    dump = folder / "fixture.nq"
    serialize(store.quads(), str(dump), format=RdfFormat.N_QUADS)
    source = DataSource(dump, store.union_default_graph, frozenset(store.graphs()))
    tables, index = folder / "tables", folder / "search.sqlite"
    project(store, tables)
    write_index(store, index)
    return Release(VERSION, source, store.statistics(), folder / "edits", tables, index)


def main() -> None:
    port, *settings = sys.argv[1:]
    given = {"data_dir": os.devnull} | dict(each.split("=", 1) for each in settings)
    chosen = Settings.load({}, port=int(port), **given)
    with TemporaryDirectory() as folder:
        app = create_app(chosen, lambda: release_of(fixture_store(), Path(folder)))
        uvicorn.run(
            app,
            http=protocol_of(app.state.front),
            host=chosen.host,
            port=chosen.port,
            log_level="warning",
            access_log=False,
        )


if __name__ == "__main__":
    main()
