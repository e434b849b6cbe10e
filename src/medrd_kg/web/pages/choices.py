"""What readers may choose from in the forms of linkage and flows, and what they chose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from medrd_kg.web.charts.drawing import Label
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.site import Page
from medrd_kg.web.requests import read_values

__all__ = ["Choice", "choices_of", "given_values", "label_of", "members_of", "slug_of"]

_ALL: Final = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a form.

    Attributes:
        value: What the address has.
        text: What the reader sees.
        is_chosen: Whether it is chosen.
        lang: Language of the text where it is not that of the page.
    """

    value: str
    text: str
    is_chosen: bool
    lang: str | None = None


def choices_of(texts: Iterable[tuple[str, str]], chosen: object) -> tuple[Choice, ...]:
    """Return options from values and texts."""
    return tuple(Choice(value, text, value == str(chosen)) for value, text in texts)


async def members_of(
    request: Request, page: Page, collection: str, chosen: str | None
) -> tuple[Choice, ...]:
    """Return the members of a collection as options, in the order of their names.

    Args:
        request: The request for the page.
        page: The page.
        collection: Name of the collection, ``disease-areas`` for example.
        chosen: Slug or IRI of the chosen one.
    """
    found = await ask(request, f"/api/v1/{collection}", {"limit": _ALL})
    options = [
        Choice(
            each["slug"],
            page.text(each["label"]),
            chosen in {each["slug"], each["id"]},
            None if page.language in each["label"] else "ja",
        )
        for each in found["items"]
    ]
    return tuple(sorted(options, key=lambda option: option.text))


def given_values(request: Request, names: Sequence[str]) -> dict[str, str]:
    """Return the parameters of a page that were given and not left empty, as a form sends them.

    Raises:
        Problem: ``unknown-parameter``, ``invalid-parameter`` or ``malformed-request``.
    """
    values, _ = read_values(request, names, single=names)
    return {name: values[name][0] for name in names if values.get(name, [""])[0]}


def label_of(page: Page, thing: Mapping[str, Any], href: str | None = None) -> Label:
    """Return a thing as charts and tables name it.

    Args:
        page: The page.
        thing: The thing, with ``id`` and ``label``.
        href: Where it leads; the page about it where none is given.
    """
    text = page.text(thing["label"])
    lang = None if page.language in thing["label"] else next(iter(thing["label"]), None)
    return Label(text, lang, href or page.of_thing(thing["id"]))


def slug_of(iri: str) -> str:
    """Return the last part of the IRI of a project, programme or organisation.

    >>> slug_of("https://w3id.org/medrd-kg/id/organization/mext")
    'mext'
    """
    return iri.rpartition("/")[2]
