"""Manifests and results in the words of the API's two versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.matching import Candidate
from medrd_kg.search.reconciliation.requests import MAX_BATCH
from medrd_kg.search.reconciliation.suggesting import type_of
from medrd_kg.vocabulary import BASE, MRD

__all__ = ["Addresses", "draft_manifest", "draft_results", "manifest", "preview", "results"]

PREVIEW_WIDTH: Final = 430
PREVIEW_HEIGHT: Final = 220
"""Size in pixels of the frame that shows a preview."""

_DEFAULT_TYPES: Final = (
    "organization",
    "programme",
    "project",
    "disease-area",
    "modality",
    "technology",
)

_FEATURES: Final = {
    "name": {"ja": "名称の近さ", "en": "likeness of the name"},
    "conditions": {"ja": "満たす条件の割合", "en": "share of the conditions met"},
    "popularity": {"ja": "参照の多さ", "en": "how often referred to"},
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the service is to be reached; each below ``base``.

    Attributes:
        base: The service, such as ``https://example.org/reconcile``, without a slash at the end.
        view: Address of a thing's page, with ``{{id}}`` for its IRI.
        preview: Address of a thing's preview, with ``{{id}}`` for its IRI.
        documentation: Address of the documentation.
        query: What ends the paths of other addresses, such as ``?release=…``, or nothing.
    """

    base: str
    view: str
    preview: str
    documentation: str
    query: str = ""


def manifest(index: SearchIndex, at: Addresses, *, version: str, language: str = "ja") -> Json:
    """Return the manifest of version 0.2.

    Args:
        index: Whose kinds are offered as types.
        at: Where the service is to be reached.
        version: Of the program.
        language: Language of names, ``ja`` or ``en``.
    """
    return {
        "versions": ["0.2"],
        "name": _name(language),
        "identifierSpace": BASE,
        "schemaSpace": str(MRD),
        "documentation": at.documentation,
        "serviceVersion": version,
        "defaultTypes": [type_of(index, kind, language) for kind in _DEFAULT_TYPES],
        "view": {"url": at.view},
        "preview": {"url": at.preview, "width": PREVIEW_WIDTH, "height": PREVIEW_HEIGHT},
        "suggest": {
            what: {"service_url": at.base, "service_path": f"/suggest/{what}{at.query}"}
            for what in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {
                "service_url": at.base,
                "service_path": f"/extend/propose{at.query}",
            },
            "property_settings": [{"type": "number", "default": 0, **_limit(language)}],
        },
        "batchSize": MAX_BATCH,
    }


def draft_manifest(
    index: SearchIndex, at: Addresses, *, version: str, language: str = "ja"
) -> Json:
    """Return the manifest of the 1.0 draft; see `manifest`."""
    setting = _limit(language)
    return {
        "versions": ["1.0-draft"],
        "name": _name(language),
        "documentation": at.documentation,
        "serviceVersion": version,
        "defaultTypes": [type_of(index, kind, language) for kind in _DEFAULT_TYPES],
        "view": {"url": at.view.replace("{{id}}", "{id}")},
        "preview": {"width": PREVIEW_WIDTH, "height": PREVIEW_HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {
                    "type": "number",
                    "default": 0,
                    "id": setting["name"],
                    "name": setting["label"],
                    "helpText": setting["help_text"],
                }
            ],
        },
        "batchSize": MAX_BATCH,
        "standardizedScore": True,
    }


def results(
    index: SearchIndex, found: Mapping[str, Iterable[Candidate]], *, language: str = "ja"
) -> Json:
    """Return the result batch of version 0.2."""
    return {
        key: {"result": [_candidate(index, each, language) for each in candidates]}
        for key, candidates in found.items()
    }


def draft_results(
    index: SearchIndex, found: Iterable[Iterable[Candidate]], *, language: str = "ja"
) -> Json:
    """Return the result batch of the 1.0 draft, in the order of the queries."""
    return {
        "results": [
            {"candidates": [_candidate(index, each, language) for each in candidates]}
            for candidates in found
        ]
    }


def preview(index: SearchIndex, iri: str, *, language: str = "ja") -> Json | None:
    """Return what a preview of a thing shows; None when there is no such thing.

    Args:
        index: Where to look.
        iri: The thing.
        language: Preferred language, ``ja`` or ``en``.

    Returns:
        ``id``, ``name``, ``label`` by language, ``types``, ``names`` and ``definitions`` (each a
        list of ``value`` and ``lang``).
    """
    with index.reading(1.0) as connection:
        row = connection.execute(
            "SELECT id, kinds, label_ja, label_en FROM subject WHERE iri = ?", (iri,)
        ).fetchone()
        if row is None:
            return None
        number, kinds, japanese, english = row
        texts = connection.execute(
            "SELECT role, language, value FROM name WHERE subject = ? AND role IN (1, 2, 4)"
            " ORDER BY language <> ?, id",
            (number, language),
        ).fetchall()
    name = (english or japanese) if language == "en" else (japanese or english)
    by_language = {"ja": japanese, "en": english}
    return {
        "id": iri,
        "name": name or iri,
        "label": {tag: label for tag, label in by_language.items() if label is not None},
        "types": [type_of(index, kind, language) for kind in index.names_of(kinds)],
        "names": [{"value": text, "lang": tag} for role, tag, text in texts if role in {1, 2}],
        "definitions": [
            {"value": text, "lang": tag} for role, tag, text in texts if role not in {1, 2}
        ],
    }


def _candidate(index: SearchIndex, each: Candidate, language: str) -> Json:
    values = {
        "name": each.name_score,
        "conditions": each.conditions_met,
        "popularity": each.popularity,
    }
    described = {} if each.description is None else {"description": each.description}
    return {
        "id": each.iri,
        "name": each.name,
        **described,
        "type": [type_of(index, kind, language) for kind in each.kinds],
        "score": each.score,
        "match": each.match,
        "features": [
            {"id": feature, "name": _FEATURES[feature][language], "value": value}
            for feature, value in values.items()
        ],
    }


def _name(language: str) -> str:
    return "MedR&D Knowledge Graph" if language == "en" else "医療分野研究開発 知識グラフ"


def _limit(language: str) -> dict[str, str]:
    """Return the one setting that a property of a data extension query has."""
    if language == "en":
        return {"name": "limit", "label": "Limit", "help_text": "Most values (0 for all)"}
    return {"name": "limit", "label": "上限", "help_text": "値の最大数（0はすべて）"}
