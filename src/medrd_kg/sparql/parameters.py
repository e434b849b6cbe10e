"""Parameters of stored queries: their types, and values as RDF terms."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import model_validator as validates_model
from pyoxigraph import Literal as LiteralTerm
from pyoxigraph import NamedNode

from medrd_kg.kinds import Bilingual, Kind, kinds
from medrd_kg.vocabulary import PREFIXES, full_iri

__all__ = ["Name", "Parameter", "Scalar", "ValueType"]

Scalar = bool | int | float | str
"""A value as YAML or an address gives it."""

ValueType = Literal["iri", "string", "integer", "decimal", "boolean", "lang-string", "date-time"]
"""Types of parameters and columns."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$")]
"""A word of addresses: lower case, joined by dashes or underscores."""

_XSD = PREFIXES["xsd"]
_SUFFIXES = {"date-time": "datetime"}


class Parameter(BaseModel):
    """A value that callers may give.

    Attributes:
        name: As in the address; a dash becomes an underscore in the variable.
        type: What the value becomes.
        kind: For IRIs: the kind of thing, so that a slug is enough.
        language: For language-tagged strings: their language.
        default: Value when the caller gives none.
        optional: Whether the variable stays free when the caller gives no value.
        description: What it does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    type: ValueType
    kind: str | None = None
    language: Literal["ja", "en"] | None = None
    default: Scalar | None = None
    optional: bool = False
    description: Bilingual

    @property
    def variable(self) -> str:
        """Name of the variable that it replaces, without question mark."""
        suffix = self.language if self.type == "lang-string" else self.type
        stem = f"_{self.name.replace('-', '_')}"
        return stem if suffix == "string" else f"{stem}_{_SUFFIXES.get(str(suffix), suffix)}"

    @property
    def of_kind(self) -> Kind | None:
        """The kind of thing that it names, if any."""
        return kinds()[self.kind] if self.kind else None

    def term(self, value: Scalar) -> NamedNode | LiteralTerm:
        """Return ``value`` as the RDF term that replaces the variable.

        Raises:
            ValueError: The value is not of this parameter's type.
        """
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if self.type == "iri":
            return NamedNode(self.of_kind.named(text) if self.of_kind else full_iri(text))
        if self.type == "lang-string":
            return LiteralTerm(text, language=self.language)
        if self.type == "string":
            return LiteralTerm(text)
        return _typed(self.type, text)

    @validates_model(mode="after")
    def _check(self) -> Self:
        if self.kind is not None and (self.type != "iri" or self.kind not in kinds()):
            raise ValueError(f"{self.name}: kind {self.kind!r} needs type iri and a known kind")
        if (self.language is not None) != (self.type == "lang-string"):
            raise ValueError(f"{self.name}: language goes with type lang-string, and only there")
        if self.optional and self.default is not None:
            raise ValueError(f"{self.name}: an optional parameter has no default")
        if self.default is not None:
            self.term(self.default)
        return self


def _typed(type_name: str, text: str) -> LiteralTerm:
    """Return a typed literal whose lexical form is checked, since engines accept any."""
    checks = {
        "integer": lambda: text.removeprefix("-").isdecimal() and text.isascii(),
        "decimal": lambda: (
            text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()
        ),
        "boolean": lambda: text in {"true", "false"},
        "date-time": lambda: _is_date_time(text),
    }
    if not checks[type_name]():
        raise ValueError(f"{text!r} is not of type {type_name}")
    local_name = "dateTime" if type_name == "date-time" else type_name
    return LiteralTerm(text, datatype=NamedNode(f"{_XSD}{local_name}"))


def _is_date_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and "T" in text
    except ValueError:
        return False
