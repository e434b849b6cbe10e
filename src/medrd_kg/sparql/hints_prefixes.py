"""Undeclared prefixes: the line to add, from what the service, its files and the web use."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from medrd_kg.content import content_root
from medrd_kg.sparql.hints_words import COMMON_PREFIXES
from medrd_kg.store.lexing import Token, TokenKind
from medrd_kg.vocabulary import PREFIXES

__all__ = ["prefix_advice", "shipped_prefixes"]

_DECLARATION: Final = re.compile(r"^@prefix\s+([^\s:]*):\s*<([^<>]*)>", re.MULTILINE)
_HEAD: Final = 8192
"""Characters at the beginning of a Turtle file in which its prefixes stand."""
_SHORTEST: Final = 2
"""Length of the shortest prefix that can be told from all others by one slip."""


@lru_cache(maxsize=1)
def shipped_prefixes() -> Mapping[str, str]:
    """Return every prefix that the service or a file of its ontology uses, with its namespace.

    Reads the files once; a process that may not read files any more calls it before.
    """
    found = dict(COMMON_PREFIXES)
    try:
        paths = sorted((content_root() / "ontology").rglob("*.ttl"))
        for path in paths:
            with path.open(encoding="utf-8") as stream:
                found.update(_DECLARATION.findall(stream.read(_HEAD)))
    except OSError:
        pass  # the prefixes of the service itself are known without files
    return found | PREFIXES


def prefix_advice(prefix: str, tokens: Sequence[Token]) -> str:
    """Say how to declare a prefix, or which one was meant.

    Args:
        prefix: Its name without the colon.
        tokens: The query.
    """
    known = shipped_prefixes()
    if prefix in known:
        return f"put this line first: PREFIX {prefix}: <{known[prefix]}>"
    declared = _declared(tokens)
    meant = _nearest(prefix, declared)
    if meant is not None:
        return f"did you mean {meant}:, which the query declares?"
    meant = _nearest(prefix, known)
    if meant is not None:
        return (
            f"did you mean {meant}:? Then put this line first: PREFIX {meant}: <{known[meant]}>;"
            " /api/v1/prefixes lists all"
        )
    return "declare it by PREFIX; /api/v1/prefixes lists those of this service"


def _nearest(prefix: str, known: Mapping[str, str]) -> str | None:
    """Return the known prefix that needs the fewest single slips, if they are few."""
    if len(prefix) < _SHORTEST:
        return None
    slips = max(1, len(prefix) // 3)
    found = process.extractOne(
        prefix, list(known), scorer=OSA.distance, processor=str.lower, score_cutoff=slips
    )
    return None if found is None else found[0]


def _declared(tokens: Sequence[Token]) -> dict[str, str]:
    return {
        name.text.removesuffix(":"): ""
        for keyword, name in pairwise(tokens)
        if keyword.is_word("prefix") and name.kind is TokenKind.PREFIXED_NAME
    }
