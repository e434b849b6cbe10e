"""Names of a query that the data do not know where they stand, and what may have been meant."""

from collections.abc import Iterator
from typing import Final

from medrd_kg.sparql.hints_asking import Asking
from medrd_kg.sparql.hints_found import Hint
from medrd_kg.sparql.hints_patterns import Part, Pattern, QueryParts
from medrd_kg.sparql.hints_terms import Role, term_index
from medrd_kg.store.base import Dataset

__all__ = ["UnknownNames"]

_RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SCHEMES: Final = {"http://": "https://", "https://": "http://"}
_JAPANESE: Final = {Role.PROPERTY: "プロパティ", Role.CLASS: "クラス", Role.OTHER: "名前"}


class UnknownNames:
    """The names of a query that do not occur in the data where they stand."""

    def __init__(self, asking: Asking, parts: QueryParts) -> None:
        """Look up every name of the query once."""
        self._asking = asking
        self._iris: dict[str, str] = {}
        self._unknown: dict[str, tuple[Part, Role]] = {}
        roles = _roles(parts)
        self._iris = asking.resolved([part for part, _ in roles.values()])
        for text, (part, role) in roles.items():
            iri = self._iris.get(text, _RDF_TYPE)
            if iri != _RDF_TYPE and self._known(iri, role) is False:
                self._unknown[text] = part, role

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._unknown)

    def occur_in(self, pattern: Pattern) -> bool:
        """Whether a pattern has an unknown name."""
        named = (pattern.subject, pattern.verb, pattern.object)
        return any(part.text in self._unknown for part in named if part.is_name)

    def hints(self) -> Iterator[Hint]:
        """Yield one hint a name."""
        for text, (part, role) in self._unknown.items():
            yield self._hint(part, self._iris[text], role)

    def _known(self, iri: str, role: Role) -> bool | None:
        """Whether a term occurs in the whole store in this role, or is declared at least."""
        term = f"<{iri}>"
        stated, valued, used = f"{term} ?p ?o", f"?s ?p {term}", f"?s {term} ?o"
        # Declared and unused, or used in another role: then its patterns tell more.
        either = (used, stated) if role is Role.PROPERTY else (stated, valued)
        branches = [f"{{ {each} }} UNION {{ GRAPH ?g {{ {each} }} }}" for each in either]
        return self._asking.holds(" UNION ".join(branches), Dataset())

    def _hint(self, part: Part, iri: str, role: Role) -> Hint:
        other = _other_scheme(iri)
        if other is not None and self._known(other, role):
            return self._asking.hint(
                "scheme",
                part,
                ja=f"{part.text} は http と https が逆です",
                en=f"{part.text} has http and https mixed up",
                suggestions=self._asking.compacted([other]),
            )
        meant = term_index(self._asking.store).nearest(iri, role)
        return self._asking.hint(
            f"unknown-{role.value}",
            part,
            ja=f"{_JAPANESE[role]} {part.text} はデータにありません",
            en=f"no {role.value} {part.text} is in the data",
            suggestions=self._asking.compacted(meant),
        )


def _roles(parts: QueryParts) -> dict[str, tuple[Part, Role]]:
    """Return each name with the place of its first occurrence and its role there."""
    found: dict[str, tuple[Part, Role]] = {}
    for pattern in parts.patterns:
        typed = pattern.verb.text in {"a", "rdf:type", f"<{_RDF_TYPE}>"}
        for part, role in (
            (pattern.subject, Role.OTHER),
            (pattern.verb, Role.PROPERTY),
            (pattern.object, Role.CLASS if typed else Role.OTHER),
        ):
            if part.is_name:
                found.setdefault(part.text, (part, role))
    for part in parts.names:
        found.setdefault(part.text, (part, Role.OTHER))
    return found


def _other_scheme(iri: str) -> str | None:
    for scheme, other in _SCHEMES.items():
        if iri.startswith(scheme):
            return other + iri.removeprefix(scheme)
    return None
