"""The store that commands ask: that of the present content's release."""

from collections.abc import Iterator
from contextlib import contextmanager

from medrd_kg.settings import Settings
from medrd_kg.store.base import Store

__all__ = ["current_store"]


@contextmanager
def current_store(settings: Settings) -> Iterator[Store]:
    """Open the release of the present content, building it first where it is missing."""
    from medrd_kg.build.pipeline import ensure_release, open_current

    ensure_release(settings.data_dir)
    release = open_current(settings.data_dir)
    try:
        yield release.store
    finally:
        release.store.close()
