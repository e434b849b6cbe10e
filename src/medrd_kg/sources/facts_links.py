"""Identifiers of organisations, and which project, section or department a programme belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from medrd_kg.sources.facts_figures import PROJECTS, SHORT_MINISTRIES, ministry_of
from medrd_kg.sources.facts_rows import FactRow, source_term
from medrd_kg.sources.review_sheets.iris import hashed
from medrd_kg.sources.review_sheets.known import KnownOrganisation, known_by_name
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.reviewed import table
from medrd_kg.sources.review_sheets.selection import find_reviewed
from medrd_kg.sources.review_sheets.turtle import Block, iri, term, text

__all__ = ["handles_link", "initials_blocks", "link_blocks"]

_IDENTIFIERS: Final = {
    "ror_id": "ROR",
    "isni": "ISNI",
    "crossref_funder_id": "Crossref Funder ID",
    "wikidata_id": "Wikidata",
    "corporate_number(法人番号)": "",
}
_PROJECT: Final = "belongs_to_integrated_project"
_SECTION: Final = "responsible_ministry_section"
_DEPARTMENT: Final = "AMED_department"
_MEMBERS: Final = "named_members"
_PROGRAMME_MINISTRY: Final = "mhlw"
_REMARK = re.compile(r"\s*(?:ほか|\(主務課\)|\(.*?\))\s*")
_ENGLISH = re.compile(r"^(?P<en>[A-Za-z][A-Za-z0-9 ,&().'-]*?)\s+(?P<ja>[^\x00-\x7f].*)$")
_ALREADY_NAMED: Final = frozenset({"amed", "cabinet-office"})


def handles_link(row: FactRow) -> bool:
    """Return whether the row is an identifier or a link that is taken over."""
    known = {*_IDENTIFIERS, _PROJECT, _SECTION, _DEPARTMENT, _MEMBERS}
    return row.predicate in known


def _organisation(subject: str) -> tuple[KnownOrganisation | None, str]:
    """Return the organisation that a subject names, and its English name where it has one."""
    found = _ENGLISH.match(subject)
    japanese = found["ja"] if found else subject
    key = match_key(japanese)
    for prefix in ("", "国立研究開発法人", "独立行政法人"):
        known = known_by_name(match_key(prefix) + key if prefix else key)
        if known is not None:
            return known, found["en"].strip() if found else ""
    return None, ""


@cache
def _units() -> Mapping[str, tuple[str, str, str]]:
    """Return local name, parent and label of reviewed sections by key; the first name is it."""
    labels: dict[str, str] = {}
    for row in table("sections"):
        labels.setdefault(row["slug"], row["name"])
    return {
        match_key(row["name"]): (row["slug"], row["parent"], labels[row["slug"]])
        for row in table("sections")
    }


def _unit(name: str, fallback: str) -> Block:
    slug, parent, label = _units().get(
        match_key(name), (f"{fallback}-unit-{hashed(match_key(name))}", fallback, name)
    )
    block = Block(term("org-", slug), "OrganizationalUnit")
    block.add("rdfs:label", text(label, "ja"))
    return block.add("org:unitOf", term("org-", parent))


def link_blocks(rows: Iterable[FactRow]) -> Iterator[Block]:
    """Yield what the rows add to organisations and programmes."""
    for row in rows:
        if row.predicate in _IDENTIFIERS:
            yield from _identifier(row)
        elif row.predicate == _PROJECT and row.object in PROJECTS:
            yield _of_programme(row).add("mrd:inProject", term("prj", PROJECTS[row.object]))
        elif row.predicate == _SECTION:
            section = _unit(row.object.removeprefix("厚生労働省").strip(), "mhlw")
            yield section
            yield _of_programme(row).add("mrd:responsibleUnit", section.subject)
        elif row.predicate == _DEPARTMENT:
            for part in row.object.split(","):
                department = _unit(_REMARK.sub(" ", part).strip(), "amed")
                yield department
                yield _of_programme(row).add("mrd:responsibleUnit", department.subject)
        elif row.predicate == _MEMBERS:
            yield from _members(row)


def initials_blocks(rows: Iterable[FactRow]) -> Iterator[Block]:
    """Yield the English initials by which rows name ministries, each once.

    They are the name in English of a ministry for which the table has no longer one.
    """
    rows = list(rows)
    named = {
        known.slug
        for row in rows
        if row.predicate == "ror_id"
        for known, english in [_organisation(row.subject)]
        if known is not None and english
    }
    first: dict[str, FactRow] = {}
    for row in rows:
        if row.subject in SHORT_MINISTRIES:
            first.setdefault(row.subject, row)
    for initials, row in first.items():
        slug = ministry_of(initials)
        if slug is None:
            raise LookupError(f"row {row.line}: {initials} is no ministry")
        relation = "skos:altLabel" if slug in named else "rdfs:label"
        block = Block(term("org-", slug)).add(relation, text(initials, "en"))
        yield block.add("mrd:statedIn", source_term(row))


def _of_programme(row: FactRow) -> Block:
    reviewed = find_reviewed(_PROGRAMME_MINISTRY, row.subject)
    if reviewed is None:
        raise LookupError(f"row {row.line}: {row.subject} is on no reviewed list")
    return Block(term("prg", reviewed.slug)).add("mrd:statedIn", source_term(row))


def _identifier(row: FactRow) -> Iterator[Block]:
    known, english = _organisation(row.subject)
    if known is None:
        raise LookupError(f"row {row.line}: {row.subject} is on no reviewed list")
    block = Block(term("org-", known.slug))
    scheme = _IDENTIFIERS[row.predicate]
    if not scheme:
        block.add("mrd:corporateNumber", text(row.object))
    elif row.predicate == "ror_id":
        address = row.object.partition(" ")[0]
        block.add("dcterms:identifier", text(address))
        block.add("rdfs:seeAlso", iri(address))
        if english and known.slug not in _ALREADY_NAMED:
            block.add("rdfs:label", text(english, "en"))
    else:
        block.add("dcterms:identifier", text(f"{scheme} {row.object}"))
    block.add("mrd:statedIn", source_term(row))
    yield block


def _members(row: FactRow) -> Iterator[Block]:
    """Yield membership for the institutes that the source names one by one."""
    for name in row.object.split("|"):
        known, _ = _organisation(re.sub(r"\s*(?:等|など)$", "", name))
        if known is not None:
            block = Block(term("org-", known.slug))
            block.add("org:memberOf", term("group", "in-house-institutes"))
            yield block.add("mrd:statedIn", source_term(row))
