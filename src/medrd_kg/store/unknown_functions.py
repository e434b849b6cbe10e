"""Functions that nobody knows: a fault of a query that calls them, not of one that names them.

SPARQL 1.1, section 17.6, leaves extension functions open, so their names are legal anywhere. The
engine refuses a query that names one it does not know. Here the query is evaluated; whether the
function is called at all shows then, and a call is refused as the engine would refuse the name.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import pyoxigraph as ox
from pyoxigraph import NamedNode

from medrd_kg.store.base import Term

__all__ = ["evaluated"]

_UNKNOWN: Final = re.compile(r"The custom function <(?P<iri>[^>]*)> is not supported")
_CASTS: Final = "http://www.w3.org/2001/XMLSchema#"
"""Namespace of a closed list of functions: an unknown name in it is a slip, called or not."""

_MOST: Final = 16
"""Unknown functions of one query, each of which costs an attempt."""

Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def evaluated(engine: ox.Store, text: str, **arguments: Any) -> Answer:  # noqa: ANN401 - the engine's own
    """Evaluate a query.

    Args:
        engine: What is asked.
        text: The query.
        arguments: What else the engine's ``query`` takes.

    Raises:
        RuntimeError: The query calls a function that the engine does not know.
        SyntaxError: The query does not parse.
    """
    try:
        return engine.query(text, **arguments)
    except RuntimeError as error:
        refusal = error
    functions: dict[NamedNode, Callable[..., Term | None]] = {}
    calls: list[RuntimeError] = []
    while True:
        named = _UNKNOWN.match(str(refusal))
        if named is None or named["iri"].startswith(_CASTS) or len(functions) >= _MOST:
            raise refusal
        functions[NamedNode(named["iri"])] = _noting(calls, refusal)
        try:
            tried = engine.query(text, custom_functions=functions, **arguments)
            break
        except RuntimeError as error:
            refusal = error
    # The engine takes an exception within a function for an error of the expression, so what was
    # called is known at the end.
    if not isinstance(tried, ox.QueryBoolean):
        for _ in tried:
            if calls:
                break
    if calls:
        raise calls[0]
    return engine.query(text, custom_functions=functions, **arguments)


def _noting(calls: list[RuntimeError], refusal: RuntimeError) -> Callable[..., None]:
    def function(*_: object) -> None:
        calls.append(refusal)

    return function
