"""``/api/v1/reviews``: what is proposed from imported documents, and a person's judgement on it.

Reading is as open as the pages; deciding needs the editor's token. What is decided lies in the data
directory, durably, with who decided and when; the next build takes up what was accepted. So no
answer is kept, and none is of a release.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.reviewing.pairs import PAIRS, judge_pairs, pair_documents
from medrd_kg.reviewing.proposals import (
    Outcome,
    decide,
    take_written,
)
from medrd_kg.sources.documents.deciding import open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.keeping import review_dir
from medrd_kg.sparql.protocol import decoded, media_type_of
from medrd_kg.web.authorization import Authority, Role
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.requests import (
    next_page,
    read_cursor,
    read_integer,
    read_offset,
    read_values,
    refuse_parameters,
)
from medrd_kg.web.responses import JSON_TYPES, address_of, envelope, json_response
from medrd_kg.web.review_openapi import (
    ALL_STATES,
    EDIT,
    EXPORT,
    LIST,
    MOST,
    SHOW,
    TURTLE,
    USUAL,
    decision,
)
from medrd_kg.web.review_told import (
    REVIEWS,
    described_reviews,
    proposals_of,
    summary_of_document,
    summary_of_pairs,
)
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["NOT_KEPT", "as_parameter", "install_reviews", "wanted_states"]

NOT_KEPT: Final = {"Cache-Control": "no-store"}
_TAG: Final = "review"
_ACTIONS: Final = {"accept": State.ACCEPTED, "reject": State.REJECTED}
_MOST_IDS: Final = 10_000
_EXAMPLE: Final = '{"ids": ["S043", "S044.modality-vaccine"], "by": "policy-analyst"}'
_OWN: Final = ("state", "unit", "limit", "cursor")


def install_reviews(app: FastAPI, authority: Authority) -> None:
    """Add the routes to an application.

    Args:
        app: The application.
        authority: Knows the tokens.
    """
    routes: list[tuple[str, str, Callable[..., Any], str, Schema]] = [
        ("GET", REVIEWS, _list, "list_reviews", LIST),
        ("GET", f"{REVIEWS}/{{id}}", _show, "get_review", SHOW),
        ("GET", f"{REVIEWS}/{{id}}/proposals", _turtle, "get_review_proposals", EXPORT),
        ("POST", f"{REVIEWS}/{{id}}/edit", partial(_edit, authority), "edit_review", EDIT),
    ]
    routes += [
        (
            "POST",
            f"{REVIEWS}/{{id}}/{action}",
            partial(_decide, authority, action),
            f"{action}_review",
            decision(action),
        )
        for action in _ACTIONS
    ]
    for method, path, handler, name, described in routes:
        app.add_api_route(
            path,
            _plain(handler),
            methods=[method],
            operation_id=name,
            openapi_extra=described,
            tags=[_TAG],
            response_class=Response,
        )


def _plain(handler: Callable[[Request], Any]) -> Callable[..., Any]:
    """Return a handler whose signature has the request alone, as the framework reads it."""

    async def handle(request: Request) -> Response:
        found: Response = await handler(request)
        return found

    return handle


def wanted_states(asked: str) -> frozenset[State]:
    """Return the states that a parameter ``state`` chooses.

    Raises:
        Problem: ``invalid-parameter``.
    """
    if asked == ALL_STATES:
        return frozenset(State)
    try:
        return frozenset({State(asked)})
    except ValueError as error:
        known = (*(each.value for each in State), ALL_STATES)
        raise Problem(
            "invalid-parameter",
            f"state is one of {', '.join(known)}, not {asked[:50]!r}",
            extra={"parameter": "state", "known": list(known)},
        ) from error


def as_parameter(problem: Problem) -> Problem:
    """Return a fault of the command line as one of a request: what is not there, or ill said."""
    if problem.slug != "usage":
        return problem
    said = problem.detail.replace("--by ", "by ").replace("--as ", "concept ")
    return Problem("invalid-parameter", said, problem.hint)


async def _list(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    items = await to_thread.run_sync(described_reviews, served)
    document = envelope(served, address_of(served, REVIEWS), items, total=len(items))
    return json_response(document, headers=NOT_KEPT)


async def _show(request: Request) -> Response:
    served = serving(request)
    values, given = read_values(request, _OWN, single=_OWN)
    one = {name: found[0] for name, found in values.items()}
    states = wanted_states(one.get("state", State.OPEN.value))
    limit = read_integer("limit", one.get("limit"), least=1, most=MOST, default=USUAL)
    start = read_offset(read_cursor(one.get("cursor")))
    slug, data_dir = request.path_params["id"], served.settings.data_dir
    pairs = await to_thread.run_sync(pair_documents, data_dir) if slug == PAIRS else None
    if pairs is not None:
        summary = summary_of_pairs(served, pairs)
        found = [{"kind": "pair", **each} for each in pairs if each["state"] in states]
    else:
        review = await to_thread.run_sync(open_review, data_dir, slug)
        summary = summary_of_document(served, review)
        found = proposals_of(review, states, one.get("unit"))
    path = request.url.path
    more = start + limit < len(found)
    following = None
    if more:
        following = next_page(address_of(served, path), given, str(start + limit))
    document = envelope(
        served,
        address_of(served, path, given),
        found[start : start + limit],
        total=len(found),
        following=following,
        more={"review": summary},
    )
    return json_response(document, headers=NOT_KEPT)


async def _turtle(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    slug, data_dir = request.path_params["id"], served.settings.data_dir
    await to_thread.run_sync(open_review, data_dir, slug)
    content = (review_dir(data_dir) / slug / "proposals.ttl").read_bytes()
    return Response(content, media_type=f"{TURTLE}; charset=utf-8", headers=NOT_KEPT)


async def _decide(authority: Authority, action: str, request: Request) -> Response:
    authority.require(Role.EDITOR, request.scope["headers"])
    served = serving(request)
    refuse_parameters(request)
    kinds = [JSON_TYPES[0]]
    media_type_of(request.headers.get("content-type"), kinds, refused=kinds[0], what="a decision")
    limit = limit_of(served.settings.max_body_mb)
    body = await read_body(request, limit, "decide on fewer proposals at once")
    ids, by, concept = _read_decision(decoded(body, "the decision"), action)
    slug, data_dir = request.path_params["id"], served.settings.data_dir
    state = _ACTIONS[action]
    if slug == PAIRS:
        work = partial(judge_pairs, data_dir, ids, state, by=by, via="rest")
        return await _told(served, request, work, effect="next-import")
    work = partial(decide, data_dir, slug, ids, state, by=by, via="rest", concept=concept)
    return await _told(served, request, work)


async def _edit(authority: Authority, request: Request) -> Response:
    authority.require(Role.EDITOR, request.scope["headers"])
    served = serving(request)
    values, _ = read_values(request, ("by",), single=("by",))
    if "by" not in values:
        raise Problem("invalid-parameter", "by is missing: your role or handle")
    kind = request.headers.get("content-type")
    media_type_of(kind, [TURTLE], refused=TURTLE, what="edited statements")
    limit = limit_of(served.settings.max_body_mb)
    body = await read_body(request, limit, "send the statements of fewer units at once")
    slug, data_dir = request.path_params["id"], served.settings.data_dir
    work = partial(take_written, data_dir, slug, body, by=values["by"][0], via="rest")
    return await _told(served, request, work)


async def _told(
    served: Serving, request: Request, work: Callable[[], Outcome], effect: str = "next-build"
) -> Response:
    """Carry a decision out and say what came of it."""
    try:
        done = await to_thread.run_sync(work)
    except Problem as problem:
        raise as_parameter(problem) from problem
    review = request.path_params["id"]
    document = {
        "review": served.address(f"{REVIEWS}/{review}"),
        "facts": done.facts,
        "terms": done.terms,
        "statements": done.statements,
        "open": done.open,
        "at": done.at,
        "takesEffect": effect,
        "release": served.state_id,
    }
    return json_response(document, headers=NOT_KEPT)


def _read_decision(text: str, action: str) -> tuple[Sequence[str], str, str | None]:
    """Return ids, handle and concept of a decision.

    Raises:
        Problem: ``malformed-request``.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed("no JSON") from error
    known = {"ids", "by", "concept"} if action == "accept" else {"ids", "by"}
    if not isinstance(given, dict) or not given.keys() <= known:
        raise _malformed(f"an object with {', '.join(sorted(known))} is expected")
    ids, by, concept = given.get("ids"), given.get("by"), given.get("concept")
    if not isinstance(ids, list) or not 0 < len(ids) <= _MOST_IDS:
        raise _malformed(f"ids is a list of 1 to {_MOST_IDS} proposals")
    if not all(isinstance(each, str) for each in ids):
        raise _malformed("ids are texts")
    if not isinstance(by, str):
        raise _malformed("by is missing: your role or handle")
    if concept is not None and not isinstance(concept, str):
        raise _malformed("concept is a text")
    return ids, by, concept


def _malformed(reason: str) -> Problem:
    return Problem("malformed-request", f"the body: {reason}", _EXAMPLE)
