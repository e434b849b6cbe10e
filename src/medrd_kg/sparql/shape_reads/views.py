"""The data as a check sees them: one graph, as it is, as it was, or both together."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

__all__ = ["Match", "Node", "Term", "View"]

Node = NamedNode | BlankNode | Triple
Term = NamedNode | BlankNode | Literal | Triple
Match = Callable[[Node | None, NamedNode | None, Term | None], Iterator[Triple]]
"""Finds the statements of a pattern; None stands for anything."""

_TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_SUBCLASS: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


class View:
    """Statements of a store with some more and without some."""

    def __init__(
        self, match: Match, *, more: Collection[Triple] = (), without: Collection[Triple] = ()
    ) -> None:
        """See a store.

        Args:
            match: Finds statements of the store.
            more: Statements that are seen beside those of the store.
            without: Statements of the store that are not seen.
        """
        self._match = match
        self._without = frozenset(without)
        self._about: dict[Node, list[Triple]] = defaultdict(list)
        self._to: dict[Term, list[Triple]] = defaultdict(list)
        for triple in more:
            self._about[triple.subject].append(triple)
            self._to[triple.object].append(triple)
        self._superclasses: dict[NamedNode, frozenset[Triple]] = {}

    def about(self, node: Term, predicate: NamedNode | None) -> Iterator[Triple]:
        """Yield the statements about a node, with one predicate or with any."""
        if not isinstance(node, Literal):
            for triple in self._match(node, predicate, None):
                if triple not in self._without:
                    yield triple
            for triple in self._about.get(node, ()):
                if predicate is None or triple.predicate == predicate:
                    yield triple

    def to(self, node: Term, predicate: NamedNode | None) -> Iterator[Triple]:
        """Yield the statements whose object a term is, with one predicate or with any."""
        for triple in self._match(None, predicate, node):
            if triple not in self._without:
                yield triple
        for triple in self._to.get(node, ()):
            if predicate is None or triple.predicate == predicate:
                yield triple

    def everything(self) -> Iterator[Triple]:
        """Yield all statements."""
        for triple in self._match(None, None, None):
            if triple not in self._without:
                yield triple
        for triples in self._about.values():
            yield from triples

    def typing(self, node: Term) -> set[Triple]:
        """Return all statements that say of which classes a node is an instance."""
        found = set(self.about(node, _TYPE))
        for triple in tuple(found):
            if isinstance(triple.object, NamedNode):
                found |= self._above(triple.object)
        return found

    def classes(self, node: Term) -> set[NamedNode]:
        """Return the classes of which a node is an instance, by subclass as well."""
        return {each.object for each in self.typing(node) if isinstance(each.object, NamedNode)}

    def instances(self, cls: Node) -> Iterator[Node]:
        """Yield the instances of a class, by subclass as well; some of them repeatedly."""
        below, waiting = {cls}, [cls]
        while waiting:
            current = waiting.pop()
            yield from (each.subject for each in self.to(current, _TYPE))
            fresh = {each.subject for each in self.to(current, _SUBCLASS)} - below
            below |= fresh
            waiting.extend(fresh)

    def _above(self, cls: NamedNode) -> frozenset[Triple]:
        """Return the subclass axioms on all ways up from a class."""
        if cls not in self._superclasses:
            found: set[Triple] = set()
            known: set[Term] = {cls}
            waiting: list[Term] = [cls]
            while waiting:
                axioms = set(self.about(waiting.pop(), _SUBCLASS))
                found |= axioms
                fresh = {each.object for each in axioms} - known
                known |= fresh
                waiting.extend(fresh)
            self._superclasses[cls] = frozenset(found)
        return self._superclasses[cls]
