"""What an import tells whoever waits for it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = ["ImportProgress", "Silent"]


class ImportProgress(Protocol):
    """Shows how far a pass is."""

    def bar(self, title: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Announce a pass of ``total`` units; the context's value counts those that are done."""


class Silent:
    """Says nothing."""

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:  # noqa: ARG002
        """Say nothing."""

        def advance(_: int) -> None:
            """Count nothing."""

        yield advance
