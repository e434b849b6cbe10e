"""The guard against services that call each other in a circle.

A request that this service sends says how many services it has passed. A service that receives
such a request answers it, but calls nobody on its behalf.
"""

import re
from typing import Final

__all__ = ["HOPS_HEADER", "MAX_HOPS", "hops_of"]

HOPS_HEADER: Final = "Medrd-Kg-Hops"

MAX_HOPS: Final = 1
"""How many services may pass a request on."""

_SMALL: Final = re.compile(r"[0-9]{1,4}")


def hops_of(header: str | None) -> int:
    """Return how many services have passed a request on.

    Args:
        header: Value of `HOPS_HEADER` in the request, None when it has none. A value that is no
            number counts as the limit.

    >>> hops_of(None), hops_of("1"), hops_of("1, 1")
    (0, 1, 1)
    """
    if header is None:
        return 0
    return int(header) if _SMALL.fullmatch(header) else MAX_HOPS
