"""The privacy rule for organisations that a table names: see `sources.review_sheets.persons`.

What cannot be told from a person becomes one unnamed payee a row; whatever is stated of it goes,
and so does any text that repeats the name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from medrd_kg.content import ontology_dir
from medrd_kg.sources.review_sheets import corporate_number
from medrd_kg.sources.review_sheets.persons import may_be_named, may_be_named_with_number
from medrd_kg.sources.tables.statements import RowStatements
from medrd_kg.vocabulary import MRD, PREFIXES, kind_iri

__all__ = ["without_persons"]

_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
_SUBCLASS: Final = NamedNode(f"{PREFIXES['rdfs']}subClassOf")
_LABEL: Final = NamedNode(f"{PREFIXES['rdfs']}label")
_NUMBER: Final = NamedNode(str(MRD.corporateNumber))
_UNIDENTIFIED: Final = NamedNode(str(MRD.UnidentifiedPayee))
_STATED_IN: Final = NamedNode(str(MRD.statedIn))
_NAMES: Final = frozenset(
    {
        _LABEL,
        NamedNode(f"{PREFIXES['skos']}prefLabel"),
        NamedNode(f"{PREFIXES['skos']}altLabel"),
        NamedNode(f"{PREFIXES['skos']}hiddenLabel"),
        NamedNode(f"{PREFIXES['foaf']}name"),
        NamedNode(f"{PREFIXES['schema']}name"),
        NamedNode("http://schema.org/name"),
        NamedNode(f"{PREFIXES['schema']}legalName"),
        NamedNode(f"{PREFIXES['dcterms']}title"),
    }
)
_AGENTS: Final = frozenset(
    {
        str(MRD.Agent),
        f"{PREFIXES['foaf']}Agent",
        f"{PREFIXES['foaf']}Organization",
        f"{PREFIXES['org']}Organization",
        f"{PREFIXES['prov']}Agent",
        f"{PREFIXES['prov']}Organization",
        f"{PREFIXES['schema']}Organization",
        "http://schema.org/Organization",
    }
)
_SHORTEST: Final = 2
"""Characters from which a withheld name is looked for in other texts."""


def without_persons(
    rows: Sequence[RowStatements], table: str, file: str
) -> tuple[list[RowStatements], int]:
    """Withhold the names of what may be a person.

    Args:
        rows: What the table states.
        table: Name of the import, for the nodes that stand for the unnamed.
        file: Name of the file, for their labels.

    Returns:
        The statements, and how many names were withheld.
    """
    withheld, shown = _withheld(rows)
    if not withheld:
        return list(rows), 0
    nodes = {
        subject: NamedNode(kind_iri("payee", f"table-{table}-{row}"))
        for subject, (row, _) in withheld.items()
    }
    hidden = {
        name
        for _, names in withheld.values()
        for name in names
        if len(name) >= _SHORTEST and name not in shown
    }
    cleaned = [RowStatements(each.row, tuple(_cleaned(each, nodes, hidden, file))) for each in rows]
    return cleaned, len(withheld)


def _withheld(
    rows: Iterable[RowStatements],
) -> tuple[dict[NamedNode, tuple[int, list[str]]], set[str]]:
    """Return the agents that may be persons with first row and names, and all others' names."""
    agents: dict[NamedNode, int] = {}
    names: defaultdict[NamedNode, list[str]] = defaultdict(list)
    numbered: set[NamedNode] = set()
    for row in rows:
        for triple in row.triples:
            subject, value = triple.subject, triple.object
            if not isinstance(subject, NamedNode):
                continue
            if triple.predicate == _TYPE and value in _agent_classes():
                agents.setdefault(subject, row.row)
            elif isinstance(value, Literal) and triple.predicate in _NAMES:
                names[subject].append(value.value)
            elif triple.predicate == _NUMBER and _is_corporate_number(value):
                numbered.add(subject)
    found = {
        subject: (row, names[subject])
        for subject, row in agents.items()
        if not all(
            may_be_named_with_number(name) if subject in numbered else may_be_named(name)
            for name in names[subject]
        )
    }
    return found, {name for each in agents.keys() - found.keys() for name in names[each]}


def _is_corporate_number(value: object) -> bool:
    return isinstance(value, Literal) and corporate_number.is_valid(value.value)


def _cleaned(
    row: RowStatements, nodes: dict[NamedNode, NamedNode], hidden: set[str], file: str
) -> Iterator[Triple]:
    unnamed: dict[NamedNode, None] = {}
    for triple in row.triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and subject in nodes:
            if triple.predicate == _STATED_IN:
                unnamed[nodes[subject]] = None
                yield Triple(nodes[subject], _STATED_IN, value)
            continue
        if isinstance(value, NamedNode) and value in nodes:
            yield Triple(subject, triple.predicate, nodes[value])
        elif not (isinstance(value, Literal) and any(name in value.value for name in hidden)):
            yield triple
    for node in unnamed:
        number = node.value.rpartition("-")[2]
        yield Triple(node, _TYPE, _UNIDENTIFIED)
        label = f"個人または名称不明の支出先（{file} {number}行）"
        yield Triple(node, _LABEL, Literal(label, language="ja"))


@cache
def _agent_classes() -> frozenset[NamedNode]:
    """Return the classes of what may be an organisation or a person, by the ontology."""
    below: defaultdict[str, set[str]] = defaultdict(set)
    for quad in parse(path=str(ontology_dir() / "core.ttl"), format=RdfFormat.TURTLE):
        named = isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
        if quad.predicate == _SUBCLASS and named:
            below[quad.object.value].add(quad.subject.value)
    found, waiting = set(_AGENTS), list(_AGENTS)
    while waiting:
        fresh = below[waiting.pop()] - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(map(NamedNode, found - {_UNIDENTIFIED.value, str(MRD.AgentGroup)}))
