"""Things as JSON: the triples of a thing under the names of the context.

An item holds every triple of its subject whose property, or class, has a name in the context. What
other vocabularies say over again (superproperties) and unbounded inverses have none; `/id/…` gives
all triples as RDF. Things that it links to carry their labels, so that a reader needs no second
request to know what they are.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from anyio import to_thread
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from medrd_kg.sparql.evaluation import Evaluator
from medrd_kg.store.base import Row, Term
from medrd_kg.vocabulary import MRD, PREFIXES
from medrd_kg.web.context import LANGUAGE, LINK, Property, Vocabulary

__all__ = ["Item", "generic", "plain", "read_batches", "read_items", "values_block"]

Item = dict[str, Any]
"""A JSON object with ``id``, ``type``, ``label``, ``evidence`` and further properties."""

_TYPE: Final = f"{PREFIXES['rdf']}type"
_LABEL: Final = f"{PREFIXES['rdfs']}label"
_STATED_IN: Final = f"{MRD}statedIn"
_XSD: Final = PREFIXES["xsd"]
_INTEGER: Final = f"{_XSD}integer"
_BOOLEAN: Final = f"{_XSD}boolean"

_FIRST: Final = ("id", "slug", "href", "type", "label", "definition", "evidence")
"""Members that come first, in this order; the rest follows by name."""

_AT_ONCE: Final = 20
"""Most things that are represented in the event loop, at about a tenth of a millisecond each."""

_BATCH: Final = 500
"""Things read by one query; larger ones are no faster and hold up others longer."""

_UNIT_MEMBERS: Final = ("unitId", "sectionNumber", "paragraphNumber", "sentenceNumber")


@dataclass
class Statements:
    """What the store says of some subjects.

    Attributes:
        of: Subject to its predicate-object pairs.
    """

    of: dict[str, list[tuple[str, Term]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows with the variables ``s``, ``p`` and ``o``."""
        for row in rows:
            self.of[_name(row["s"])].append((_name(row["p"]), row["o"]))

    def objects(self, predicates: Collection[str]) -> list[str]:
        """Return the IRIs that stand as objects of some predicates, sorted."""
        wanted = frozenset(predicates)
        return sorted(
            {
                term.value
                for pairs in self.of.values()
                for name, term in pairs
                if name in wanted and isinstance(term, NamedNode)
            }
        )


def values_block(variable: str, iris: Iterable[str]) -> str:
    """Return a VALUES block that binds ``variable`` to each of some IRIs."""
    return f"VALUES ?{variable} {{ {' '.join(str(NamedNode(iri)) for iri in iris)} }}"


async def read_items(
    evaluator: Evaluator, vocabulary: Vocabulary, iris: Sequence[str]
) -> dict[str, Item]:
    """Read things and return them as JSON, by IRI in the order given; see `read_batches`."""
    items: dict[str, Item] = {}
    async for batch in read_batches(evaluator, vocabulary, iris):
        items |= batch
    return items


async def read_batches(
    evaluator: Evaluator, vocabulary: Vocabulary, iris: Sequence[str]
) -> AsyncIterator[dict[str, Item]]:
    """Read things and yield them as JSON, some at a time, by IRI in the order given.

    Three queries serve a batch of things: their triples, the labels of what they link to, and the
    numbers of the document units that they cite. What an earlier batch has asked is not asked
    again, because the things of a collection link to much the same.

    Args:
        evaluator: Whom to ask.
        vocabulary: The JSON names.
        iris: The things; those of which nothing is said are left out.
    """
    surroundings = _Surroundings(evaluator, vocabulary)
    for start in range(0, len(iris), _BATCH):
        batch = iris[start : start + _BATCH]
        told = Statements()
        told.add(
            await evaluator.select(
                f"SELECT ?s ?p ?o WHERE {{ {values_block('s', batch)} ?s ?p ?o }}"
            )
        )
        links = await surroundings.of(told)

        def represented(
            batch: Sequence[str] = batch, told: Statements = told, links: "_Links" = links
        ) -> dict[str, Item]:
            found = (iri for iri in batch if iri in told.of)
            return {iri: represent(vocabulary, iri, told.of[iri], links) for iri in found}

        # Many things take long enough to hold up other requests.
        many = len(batch) > _AT_ONCE
        yield await to_thread.run_sync(represented) if many else represented()


class _Surroundings:
    """What is to be said of the things that some things link to, asked once each."""

    def __init__(self, evaluator: Evaluator, vocabulary: Vocabulary) -> None:
        self._evaluator = evaluator
        self._properties = [
            each.iri for each in vocabulary.properties.values() if each.values == LINK
        ]
        self._links = _Links(vocabulary)
        self._linked: set[str] = set()
        self._cited: set[str] = set()

    async def of(self, told: Statements) -> "_Links":
        """Return the links, with those that some statements need."""
        if linked := _new(told.objects(self._properties), self._linked):
            labels = await self._evaluator.select(
                f"SELECT ?s (<{_LABEL}> AS ?p) ?o"
                f" WHERE {{ {values_block('s', linked)} ?s <{_LABEL}> ?o }}"
            )
            self._links.add_labels(labels)
        if cited := _new(told.objects([_STATED_IN]), self._cited):
            members = ", ".join(f"<{MRD}{name}>" for name in _UNIT_MEMBERS)
            numbers = await self._evaluator.select(
                f"SELECT ?s ?p ?o WHERE {{ {values_block('s', cited)} ?s ?p ?o"
                f" FILTER (?p IN ({members})) }}"
            )
            self._links.add_numbers(numbers)
        return self._links


def _new(iris: Iterable[str], known: set[str]) -> list[str]:
    """Return the IRIs that are not yet known, and take note of them."""
    found = [iri for iri in iris if iri not in known]
    known.update(found)
    return found


class _Links:
    """Linked things as JSON, each made once: items that link to the same share one object.

    What is said of a thing depends on how it is linked, never on what else is on the page: a unit
    that is cited as evidence comes with its numbers, one that is linked otherwise with its label.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._labels = Statements()
        self._numbers = Statements()
        self._made: dict[tuple[str, bool], Item] = {}

    def add_labels(self, rows: Sequence[Row]) -> None:
        """Take the labels of linked things, as `Statements.add` does."""
        self._labels.add(rows)
        self._forget(rows)

    def add_numbers(self, rows: Sequence[Row]) -> None:
        """Take the numbers of units that are cited, as `Statements.add` does."""
        self._numbers.add(rows)
        self._forget(rows)

    def _forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            for is_cited in (False, True):
                self._made.pop((_name(row["s"]), is_cited), None)

    def get(self, term: Term, *, is_cited: bool = False) -> Item:
        """Return a linked thing with what is to be said of it.

        Args:
            term: The thing.
            is_cited: Whether it is evidence.
        """
        if not isinstance(term, NamedNode):
            return generic(term)
        iri = term.value
        made = self._made.get((iri, is_cited))
        if made is None:
            said: dict[str, list[Term]] = defaultdict(list)
            for told in (self._labels, self._numbers) if is_cited else (self._labels,):
                for predicate, value in told.of.get(iri, ()):
                    said[predicate].append(value)
            made = {"id": iri}
            for predicate, values in sorted(said.items()):
                shown = self._vocabulary.properties.get(predicate)
                if shown is not None:
                    made[shown.name] = _value(shown, _ordered(values), generic)
            self._made[iri, is_cited] = made
        return made


def represent(
    vocabulary: Vocabulary,
    iri: str,
    pairs: Sequence[tuple[str, Term]],
    links: _Links,
) -> Item:
    """Return one thing as JSON.

    Args:
        vocabulary: The JSON names.
        iri: The thing.
        pairs: Its predicates and objects.
        links: The things that it links to.
    """
    values: dict[str, list[Term]] = defaultdict(list)
    for predicate, term in pairs:
        values[predicate].append(term)
    types = [vocabulary.classes.get(_name(term)) for term in values.pop(_TYPE, [])]
    item: Item = {"label": {}, "evidence": []}
    item["type"] = sorted(name for name in types if name is not None)
    for predicate, terms in values.items():
        shown = vocabulary.properties.get(predicate)
        if shown is not None:
            link = partial(links.get, is_cited=predicate == _STATED_IN)
            item[shown.name] = _value(shown, _ordered(terms), link)
    ordered: Item = {"id": iri} | {name: item.pop(name) for name in _FIRST if name in item}
    return ordered | {name: item[name] for name in sorted(item)}


def _value(shown: Property, terms: Sequence[Term], link: Callable[[Term], Item]) -> Any:  # noqa: ANN401 - any JSON value
    if shown.values == LANGUAGE:
        return _by_language(terms, single=shown.single)
    if shown.values == LINK:
        values = [link(term) for term in terms]
    else:
        values = [plain(term, shown.values) for term in terms]
    return values[0] if shown.single and len(values) == 1 else values


def _by_language(terms: Sequence[Term], *, single: bool) -> dict[str, Any]:
    """Group texts by language; ``@none`` is JSON-LD's word for no language."""
    texts: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        if isinstance(term, Literal):
            texts[term.language or "@none"].append(term.value)
    return {
        language: found[0] if single and len(found) == 1 else found
        for language, found in sorted(texts.items())
    }


def plain(term: Term, datatype: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a term whose datatype the context states as a plain JSON value.

    Integers and booleans become JSON's own; decimals stay strings, because JSON-LD would turn a
    JSON fraction into a double.
    """
    if not isinstance(term, Literal) or term.language or term.datatype.value != datatype:
        return generic(term)
    if datatype == _INTEGER:
        return int(term.value)
    if datatype == _BOOLEAN:
        return term.value in {"true", "1"}
    return term.value


def generic(term: Term) -> Item:
    """Return a term in JSON-LD's own words, which need no help from the context."""
    match term:
        case NamedNode():
            return {"id": term.value}
        case BlankNode():
            return {"id": f"_:{term.value}"}
        case Literal() if term.language:
            return {"@value": term.value, "@language": term.language}
        case Literal():
            return {"@value": term.value, "@type": term.datatype.value}
        case _:
            raise TypeError(f"a statement cannot be shown as JSON: {term}")


def _ordered(terms: Sequence[Term]) -> Sequence[Term]:
    """Sort terms, so that the same data make the same bytes."""
    if len(terms) == 1:
        return terms
    return sorted(terms, key=lambda term: (_name(term), str(term)))


def _name(term: Term) -> str:
    return str(term) if isinstance(term, Triple) else term.value
