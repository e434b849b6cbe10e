"""The privacy rule for organisations that a table names.

What cannot be told from a person becomes one unnamed payee a row; whatever is stated of it goes,
and so does any text that repeats the name.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from medrd_kg.sources.named_agents import AgentNames
from medrd_kg.sources.tables.statements import RowStatements
from medrd_kg.vocabulary import MRD, PREFIXES, kind_iri

__all__ = ["without_persons"]

_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
_LABEL: Final = NamedNode(f"{PREFIXES['rdfs']}label")
_UNIDENTIFIED: Final = NamedNode(str(MRD.UnidentifiedPayee))
_STATED_IN: Final = NamedNode(str(MRD.statedIn))
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
    names = AgentNames()
    for row in rows:
        names.add_classes(row.triples)
    for row in rows:
        names.add_names(row.triples)
    withheld = set(names.doubtful())
    if not withheld:
        return list(rows), 0
    nodes: dict[NamedNode | BlankNode, NamedNode] = {}
    for row in rows:
        for triple in row.triples:
            if triple.subject in withheld and not isinstance(triple.subject, Triple):
                node = NamedNode(kind_iri("payee", f"table-{table}-{row.row}"))
                nodes.setdefault(triple.subject, node)
    shown = _texts(names, names.agents.keys() - withheld)
    hidden = {
        each for each in _texts(names, withheld) if len(each) >= _SHORTEST and each not in shown
    }
    cleaned = [RowStatements(each.row, tuple(_cleaned(each, nodes, hidden, file))) for each in rows]
    return cleaned, len(withheld)


def _texts(names: AgentNames, agents: Collection[NamedNode | BlankNode]) -> set[str]:
    stated = [each.object for agent in agents for each in names.names_of(agent)]
    return {each.value for each in stated if isinstance(each, Literal)}


def _cleaned(
    row: RowStatements,
    nodes: Mapping[NamedNode | BlankNode, NamedNode],
    hidden: Collection[str],
    file: str,
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
