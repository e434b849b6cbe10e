"""The operations of REST and SPARQL as a page, made of the OpenAPI document.

OpenAPI has no place for languages: what it says in both stands there as ``text / 文``, the rest in
English. ``api_words.yaml`` has the Japanese of the latter.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson
import yaml
from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.sentence_forms import Forms, read_forms, worded
from medrd_kg.sparql.negotiation import accepted_language
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.site import language_of, render
from medrd_kg.web.pages.words import LANGUAGES
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import serving

__all__ = ["API_PAGES", "api", "in_language"]

_GROUPS: Final = {
    "questions": ("questions", "search", "evidence", "linking", "review"),
    "stored": ("stored queries",),
    "collections": (),
    "sparql": ("SPARQL", "dereferencing"),
    "releases": ("releases",),
    "reconciliation": ("reconciliation",),
    "service": ("service", "administration"),
}
"""Sections of the page, with the tags of their operations; collections have all other tags."""

_METHODS: Final = ("get", "put", "post", "delete")
_COMMON: Final = 40
"""Operations that take a parameter, from which on it is explained once for all of them."""

_MANY: Final = 12
"""Values that are listed; more of them are told by the operation that lists them."""

_BILINGUAL: Final = re.compile(
    r"(?P<begin>List |One of the |)(?P<en>.+?) / (?P<ja>.*?[ぁ-ゖァ-ヺ一-鿿].*?)"
    r"(?P<end> ?A slug or IRI of a [a-z-]+\.|)",
    re.DOTALL,
)


async def api(request: Request) -> Response:
    """Answer with the page; at ``/api`` in the language that the reader prefers."""
    served = serving(request)
    refuse_parameters(request)
    is_chosen = request.url.path.lstrip("/").partition("/")[0] in LANGUAGES
    accepted = request.headers.get("accept-language")
    language = language_of(request) if is_chosen else accepted_language(accepted)
    key = f"pages/api.{language}"
    kept = served.documents.get(key)
    if kept is None:
        document = await ask(request, "/openapi.json")
        kept = orjson.dumps(_described(document, language))
        served.documents.put(key, kept)
    headers = {} if is_chosen else {"Vary": "Accept-Language"}
    values = orjson.loads(kept)
    return render(request, "api.html", values, language=language, headers=headers)


def in_language(text: str, language: str) -> str:
    """Return a text of the OpenAPI document in a language; in English where it is all there is.

    >>> in_language("List topics / 重点事項", "ja"), in_language("List topics / 重点事項", "en")
    ('重点事項の一覧', 'List topics')
    >>> in_language("Most steps.", "ja")
    '最大の段数。'
    """
    found = _BILINGUAL.fullmatch(text)
    if found is None:
        return text if language == "en" else worded(text, _forms(), _kinds()) or text
    if language == "en":
        return f"{found['begin']}{found['en']}{found['end']}".strip()
    if found["begin"]:
        return worded(f"{found['begin']}{found['ja']}", _forms()) or text
    end = found["end"].strip()
    # The sentence that precedes this one has a full stop of the English kind.
    begin = f"{found['ja'].removesuffix('.')}。" if end else found["ja"]
    return f"{begin}{worded(end, _forms(), _kinds()) or ''}"


def _described(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return the operations by section, and what many of them take, in a language."""
    listed = [
        (method, path, operations[method])
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    ]
    counted = Counter(
        (each["name"], each["description"])
        for _, _, described in listed
        for each in described.get("parameters", [])
    )
    common = {name: text for (name, text), count in counted.items() if count >= _COMMON}
    group_of = {tag: name for name, tags in _GROUPS.items() for tag in tags}
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in _GROUPS}
    shared: dict[str, dict[str, Any]] = {}
    for method, path, described in listed:
        own = []
        also = []
        for each in described.get("parameters", []):
            told = _parameter(each, language)
            if common.get(each["name"]) == each["description"]:
                shared.setdefault(each["name"], told)
                also.append(each["name"])
            else:
                own.append(told)
        is_askable = method == "get" and "{" not in path
        groups[group_of.get(described["tags"][0], "collections")].append(
            {
                "method": method.upper(),
                "path": path,
                "is_askable": is_askable and not any(each["is_required"] for each in own),
                "summary": in_language(described["summary"], language),
                "description": in_language(described.get("description", ""), language),
                "parameters": own,
                "shared": also,
            }
        )
    return {"groups": list(groups.items()), "shared": list(shared.values())}


def _parameter(described: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "name": described["name"],
        "is_required": described["required"],
        "text": in_language(described["description"], language),
        **_values(described["schema"]),
    }


def _values(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a parameter may be, as far as few words tell it."""
    found = schema.get("items", schema)
    listed = [str(each) for each in found.get("enum", ())]
    default = schema.get("default")
    if isinstance(default, bool):
        default = str(default).lower()
    if isinstance(default, list):
        default = ", ".join(map(str, default))
    return {
        "values": listed if len(listed) <= _MANY else [],
        "least": found.get("minimum"),
        "most": found.get("maximum"),
        "default": None if default is None else str(default),
    }


@cache
def _forms() -> Forms:
    text = files("medrd_kg.web.pages").joinpath("api_words.yaml").read_text("utf-8")
    return read_forms(yaml.safe_load(text))


@cache
def _kinds() -> Mapping[str, Forms]:
    return {"kind": read_forms({each.name: each.label.ja for each in kinds().values()})}


API_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {"/api": api}
"""Paths after the language."""
