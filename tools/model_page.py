"""The page docs/model.md: prefixes, graphs, classes and properties, read from the ontology."""

from pathlib import Path

from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SKOS
from rdflib.term import Node

from medrd_kg.vocabulary import KINDS, MRD, PREFIXES

INTRODUCTION = """\
The model is an OWL 2 DL ontology with a small core of its own; every class specialises a reused
term (W3C ORG, PROV-O, SKOS, DCTERMS, FOAF). What follows is read from `ontology/core.ttl`.

**Identifiers.** Classes and properties are `mrd:`, concepts and schemes `mrds:` (facet, dash, slug:
`mrds:disease-cancer`), individuals `id/KIND/SLUG` with one prefix a kind. Fiscal years are
`fy:2022` (1 April to 31 March).

**Evidence.** Everything drawn from the policy has `mrd:statedIn` to each document unit (`unit:S001`
to `unit:S099`) that states or names it; figures have it to their sheet or data source, with
`mrd:sourceLocator`. Single assertions that a text only implies carry an `owl:Axiom` with
`mrd:assertionBasis mrds:basis-inferred` and a bilingual `mrd:note`.

**Computed links.** The concepts of programmes (`mrd:hasDiseaseArea`, `hasModality`, `hasPurpose`,
`hasPhase`, `usesTechnology`) that our linker read from names and texts stand in `graph:linked`, and
so in the default graph of every query too: ask `GRAPH graph:linked` for them alone, or leave them
out by naming other graphs. Each carries an `owl:Axiom` with `mrds:basis-computed`, the sheet
(`dcterms:source`), the field, the words and their offsets, the rule and a confidence. See
[linking.md](linking.md).

**Statements.** One node a clause: `ScopeItem` is standing scope, `PriorityTopic` is for one fiscal
year, `Principle`, `ProcessStep`, `Condition`, `Goal`, `Linkage` and `CoordinationArrangement` are
what their names say. `mrd:openList true` marks lists that the source leaves open.

**Money.** One individual a figure. `mrd:amountJPY` (exact yen) only where the figure may be summed
within the totals named by `mrd:additiveIn`; all others carry `mrd:nonAdditiveAmountJPY`. See
[money.md](money.md).
"""


def model_page(checkout: Path) -> str:
    """Return the text of the page."""
    graph = Graph().parse(checkout / "ontology" / "core.ttl")
    parts = [
        "# The model\n",
        INTRODUCTION,
        _table(
            "Prefixes", ("prefix", "IRI"), [(f"`{p}:`", f"`{iri}`") for p, iri in PREFIXES.items()]
        ),
        f"`{', '.join(KINDS)}` are the kinds of individuals.\n",
        _table(
            "Classes",
            ("class", "ja", "en", "is a", "definition"),
            [
                (
                    _name(each),
                    _text(graph, each, RDFS.label, "ja"),
                    _text(graph, each, RDFS.label, "en"),
                    _names(graph, graph.objects(each, RDFS.subClassOf)),
                    _text(graph, each, SKOS.definition, "en"),
                )
                for each in _own(graph, OWL.Class)
            ],
        ),
        *(
            _table(
                title,
                ("property", "ja", "en", "domain", "range", "inverse", "definition"),
                [_property_row(graph, each) for each in _own(graph, kind)],
            )
            for title, kind in (
                ("Object properties", OWL.ObjectProperty),
                ("Data properties", OWL.DatatypeProperty),
                ("Annotation properties", OWL.AnnotationProperty),
            )
        ),
    ]
    return "\n".join(parts)


def _property_row(graph: Graph, each: URIRef) -> tuple[str, ...]:
    inverse = [*graph.objects(each, OWL.inverseOf), *graph.subjects(OWL.inverseOf, each)]
    return (
        _name(each),
        _text(graph, each, RDFS.label, "ja"),
        _text(graph, each, RDFS.label, "en"),
        _names(graph, graph.objects(each, RDFS.domain)),
        _names(graph, graph.objects(each, RDFS.range)),
        _names(graph, inverse),
        _text(graph, each, SKOS.definition, "en"),
    )


def _own(graph: Graph, kind: URIRef) -> list[URIRef]:
    found = {each for each in graph.subjects(RDF.type, kind) if str(each).startswith(MRD)}
    return sorted(each for each in found if isinstance(each, URIRef))


def _text(graph: Graph, subject: URIRef, predicate: URIRef, language: str) -> str:
    values = [
        str(each)
        for each in graph.objects(subject, predicate)
        if getattr(each, "language", None) == language
    ]
    return "; ".join(sorted(values)).replace("|", "\\|")


def _names(graph: Graph, nodes: object) -> str:
    names: set[str] = set()
    for node in nodes:  # type: ignore[attr-defined]
        if isinstance(node, URIRef):
            names.add(_name(node))
        elif (union := graph.value(node, OWL.unionOf)) is not None:
            names |= {_name(each) for each in Collection(graph, union)}
    return ", ".join(sorted(names))


def _name(node: Node) -> str:
    text = str(node)
    for prefix, iri in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        if text.startswith(iri):
            return f"`{prefix}:{text.removeprefix(iri)}`"
    return f"`{text}`"


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"## {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
