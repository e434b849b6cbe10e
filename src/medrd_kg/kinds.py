"""Kinds of things as parameters and paths name them, read from ``kinds.yaml``."""

from functools import cache
from importlib.resources import files
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

from medrd_kg.vocabulary import BASE, MRD, full_iri

__all__ = ["Bilingual", "Kind", "kinds"]


class Bilingual(BaseModel):
    """A text in Japanese and English."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Kind(BaseModel):
    """One kind of thing.

    Attributes:
        name: The word in parameters, singular.
        collection: The word in REST paths, plural.
        class_name: Local name of the class whose instances are members.
        iri_path: Where members' IRIs begin, below the common base.
        label: Its name for people.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    collection: str
    class_name: str = Field(alias="class")
    iri_path: str = Field(alias="iri")
    label: Bilingual

    @property
    def class_iri(self) -> str:
        """IRI of the class."""
        return f"{MRD}{self.class_name}"

    @property
    def iri_start(self) -> str:
        """What every member's IRI begins with."""
        return f"{BASE}{self.iri_path}"

    def iri(self, slug: str) -> str:
        """Return the IRI of the member ``slug``; whether it exists is another question."""
        return f"{self.iri_start}{slug}"

    def named(self, given: str) -> str:
        """Return the IRI of the member that a caller names; whether it exists is another question.

        Args:
            given: A slug, a concept's local name, a prefixed name, or an IRI.

        >>> {kinds()["purpose"].named(each)
        ...  for each in ("prevention", "purpose-prevention", "mrds:purpose-prevention")}
        {'https://w3id.org/medrd-kg/schemes#purpose-prevention'}
        """
        if ":" in given:
            return full_iri(given)
        # What stands between the namespace and the slug, such as "purpose-".
        stem = self.iri_path.partition("#")[2]
        return self.iri(given.removeprefix(stem))

    def slug(self, iri: str) -> str | None:
        """Return the slug in ``iri``, or None when it cannot be of this kind."""
        slug = iri.removeprefix(self.iri_start)
        return slug if slug != iri and slug and "/" not in slug else None

    @classmethod
    def read(cls, name: str, entry: dict[str, object]) -> Self:
        """Build a kind from its entry in the table."""
        return cls.model_validate({"name": name, **entry})


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by its parameter word.

    >>> kinds()["disease-area"].iri("cancer")
    'https://w3id.org/medrd-kg/schemes#disease-cancer'
    >>> kinds()["project"].slug("https://w3id.org/medrd-kg/id/project/drugs")
    'drugs'
    """
    table = files("medrd_kg").joinpath("kinds.yaml").read_text(encoding="utf-8")
    return {name: Kind.read(name, entry) for name, entry in yaml.safe_load(table).items()}
