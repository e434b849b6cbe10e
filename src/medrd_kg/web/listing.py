"""Which things a collection holds under given filters, in a stable order.

The members under each set of filters are asked for once per state of the data and kept, within
a bound on their number, so that paging costs a slice.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.kinds import Kind, kinds
from medrd_kg.problems import Problem
from medrd_kg.sparql.evaluation import Evaluator
from medrd_kg.vocabulary import MRD, PREFIXES
from medrd_kg.web.collections import Collection, Filter
from medrd_kg.web.keeping import Kept

__all__ = ["Listings", "Page"]

KNOWN_VALUES_SHOWN: Final = 200
"""How many known values a problem document lists."""

_KEPT_IRIS: Final = 200_000
"""Bound on the IRIs kept in memory, about 40 MB."""

_PREFIXES: Final = "\n".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in ("mrd", "rdf", "rdfs", "skos")
)

Filters = Mapping[str, Sequence[str]]
"""Values of each filter; several values of one filter mean any of them."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a listing.

    Attributes:
        members: IRIs of the things on this page.
        total: How many things the whole listing has.
        last: IRI after which the next page begins; None on the last page.
    """

    members: tuple[str, ...]
    total: int
    last: str | None


class Listings:
    """The listings of one state of the data."""

    def __init__(self, evaluator: Evaluator) -> None:
        """List what ``evaluator`` knows."""
        self._evaluator = evaluator
        # An empty listing weighs something too, or their number would have no bound.
        self._kept = Kept[tuple[str, ...]](_KEPT_IRIS, lambda found: 1 + len(found))

    async def members(self, kind: Kind) -> tuple[str, ...]:
        """Return the IRIs of all things of a kind, sorted."""
        return await self._of_kind(kind, "")

    async def sizes(self, wanted: Sequence[Kind]) -> dict[str, int]:
        """Return how many things of each kind there are, by its name; nothing is listed for it."""
        rows = await self._evaluator.select(_sizes(wanted))
        found = {
            name.value: int(size.value)
            for row in rows
            if isinstance(name := row.get("name"), Literal)
            and isinstance(size := row["size"], Literal)
        }
        return {each.name: found.get(each.name, 0) for each in wanted}

    async def has(self, kind: Kind, iri: str) -> bool:
        """Return whether a thing is of a kind."""
        return _holds(await self.members(kind), iri)

    async def properties(self, kind: Kind) -> tuple[str, ...]:
        """Return the IRIs of all properties that any thing of a kind has, sorted."""
        return await self._ask(
            f"{_PREFIXES}\nSELECT DISTINCT ?property"
            f" WHERE {{ ?item a <{kind.class_iri}> ; ?property ?value }}",
            "property",
        )

    async def page(
        self, collection: Collection, filters: Filters, *, after: str = "", limit: int | None = None
    ) -> Page:
        """Return a page of a collection.

        Args:
            collection: Which one.
            filters: Values of its filters.
            after: IRI that the page begins after; it need not be a member.
            limit: Most members; None for all that are left.

        Raises:
            Problem: ``invalid-parameter`` when a value names nothing of its filter's kind.
        """
        found = await self._of_kind(collection.kind, await self._patterns(collection, filters))
        start = bisect_right(found, after)
        end = len(found) if limit is None else min(start + limit, len(found))
        members = found[start:end]
        return Page(members, len(found), members[-1] if members and end < len(found) else None)

    async def query(self, collection: Collection, filters: Filters) -> str:
        """Return the query for all members of a collection that fit some filters.

        Raises:
            Problem: As for `page`.
        """
        kind = collection.kind
        return _membership(kind, await self._patterns(collection, filters), _has_slug(kind))

    async def _patterns(self, collection: Collection, filters: Filters) -> str:
        """Return the graph patterns of some filters."""
        patterns = [
            await self._pattern(collection.filters[name], values, index)
            for index, (name, values) in enumerate(sorted(filters.items()))
        ]
        return " ".join(patterns)

    async def resolve(self, kind: Kind, value: str, parameter: str) -> str:
        """Return the IRI of the thing that a slug or IRI names.

        Raises:
            Problem: ``invalid-parameter`` with the known slugs when there is no such thing.
        """
        iri = kind.named(value)
        members = await self.members(kind)
        if _holds(members, iri):
            return iri
        known = [slug for member in members if (slug := kind.slug(member)) is not None]
        raise Problem(
            "invalid-parameter",
            f"{parameter}={value!r} names no {kind.name}",
            f"/api/v1/{kind.collection} lists the known values",
            extra={
                "parameter": parameter,
                "known": known[:KNOWN_VALUES_SHOWN],
                "knownTotal": len(known),
            },
        )

    async def _pattern(self, each: Filter, values: Sequence[str], index: int) -> str:
        """Return the graph pattern of one filter; ``index`` keeps variables apart."""
        terms = [await self._term(each, value) for value in values]
        return f"VALUES ?v{index} {{ {' '.join(terms)} }} ?item {each.path} ?v{index} ."

    async def _term(self, each: Filter, value: str) -> str:
        if each.kind is not None:
            return str(NamedNode(await self.resolve(kinds()[each.kind], value, each.name)))
        if each.type == "integer":
            if not (value.isascii() and value.isdecimal()):
                raise Problem(
                    "invalid-parameter",
                    f"{each.name}={value!r} is not an integer",
                    extra={"parameter": each.name},
                )
            return str(Literal(value, datatype=NamedNode(f"{PREFIXES['xsd']}integer")))
        if each.type == "class":
            return str(NamedNode(await self._class(each.name, value)))
        return str(Literal(value))

    async def _class(self, parameter: str, value: str) -> str:
        known = await self._ask(
            f"{_PREFIXES}\nSELECT DISTINCT ?item WHERE {{ ?any a ?item"
            f" FILTER (STRSTARTS(STR(?item), '{MRD}')) }}"
        )
        if f"{MRD}{value}" in known:
            return f"{MRD}{value}"
        raise Problem(
            "invalid-parameter",
            f"{parameter}={value!r} is no class of which there is an instance",
            extra={"parameter": parameter, "known": [iri.removeprefix(str(MRD)) for iri in known]},
        )

    async def _of_kind(self, kind: Kind, patterns: str) -> tuple[str, ...]:
        """Return the instances of a kind's class that fit some patterns and have a slug."""
        key = f"{kind.name} {patterns}"
        kept = self._kept.get(key)
        if kept is None:
            found = await self._select(_membership(kind, patterns), "item")
            kept = tuple(iri for iri in found if kind.slug(iri) is not None)
            self._kept.put(key, kept)
        return kept

    async def _ask(self, text: str, variable: str = "item") -> tuple[str, ...]:
        kept = self._kept.get(text)
        if kept is not None:
            return kept
        found = await self._select(text, variable)
        self._kept.put(text, found)
        return found

    async def _select(self, text: str, variable: str) -> tuple[str, ...]:
        """Return the IRIs that a query binds a variable to, sorted."""
        rows = await self._evaluator.select(text)
        return tuple(
            sorted({term.value for row in rows if isinstance(term := row[variable], NamedNode)})
        )


def _holds(members: Sequence[str], iri: str) -> bool:
    at = bisect_right(members, iri)
    return at > 0 and members[at - 1] == iri


def _has_slug(kind: Kind) -> str:
    """Return what `Kind.slug` asks of the IRI of a member: other instances are of other kinds."""
    start = f"'{kind.iri_start}'"
    return (
        f" FILTER (STRSTARTS(STR(?item), {start}) && !CONTAINS(STRAFTER(STR(?item), {start}), '/'))"
    )


def _membership(kind: Kind, patterns: str, condition: str = "") -> str:
    """Return the query for the instances of a kind's class that fit some graph patterns.

    A release holds the types of every thing in full, superclasses included.
    """
    members = f"{patterns} ?item a <{kind.class_iri}>{condition}"
    return f"{_PREFIXES}\nSELECT DISTINCT ?item WHERE {{ {members} }}"


def _sizes(wanted: Sequence[Kind]) -> str:
    """Return the query for the numbers of things of some kinds that have a slug."""
    known = " ".join(f'("{each.name}" <{each.class_iri}> "{each.iri_start}")' for each in wanted)
    return f"""SELECT ?name (COUNT(?item) AS ?size) WHERE {{
  VALUES (?name ?class ?start) {{ {known} }}
  ?item a ?class
  BIND (STRAFTER(STR(?item), ?start) AS ?slug)
  FILTER (STRSTARTS(STR(?item), ?start) && ?slug != "" && !CONTAINS(?slug, "/"))
}} GROUP BY ?name"""
