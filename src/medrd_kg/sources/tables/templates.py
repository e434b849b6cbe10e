"""URI templates of a mapping (RFC 6570), with the prefixes that may stand before them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import uritemplate
from csvw.metadata_utils import NAMESPACES
from pyoxigraph import NamedNode

from medrd_kg.vocabulary import PREFIXES

__all__ = ["EmptyVariable", "Template", "expanded"]

_PREFIXED: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(?!//)(.*)", re.DOTALL)
_ABSOLUTE: Final = re.compile(r"https?://|urn:|tag:|info:|mailto:|\{")
"""What absolute IRIs begin with; anything else before a colon would pass for a scheme as well."""


class EmptyVariable(ValueError):
    """A template speaks of a cell that is empty; the message is the name of its column."""


def expanded(text: str) -> str:
    """Return a template with its prefix written out.

    The prefixes of this service come first, then those of RDFa's initial context, which CSVW
    knows.

    Raises:
        ValueError: It is no absolute IRI, and nobody has declared such a prefix.

    >>> expanded("prg:{id}"), expanded("urn:x")
    ('https://w3id.org/medrd-kg/id/programme/{id}', 'urn:x')
    """
    if _ABSOLUTE.match(text):
        return text
    found = _PREFIXED.fullmatch(text)
    namespace = found and (PREFIXES.get(found[1]) or NAMESPACES.get(found[1]))
    if found is None or namespace is None:
        raise ValueError(
            f"{text!r} is neither an absolute IRI nor begins with a known prefix"
            f" ({', '.join(PREFIXES)})"
        )
    return f"{namespace}{found[2]}"


@dataclass(frozen=True)
class Template:
    """A template of an IRI.

    Attributes:
        written: As the mapping has it.
    """

    written: str

    @cached_property
    def text(self) -> str:
        """The template with its prefix written out."""
        return expanded(self.written)

    @cached_property
    def _parsed(self) -> uritemplate.URITemplate:
        return uritemplate.URITemplate(self.text)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the columns that it speaks of."""
        return tuple(self._parsed.variable_names)

    @cached_property
    def _constant(self) -> NamedNode | None:
        return None if self.variables else _node(self._parsed.expand())

    def expand(self, values: Mapping[str, str | Sequence[str]]) -> NamedNode:
        """Return the IRI for a row.

        Args:
            values: What stands in the columns, by name; empty cells are absent.

        Raises:
            EmptyVariable: A column that it speaks of is empty.
            ValueError: The outcome is no absolute IRI.
        """
        if self._constant is not None:
            return self._constant
        for variable in self.variables:
            if not values.get(variable):
                raise EmptyVariable(variable)
        return _node(self._parsed.expand(dict(values)))


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise ValueError("its IRI is not absolute, or has characters that no IRI has") from error
