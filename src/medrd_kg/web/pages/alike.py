"""Names of programmes on pages: those that another programme bears too are told apart.

REST names things as the graph does, and tells them by their IRIs. Who reads a page sees names
alone, so that on pages the ministry, the years of the sheets or the sheet stands behind such names.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import orjson
from anyio import to_thread

from medrd_kg.linkage.alike import Distinction, distinctions
from medrd_kg.vocabulary import kind_iri
from medrd_kg.web.pages.words import LANGUAGES, words
from medrd_kg.web.state import Serving

__all__ = ["Additions", "additions", "amend", "told_apart"]

Additions = Mapping[str, Mapping[str, str]]
"""What is added to names, by the IRI of the programme and by language."""

_PROGRAMMES: Final = re.compile(rb'"(%b[^"]+)"' % re.escape(kind_iri("prg", "").encode()))
"""What stands for a programme in JSON."""
_KEY: Final = "pages/alike"


async def additions(served: Serving) -> Additions:
    """Return what is added to the names of programmes, of which others have the same name."""
    if served.tables is None:
        return {}
    kept = served.documents.get(_KEY)
    if kept is None:
        found = await to_thread.run_sync(distinctions, served.tables)
        kept = orjson.dumps({each.programme: _addition(each) for each in found})
        served.documents.put(_KEY, kept)
    return _read(kept)


@lru_cache(maxsize=4)
def _read(kept: bytes) -> Additions:
    """Read what is kept; there may be thousands, and every answer on a page needs them."""
    told: Additions = orjson.loads(kept)
    return told


async def told_apart(served: Serving, document: bytes) -> bytes:
    """Return an answer in JSON with names of programmes told apart.

    Args:
        served: What is served.
        document: The answer; things have ``id`` and ``label``.
    """
    named = _PROGRAMMES.findall(document)
    if not named:
        return document
    added = await additions(served)
    # Most answers name none of them, which is told much faster than each thing is looked at.
    if added.keys().isdisjoint(each.decode() for each in named):
        return document
    answer = orjson.loads(document)
    return orjson.dumps(answer) if amend(answer, added) else document


def amend(value: object, added: Additions) -> bool:
    """Amend the labels of things in a value; return whether there was any to amend.

    What a thing is called by itself is kept beside its label, as ``ownLabel``.
    """
    if isinstance(value, list | tuple):
        return sum(amend(each, added) for each in value) > 0  # all of them are amended
    if not isinstance(value, dict):
        return False
    changed = sum(amend(each, added) for each in value.values()) > 0
    own = added.get(value["id"]) if isinstance(value.get("id"), str) else None
    label = value.get("label")
    if own is None or not isinstance(label, dict) or "ownLabel" in value:
        return changed
    value["ownLabel"] = label
    value["label"] = {language: f"{text}{own[language]}" for language, text in label.items()}
    return True


def _addition(each: Distinction) -> dict[str, str]:
    return {language: _told(each, language) for language in LANGUAGES}


def _told(each: Distinction, language: str) -> str:
    t = words(language).alike
    parts = []
    if each.ministries is not None:
        parts.append(t.joint.join(each.ministries[language]))
    if each.is_sheetless:
        parts.append(t.no_sheet)
    if each.years is not None:
        first, last = each.years
        parts.append(
            t.one_year.format(year=first)
            if first == last
            else t.years.format(first=first, last=last)
        )
    if each.sheet is not None:
        parts.append(each.sheet)
    return t.behind.format(told=t.joint.join(parts)) if parts else ""
