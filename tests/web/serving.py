"""The real server over the fixture data: ``python -m tests.web.serving PORT [name=value …]``."""

import os
import sys
from pathlib import Path

import uvicorn

from medrd_kg.content import ontology_dir
from medrd_kg.settings import Settings
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri
from medrd_kg.web.app import create_app
from medrd_kg.web.state import Release

DATA = Path(__file__).parent / "data" / "policy.trig"
VERSION = "2022-01-01-fixture00000"


def fixture_release() -> Release:
    """Return a release in memory: the fixture data beside the real ontology."""
    store = EmbeddedStore()
    store.bulk_load(DATA)
    for name in ("core", "views", "alignments"):
        store.bulk_load(ontology_dir() / f"{name}.ttl", graph=graph_iri("ontology"))
    return Release(VERSION, store, store.statistics())


def main() -> None:
    port, *settings = sys.argv[1:]
    given = dict(each.split("=", 1) for each in settings)
    chosen = Settings.load({}, port=int(port), data_dir=os.devnull, **given)
    app = create_app(chosen, fixture_release)
    uvicorn.run(app, host=chosen.host, port=chosen.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
