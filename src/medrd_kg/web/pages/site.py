"""The frame of every page: templates, words, addresses and the header fields that guard it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from medrd_kg.web.pages import cells, formats
from medrd_kg.web.pages.addresses import address, base_path, page_path
from medrd_kg.web.pages.asking import Parameters
from medrd_kg.web.pages.assets import asset_path
from medrd_kg.web.pages.words import LANGUAGES, counted, words
from medrd_kg.web.state import SERVED, Service, Serving

__all__ = ["POLICY", "Page", "language_of", "page_of", "render"]

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
"""Content-Security-Policy of every page: what this service sends, and nothing inline."""

_GUARDS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_NAVIGATION: Final = (
    *("projects", "diseases", "modalities", "programmes", "organizations"),
    *("linkage", "flows", "query"),
)
_FURTHER: Final = (
    *("topics", "ontology", "evidence", "review", "quality", "sources", "releases", "api"),
)
"""Pages in the header and in the footer, as far as there are such pages."""


_LINK: Final = Markup('<a href="{}">{}</a>')


@dataclass(frozen=True, slots=True)
class Page:
    """What a template asks of the page that it makes; ``page`` in templates.

    Attributes:
        request: The request for it.
        language: Its language.
        served: What is served; None while nothing is.
        installed: Paths of all pages, after the language.
        drawn: Citations that were drawn on this page already, by their sources.
    """

    request: Request
    language: str
    served: Serving | None
    installed: frozenset[str]
    drawn: dict[tuple[str, ...], Markup] = field(default_factory=dict)

    @property
    def other(self) -> str:
        """The other language."""
        return next(each for each in LANGUAGES if each != self.language)

    @property
    def path(self) -> str:
        """Path of this page, after the language."""
        first, _, rest = self.request.url.path.lstrip("/").partition("/")
        return f"/{rest}" if first in LANGUAGES else self.request.url.path

    def url(self, path: str, parameters: Parameters | None = None, /, **more: object) -> str:
        """Return the address of a page in the same language."""
        return address(self.served, f"/{self.language}{path}", {**(parameters or {}), **more})

    def api(self, path: str, parameters: Parameters | None = None, /, **more: object) -> str:
        """Return an address of the API, ``/api/v1/flows`` for example."""
        return address(self.served, path, {**(parameters or {}), **more})

    def in_language(self, language: str) -> str:
        """Return the address of this page in a language, with the same question."""
        path = address(self.served, f"/{language}{self.path}")
        query = self.request.url.query
        return f"{path}{'&' if '?' in path else '?'}{query}" if query else path

    def absolute(self, path: str) -> str:
        """Return the whole address of a path, for citations and alternates."""
        if self.served is None:
            return path
        origin = self.served.settings.base_url.rstrip("/")
        return f"{origin}{path.removeprefix(base_path(self.served))}"

    @property
    def as_of(self) -> str | None:
        """The release that this page was asked of by name; None: it tells what is served."""
        return None if self.served is None else self.served.as_of

    def base(self) -> str:
        """Return what stands before every path of this service."""
        return base_path(self.served)

    def as_served(self) -> str:
        """Return the address of this page as it is of what is served."""
        query = self.request.url.query
        return f"{base_path(self.served)}{self.request.url.path}{'?' if query else ''}{query}"

    def static(self, name: str) -> str:
        """Return the address of a style sheet or script."""
        return address(self.served, asset_path(name))

    def of_thing(self, iri: str) -> str | None:
        """Return the address of the page about a thing, where there is such a page."""
        path = page_path(iri)
        if path is None or f"/{path.split('/')[1]}" not in self.installed:
            return None
        return self.url(path)

    def thing(self, it: Mapping[str, Any]) -> Markup:
        """Return a thing's name, linked to its page where it has one."""
        place = self.of_thing(it["id"])
        name = self.name(it["label"])
        return name if place is None else _LINK.format(place, name)

    def cited(
        self, draw: Callable[[Sequence[Mapping[str, Any]]], Markup], sources: Sequence[Any]
    ) -> Markup:
        """Return a citation as a macro draws it, which is asked once for the same sources.

        The rows of a table have few sources, each of them many times.
        """
        key = tuple(each["id"] for each in sources)
        found = self.drawn.get(key)
        if found is None:
            found = self.drawn[key] = draw(sources)
        return found

    def query(self, text: str) -> str:
        """Return the address at which a SPARQL query can be read, changed and run."""
        if "/query" in self.installed:
            return self.url("/query", query=text)
        return self.api("/sparql", query=text)

    def menu(self, *, further: bool = False) -> list[tuple[str, str, bool]]:
        """Return the entries of the header, or of the footer: key, address, whether it is here."""
        first = f"/{self.path.split('/')[1]}"
        return [
            (name, self.url(f"/{name}"), first == f"/{name}")
            for name in (_FURTHER if further else _NAVIGATION)
            if f"/{name}" in self.installed
        ]

    # How things and numbers are written here.

    def name(self, label: Mapping[str, str]) -> Markup:
        """Return a thing's name, marked with its language where that is not the page's."""
        return _in_language(label, self.language)

    def text(self, label: Mapping[str, str]) -> str:
        """Return a thing's name without marks, for attributes and charts."""
        return next((label[each] for each in (self.language, *LANGUAGES) if label.get(each)), "–")

    def count(self, number: int, forms: str | list[str]) -> str:
        """Return a count with its noun."""
        return counted(number, forms)

    def yen(self, amount: int) -> str:
        """Return an exact amount."""
        return formats.yen(amount, self.language)

    def yen_short(self, amount: int) -> str:
        """Return a rounded amount."""
        return formats.yen_short(amount, self.language)

    def year(self, year: int) -> str:
        """Return a fiscal year in both calendars."""
        return formats.fiscal_year(year, self.language)

    def short_year(self, year: int) -> str:
        """Return a fiscal year for narrow places."""
        return formats.short_year(year, self.language)


def _in_language(label: Mapping[str, str], language: str) -> Markup:
    for each in (language, *LANGUAGES):
        found = label.get(each)
        if found:
            if each == language:
                return escape(found)
            return Markup('<span lang="{}">{}</span>').format(each, found)
    return Markup("–")


def language_of(request: Request) -> str:
    """Return the language that the address of a page names; English where it names none."""
    first = request.url.path.lstrip("/").partition("/")[0]
    return first if first in LANGUAGES else "en"


def page_of(request: Request, language: str | None = None) -> Page:
    """Return the page that a request asks for."""
    service: Service = request.app.state.service
    return Page(
        request,
        language or language_of(request),
        request.scope.get(SERVED) or service.serving,
        getattr(request.app.state, "pages", frozenset()),
    )


def _coded(text: str) -> Markup:
    """Return a text of Markdown's kind with what stands in backticks as code."""
    parts = (
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("medrd_kg.web.pages"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["integer"] = formats.integer
    environment.filters["coded"] = _coded
    environment.globals["cells"] = cells
    environment.globals["percent"] = formats.percent
    return environment


def render(
    request: Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    language: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a page.

    Templates see ``page`` (see `Page`), ``t`` (the words of its language), ``lang`` and the values
    given.

    Args:
        request: The request for it.
        template: Name of the template, for example ``home.html``.
        values: What the template shows.
        status: HTTP status.
        language: Its language, where the address does not name it.
        headers: Further header fields.
    """
    page = page_of(request, language)
    body = (
        _environment()
        .get_template(template)
        .render(page=page, t=words(page.language), lang=page.language, **(values or {}))
    )
    return Response(
        body,
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={"Content-Language": page.language, **_GUARDS, **(headers or {})},
    )
