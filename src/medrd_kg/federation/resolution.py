"""Names to addresses, once for each call."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

__all__ = ["Resolver", "SystemResolver"]

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Given a host name and a port, returns the IP addresses in the order of preference.

It raises OSError when the name has none.
"""

_THREADS: Final = 4


class SystemResolver:
    """Asks the operating system, in threads of its own: a silent name server holds up only them."""

    def __init__(self) -> None:
        """Start no thread before the first question."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of ``host``; see `Resolver`."""

        def ask() -> list[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(entry[4][0]) for entry in found))

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
