"""Small questions about the data that advice on an empty answer asks, within a time."""

import re
import time
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.kinds import Bilingual
from medrd_kg.sparql.hints_found import Hint
from medrd_kg.sparql.hints_patterns import Part, Pattern
from medrd_kg.sparql.screening import declared_prefixes
from medrd_kg.store.base import Dataset, QueryFault, Store
from medrd_kg.store.datasets import described_dataset
from medrd_kg.store.lexing import position
from medrd_kg.store.outline import outline

__all__ = ["Asking", "readable"]

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LOCAL: Final = re.compile(r"\w[\w\-]*")
_LONGEST_SAMPLE: Final = 60
_FEW: Final = 20_000


class Asking:
    """Asks a store about the parts of one query, in the query's own words and dataset."""

    def __init__(
        self, store: Store, text: str, dataset: Dataset, *, base_iri: str | None, seconds: float
    ) -> None:
        """Prepare to ask.

        Args:
            store: What is asked.
            text: A query that parses.
            dataset: The dataset of the request; it overrides FROM.
            base_iri: Base of relative IRIs.
            seconds: After this time `holds` and the rest say nothing more.
        """
        self.store = store
        self.text = text
        self._base_iri = base_iri
        found = outline(text)
        self._prologue = found.prologue
        own = described_dataset(found, base_iri)
        self.dataset = own if dataset.is_empty else dataset
        self.clauses = () if not dataset.is_empty else found.clauses
        self._ends = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._ends

    @cached_property
    def graphs(self) -> tuple[str, ...]:
        """IRIs of the named graphs of the store, sorted."""
        return tuple(sorted(self.store.graphs()))

    def holds(self, pattern: str, dataset: Dataset | None = None) -> bool | None:
        """Whether a pattern has a match; None when that cannot be told any more.

        Args:
            pattern: In the words of the query, under its prefixes.
            dataset: Another one than the query's.
        """
        if self.is_over:
            return None
        try:
            asked = f"{self._prologue}\nASK {{ {pattern} }}"
            return self.store.query(
                asked, dataset=self.dataset if dataset is None else dataset, base_iri=self._base_iri
            ).boolean()
        except QueryFault:
            return None

    def samples(self, pattern: Pattern, number: int = 3) -> tuple[str, ...]:
        """Return some objects that the pattern would have had, as SPARQL terms."""
        if self.is_over:
            return ()
        inner = Pattern(
            Part("[]", 0, pattern.subject.kind, simple=False),
            pattern.verb,
            Part("?sampled", 0, pattern.subject.kind),
            pattern.graph,
            pattern.required,
        )
        asked = (
            f"{self._prologue}\nSELECT DISTINCT ?sampled WHERE {{ {{ SELECT ?sampled WHERE"
            f" {{ {inner.spelt()} }} LIMIT 50 }} }} LIMIT {number}"
        )
        try:
            rows = self.store.query(asked, dataset=self.dataset, base_iri=self._base_iri).rows()
            terms = [row["sampled"] for row in rows if "sampled" in row]
        except QueryFault:
            return ()
        return tuple(
            self.compact(each.value) if isinstance(each, NamedNode) else readable(str(each))
            for each in terms
            if isinstance(each, NamedNode | Literal)
        )

    def resolved(self, names: Sequence[Part]) -> dict[str, str]:
        """Return the full IRIs of names as written.

        Args:
            names: IRIs, prefixed names and ``a``.
        """
        written = list(dict.fromkeys(name.text for name in names if name.text != "a"))
        found = {"a": _RDF_TYPE}
        if not written:
            return found
        projected = " ".join(f"({name} AS ?n{i})" for i, name in enumerate(written))
        try:
            answer = self.store.query(
                f"{self._prologue}\nSELECT {projected} {{}}",
                dataset=Dataset(),
                base_iri=self._base_iri,
            )
            row = next(answer.rows())
        except (QueryFault, StopIteration):
            return found
        for i, name in enumerate(written):
            term = row.get(f"n{i}")
            if isinstance(term, NamedNode):
                found[name] = term.value
        return found

    def few(self, pattern: Pattern) -> bool:
        """Whether a pattern has so few matches that joining from it is cheap."""
        if self.is_over:
            return False
        asked = f"{self._prologue}\nSELECT * WHERE {{ {pattern.spelt()} }} LIMIT {_FEW + 1}"
        try:
            rows = self.store.query(asked, dataset=self.dataset, base_iri=self._base_iri).rows()
            return sum(1 for _ in rows) <= _FEW
        except QueryFault:
            return False

    def hint(
        self, kind: str, part: Part | None, *, ja: str, en: str, suggestions: Iterable[str] = ()
    ) -> Hint:
        """Return a hint about a part of the query.

        Args:
            kind: What kind of cause.
            part: What it is about; None where that stands outside of the text.
            ja: The cause in Japanese.
            en: The same in English.
            suggestions: What may have been meant, as SPARQL terms.
        """
        line, column = (None, None) if part is None else position(self.text, part.start)
        return Hint(kind, Bilingual(ja=ja, en=en), line, column, tuple(suggestions))

    def compact(self, iri: str) -> str:
        """Return an IRI as this query can write it."""
        for prefix, namespace in self._prefixes.items():
            local = iri.removeprefix(namespace)
            if local != iri and _LOCAL.fullmatch(local):
                return f"{prefix}:{local}"
        return f"<{iri}>"

    def compacted(self, iris: Iterable[str]) -> tuple[str, ...]:
        """Return IRIs as this query can write them."""
        return tuple(self.compact(iri) for iri in iris)

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        """The query's own prefixes, those with the longest namespaces first."""
        declared = declared_prefixes(self.text)
        return dict(sorted(declared.items(), key=lambda item: -len(item[1])))


def readable(literal: str) -> str:
    """Return a literal of SPARQL as people write it: integers and decimals are bare.

    >>> readable('"5"^^<http://www.w3.org/2001/XMLSchema#integer>')
    '5'
    """
    for name in ("integer", "decimal"):
        typed = f'"^^<{_XSD}{name}>'
        if literal.endswith(typed):
            return literal.removesuffix(typed)[1:]
    return literal if len(literal) <= _LONGEST_SAMPLE else f"{literal[:_LONGEST_SAMPLE]}…"
