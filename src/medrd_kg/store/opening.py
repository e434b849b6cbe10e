"""From the ``STORE`` setting to a store."""

from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["DEFAULT_STORE", "open_store"]

DEFAULT_STORE: Final = "embedded:"
"""The embedded engine over the files of the current release."""

_REMOTE: Final = ("sparql+http", "sparql+https")
_HINT: Final = "use embedded: (the default), embedded:memory or embedded:PATH"


def open_store(
    setting: str,
    *,
    release_store: Path | None = None,
    union_default_graph: bool = True,
    read_only: bool = True,
) -> Store:
    """Open the store that a setting names.

    Args:
        setting: ``embedded:`` opens ``release_store``; ``embedded:memory`` an empty, writable
            store in memory; ``embedded:PATH`` the engine's directory PATH.
        release_store: Directory of the current release's store.
        union_default_graph: Whether the default graph is the merge of the named ones.
        read_only: Open files without a writer's lock.

    Raises:
        Problem: ``invalid-settings``: the setting is unknown, or names nothing that can be opened.
    """
    scheme, colon, rest = setting.partition(":")
    if scheme in _REMOTE:
        raise Problem(
            "invalid-settings", f"STORE={setting}: remote stores are not supported yet", _HINT
        )
    if scheme != "embedded" or not colon:
        raise Problem("invalid-settings", f"STORE={setting} names no kind of store", _HINT)
    if rest == "memory":
        return EmbeddedStore(union_default_graph=union_default_graph)
    path = Path(rest) if rest else release_store
    if path is None:
        raise Problem("invalid-settings", "STORE=embedded: needs a release to open", _HINT)
    try:
        return EmbeddedStore(path, read_only=read_only, union_default_graph=union_default_graph)
    except OSError as error:
        raise Problem("invalid-settings", f"STORE={setting} cannot be opened: {error}") from error
