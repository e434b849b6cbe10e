"""The search index as routes use it: whether there is one, threads to read it in, addresses."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from medrd_kg.kinds import kinds
from medrd_kg.problems import Problem
from medrd_kg.search.opening import SearchIndex
from medrd_kg.vocabulary import BASE, ID
from medrd_kg.web.collections import collections
from medrd_kg.web.state import Serving

__all__ = ["address_of_thing", "in_thread", "invalid", "search_index"]

# Threads of our own, since each keeps a connection to the index open as long as it lives. Batches
# take seconds: they have other threads than what somebody waits for while typing.
_SHORT: Final = ThreadPoolExecutor(2, thread_name_prefix="search")
_LONG: Final = ThreadPoolExecutor(2, thread_name_prefix="reconcile")

_DOCUMENTS: Final = f"{ID}document/"

Found = TypeVar("Found")


def search_index(served: Serving) -> SearchIndex:
    """Return the index of what is served.

    Raises:
        Problem: ``not-found``: there is none.
    """
    if served.search_index is None:
        raise Problem(
            "not-found",
            "this dataset has no search index",
            "serve a release: it is made when one is built",
        )
    return served.search_index


async def in_thread(read: Callable[[], Found], *, is_long: bool = False) -> Found:
    """Read the index in a thread.

    Args:
        read: What is done there.
        is_long: Whether it may take seconds.
    """
    return await asyncio.get_running_loop().run_in_executor(_LONG if is_long else _SHORT, read)


def address_of_thing(served: Serving, iri: str, of: Iterable[str]) -> str:
    """Return where the service tells about a thing.

    Args:
        served: What is served.
        iri: The thing.
        of: Names of its kinds in the index.
    """
    for name in of:
        kind = kinds().get(name)
        slug = None if kind is None else kind.slug(iri)
        if kind is not None and slug is not None:
            return served.address(f"{collections()[kind.collection].path}/{slug}")
    if iri.startswith(_DOCUMENTS):
        return served.address(f"/api/v1/evidence/{iri.removeprefix(_DOCUMENTS)}")
    return served.address(f"/{iri.removeprefix(BASE)}") if iri.startswith(BASE) else iri


def invalid(name: str, detail: str, known: Iterable[str] = ()) -> Problem:
    """Return the problem of a value that a parameter cannot have.

    Args:
        name: The parameter.
        detail: What is wrong.
        known: The values that it can have, where they can be listed.
    """
    extra: dict[str, object] = {"parameter": name}
    listed = list(known)
    if listed:
        extra["known"] = listed
    hint = f"use one of {', '.join(listed)}" if listed else "/api tells what it takes"
    return Problem("invalid-parameter", detail, hint, extra=extra)
