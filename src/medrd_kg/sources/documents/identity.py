"""Which document it is: its name, its fiscal year and who decided it, from its title lines."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sources.documents.known import Known
from medrd_kg.sources.documents.naming import Names
from medrd_kg.sources.policy_document import TextUnit
from medrd_kg.sources.review_sheets.years import era_name
from medrd_kg.vocabulary import ID, kind_iri

__all__ = ["DocumentIdentity", "Given", "identify", "is_slug", "named"]

_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925}
_YEAR: Final = re.compile(r"(令和|平成|昭和)(元|\d{1,2})年度")
_WESTERN: Final = re.compile(r"(20\d\d)年度")
_ALLOCATION: Final = "資源配分方針"
_DECIDED: Final = "決定"
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_RESERVED: Final = "-accepted"
"""End of the name of the file with accepted facts."""

_FIRST_YEAR: Final = 1947
_LAST_YEAR: Final = 2060


@dataclass(frozen=True, slots=True)
class Given:
    """What the person who imports says of the document; None leaves it to the document.

    Attributes:
        slug: Last part of its IRI.
        fiscal_year: Fiscal year that it governs.
        decided_by: Slug of the organisation that decided it.
    """

    slug: str | None = None
    fiscal_year: int | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentIdentity:
    """A document as the graph names it.

    Attributes:
        slug: Last part of its IRI.
        title: Its title as printed, without blanks.
        label_ja: Its name in Japanese.
        label_en: Its name in English; ours, since a source gives none.
        fiscal_year: Fiscal year that it governs.
        decided_by: IRI of the organisation that decided it.
    """

    slug: str
    title: str
    label_ja: str
    label_en: str
    fiscal_year: int
    decided_by: str

    @property
    def iri(self) -> str:
        """IRI of the document."""
        return kind_iri("doc", self.slug)


def is_slug(text: str) -> bool:
    """Whether a document may be called so."""
    return _SLUG.fullmatch(text) is not None and not text.endswith(_RESERVED)


def named(path: Path, units: Sequence[TextUnit], given: Given) -> tuple[str, int]:
    """Return the slug of a document and the fiscal year that it governs.

    Args:
        path: The file, for its name.
        units: Its units.
        given: What is said of it.

    Raises:
        Problem: ``usage``: one of them is neither said nor to be read from the document, or what
            is said cannot be.
    """
    titles = _titles(units)
    year = given.fiscal_year or _year_of([*titles, path.stem])
    if year is None:
        raise Problem(
            "usage", f"{path}: its title names no fiscal year", "say it: --fiscal-year 2023"
        )
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Problem("usage", f"{year} is no fiscal year of a policy")
    slug = given.slug or _slug_of(path, titles[0] if titles else "", year)
    if not is_slug(slug):
        raise Problem(
            "usage",
            f"{slug!r} cannot name a document",
            "use small letters, digits and hyphens: policy-fy2023",
        )
    return slug, year


def identify(
    path: Path, units: Sequence[TextUnit], known: Known, names: Names, given: Given
) -> DocumentIdentity:
    """Return which document a file holds.

    Args:
        path: The file, for its name.
        units: Its units.
        known: The graph.
        names: Finds the organisations of the graph.
        given: What is said of it.

    Raises:
        Problem: ``usage``: what `named` raises; or nobody says who decided it.
    """
    slug, year = named(path, units, given)
    titles = _titles(units)
    title = titles[0] if titles else path.stem
    ja, en = _labels(title, slug, year)
    labels = known.labels.get(kind_iri("doc", slug), {})
    return DocumentIdentity(
        slug,
        title,
        labels.get("ja", ja),
        labels.get("en", en),
        year,
        _decided_by(path, titles, known, names, given),
    )


def _titles(units: Sequence[TextUnit]) -> list[str]:
    return ["".join(each.text.split()) for each in units if each.unit_type == "title"]


def _year_of(texts: Sequence[str]) -> int | None:
    for text in texts:
        plain = unicodedata.normalize("NFKC", text)
        if found := _YEAR.search(plain):
            return _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
        if found := _WESTERN.search(plain):
            return int(found[1])
    return None


def _slug_of(path: Path, title: str, year: int) -> str:
    if _ALLOCATION in title:
        return f"policy-fy{year}"
    slug = re.sub("[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    if not slug or not path.stem.isascii():
        raise Problem("usage", f"{path}: what is the document to be called?", "say it: --slug NAME")
    return slug[:60].strip("-")


def _labels(title: str, slug: str, year: int) -> tuple[str, str]:
    if _ALLOCATION in title:
        return f"{era_name(year)}{_ALLOCATION}", f"FY{year} resource allocation policy"
    return title, f"Policy document {slug}"


def _decided_by(path: Path, titles: Sequence[str], known: Known, names: Names, given: Given) -> str:
    if given.decided_by is not None:
        iri = given.decided_by
        iri = iri if iri.startswith(str(ID)) else kind_iri("org-", iri)
        if not known.typed.get(iri):
            raise Problem(
                "usage",
                f"the graph has no organisation {given.decided_by!r}",
                "name one of it: --decided-by headquarters-for-healthcare-policy",
            )
        return iri
    start = f"{ID}organization/"
    for title in titles:
        if not title.endswith(_DECIDED):
            continue
        # Without the verb: a policy may bear "decided by X" among its own names.
        places = names.find(title.removesuffix(_DECIDED))
        agents = [each.iri for each in places if each.iri.startswith(start)]
        if agents:
            return agents[0]
    raise Problem(
        "usage",
        f"{path}: its title does not say which organisation of the graph decided it",
        "say it: --decided-by headquarters-for-healthcare-policy",
    )
