"""The query page: an editor, stored queries as forms, answers as tables and pictures.

Everything works as a plain form. The script of the page adds completion, charts, networks, history
and answers of any length.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import read_parameters
from medrd_kg.vocabulary import BASE, MRD, MRDS, PREFIXES
from medrd_kg.web.pages.addresses import PAGE_KINDS, address, base_path
from medrd_kg.web.pages.ontology_terms import terms_of
from medrd_kg.web.pages.query_answers import Graph, Rows, Truth, evaluation_of, first_rows
from medrd_kg.web.pages.query_cells import names_in, shown_rows
from medrd_kg.web.pages.query_files import download
from medrd_kg.web.pages.query_stored import bound_text, fields_of, grouped_queries, stored_query
from medrd_kg.web.pages.site import Page, language_of, page_of, render
from medrd_kg.web.pages.words import table_of_words
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["QUERY_PAGES"]

_OWN: Final = ("query", "stored", "view", "explain")
_NUMBERS: Final = frozenset({"number", "none"})
"""Kinds of the cells of a column of numbers."""

_SHOWN_ROWS: Final = 100
"""Rows in the page itself; the script and the files have them all."""

_EXAMPLE: Final = f"""PREFIX mrd: <{MRD}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>

SELECT ?project ?name (COUNT(?topic) AS ?topics)
WHERE {{
  ?topic a mrd:PriorityTopic ;
         mrd:inProject ?project .
  ?project rdfs:label ?name .
  FILTER (LANG(?name) = "LANGUAGE")
}}
GROUP BY ?project ?name
ORDER BY DESC(?topics)
"""


async def _query(request: Request) -> Response:
    served = serving(request)
    language = language_of(request)
    given: dict[str, list[str]] = {}
    for name, value in read_parameters(request.scope["query_string"], "the address"):
        given.setdefault(name, []).append(value)
    chosen = stored_query(served, given["stored"][0]) if given.get("stored") else None
    names = [each.name for each in chosen.parameters] if chosen else []
    refuse_parameters(request, (*_OWN, *names))
    values: dict[str, Any] = {
        "groups": grouped_queries(served),
        "chosen": chosen,
        "fields": [],
        "answer": None,
        "problem": None,
        "plan": None,
        "settings": _settings(served, language, page_of(request)),
        "example": _EXAMPLE.replace("LANGUAGE", language),
    }
    text = given.get("query", [""])[0].replace("\r\n", "\n")
    status, keepable = 200, True
    try:
        if chosen is not None:
            filled = {name: given[name] for name in names if given.get(name, [""])[0]}
            values["fields"] = await fields_of(request, chosen, filled)
            text = text or await bound_text(served, chosen, filled) or ""
        if text.strip():
            if given.get("explain") == ["true"]:
                values["plan"] = orjson.loads(await evaluation_of(request, served, text))
            else:
                answer = await first_rows(request, served, text, _SHOWN_ROWS)
                keepable = answer.is_keepable
                values["answer"] = await _shown(answer, page_of(request), served)
    except Problem as problem:
        status = int(problem.kind.status)
        values["problem"] = problem.document(language)
    values["text"] = text
    headers = {} if keepable and values["problem"] is None else {"Cache-Control": "no-store"}
    return render(request, "query.html", values, status=status, headers=headers)


async def _shown(answer: Rows | Graph | Truth, page: Page, served: Serving) -> dict[str, Any]:
    """Return an answer as the template takes it."""
    match answer:
        case Truth():
            return {"kind": "truth", "is_so": answer.is_so}
        case Graph():
            return {"kind": "graph", "text": answer.text, "is_whole": answer.is_whole}
        case Rows():
            rows = shown_rows(answer, page, await names_in(answer, served))
            kinds_of = [{row[at]["kind"] for row in rows} for at in range(len(answer.columns))]
            return {
                "kind": "rows",
                "columns": answer.columns,
                "numeric": ["number" in found and found <= _NUMBERS for found in kinds_of],
                "rows": rows,
                "text": answer.text,
                "is_whole": answer.is_whole,
            }


def _settings(served: Serving, language: str, page: Page) -> dict[str, Any]:
    """Return what the script of the page works with.

    It asks the release that the page is of; names that it completes and things that it leads to
    are those of what is served.
    """
    root = base_path(served)
    return {
        "language": language,
        "base": BASE,
        "root": f"{root}/",
        "sparql": address(served, "/sparql"),
        "complete": f"{root}/api/v1/search/complete",
        "terms": page.url("/query/terms.json"),
        "pages": [
            [kinds()[name].iri_start, f"{root}/{language}/{segment}/"]
            for name, segment in PAGE_KINDS.items()
            if f"/{segment}" in page.installed
        ]
        + [[str(names), f"{root}/{language}/ontology/"] for names in (MRD, MRDS)],
        "prefixes": list(PREFIXES.items()),
        "words": table_of_words(language)["query"]["script"],
    }


async def _terms(request: Request) -> Response:
    """Answer with the names that the editor completes."""
    served = serving(request)
    refuse_parameters(request)
    key = "pages/terms.json"
    kept = served.documents.get(key)
    if kept is None:
        terms = await terms_of(request, served)
        listed = [
            {
                "iri": term.iri,
                "kind": term.kind,
                **term.label,
                "others": term.other_names,
                "definition": term.definition,
                "uses": term.uses,
            }
            for term in terms.of_kind("class", "property", "concept")
        ]
        kept = orjson.dumps({"terms": listed, "release": served.state_id})
        served.documents.put(key, kept)
    return Response(kept, media_type="application/json")


QUERY_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/query": _query,
    "/query/download": download,
    "/query/terms.json": _terms,
}
