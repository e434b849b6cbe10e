"""What can be found: things of some kinds, with their names, as ``contents.yaml`` says."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from medrd_kg.kinds import kinds as listed_kinds
from medrd_kg.vocabulary import BASE

__all__ = ["SHOWN_ROLES", "Contents", "FoundKind", "Role", "contents"]


class Role(IntEnum):
    """What a text is to the thing that it is about, the more telling first."""

    LABEL = 0
    ALTERNATIVE = 1
    IDENTIFIER = 2
    HIDDEN = 3
    DEFINITION = 4
    TEXT = 5

    @property
    def is_name(self) -> bool:
        """Whether the text names the thing instead of describing it."""
        return self <= Role.HIDDEN


SHOWN_ROLES: Final = (Role.LABEL, Role.ALTERNATIVE, Role.IDENTIFIER)
"""Names that may be offered to readers."""


@dataclass(frozen=True, slots=True)
class FoundKind:
    """A kind of things that can be found.

    Attributes:
        name: The word for it in parameters.
        classes: IRIs of the classes whose instances are of the kind.
        iri_start: What the IRI of each begins with.
        label_ja: Its name for people in Japanese.
        label_en: Its name for people in English.
    """

    name: str
    classes: tuple[str, ...]
    iri_start: str
    label_ja: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What an index is made of.

    Attributes:
        kinds: The kinds, in the order in which they are told.
        roles: Role of the values of each property, by its IRI.
        legal_forms_of: Positions of the kinds whose names are also found without a legal form.
        synonyms_of: Names of the kinds whose names are words for the same thing.
        shortened_of: Positions of the kinds whose Japanese names readers shorten.
        last_words: Words that say what kind of body a name names, and shrink to their beginning.
        first_words: Words that shrink to their first character, or are left out.
        further_properties: Names in Japanese and English of the properties, by their IRI, that
            can be asked for beside those of the model.
        left_out_properties: IRIs of those of the model that cannot.
    """

    kinds: tuple[FoundKind, ...]
    roles: dict[str, Role]
    legal_forms_of: frozenset[int]
    synonyms_of: frozenset[str]
    shortened_of: frozenset[int]
    last_words: tuple[str, ...]
    first_words: tuple[str, ...]
    further_properties: dict[str, tuple[str, str]]
    left_out_properties: frozenset[str]


@cache
def contents() -> Contents:
    """Return what ``contents.yaml`` says.

    Raises:
        KeyError: It names a kind or a role that does not exist.
    """
    text = files("medrd_kg.search").joinpath("contents.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    kinds = tuple(map(_kind, table["kinds"]))
    names = [kind.name for kind in kinds]
    synonyms_of = frozenset(table["synonyms_of"])
    legal_forms_of = frozenset(table["legal_forms_of"])
    shortened = table["shortened"]
    shortened_of = frozenset(shortened["kinds"])
    unknown = (synonyms_of | legal_forms_of | shortened_of).difference(names)
    if unknown:
        raise KeyError(f"contents.yaml names unknown kinds: {sorted(unknown)}")
    roles = {iri: Role[name.upper()] for iri, name in table["properties"].items()}
    further = {iri: (own["ja"], own["en"]) for iri, own in table["further_properties"].items()}
    return Contents(
        kinds,
        roles,
        frozenset(map(names.index, legal_forms_of)),
        synonyms_of,
        frozenset(map(names.index, shortened_of)),
        tuple(shortened["last_words"]),
        tuple(shortened["first_words"]),
        further,
        frozenset(table["left_out_properties"]),
    )


def _kind(entry: str | dict[str, dict[str, Any]]) -> FoundKind:
    if isinstance(entry, str):
        kind = listed_kinds()[entry]
        return FoundKind(kind.name, (kind.class_iri,), kind.iri_start, kind.label.ja, kind.label.en)
    ((name, own),) = entry.items()
    ja, en = own["label"]["ja"], own["label"]["en"]
    return FoundKind(name, tuple(own["classes"]), f"{BASE}{own['iri']}", ja, en)
