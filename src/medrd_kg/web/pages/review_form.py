"""The form of the review page: a decision sent by a browser, with or without scripts.

A person writes the editor's token into the form, and it travels in the body of this one request:
no address, cookie or stored answer holds it. Another site cannot decide in the reader's name,
because nothing that a browser adds by itself proves a role; a browser that says that the form comes
from another site is refused all the same. An accepted decision is answered by 303, so that going
back or loading again sends nothing twice.
"""

from pathlib import Path
from typing import Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.reviewing.pairs import PAIRS, judge_pairs
from medrd_kg.reviewing.proposals import decide, take_written
from medrd_kg.sources.documents.deciding import open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sparql.protocol import FORM, decoded, media_type_of, read_parameters
from medrd_kg.web.authorization import Authority, Role
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.pages.review import show_review
from medrd_kg.web.pages.review_given import Given
from medrd_kg.web.pages.review_pairs import KINDS, show_pairs
from medrd_kg.web.pages.words import LANGUAGES
from medrd_kg.web.review_openapi import ALL_STATES
from medrd_kg.web.review_routes import as_parameter
from medrd_kg.web.state import serving

__all__ = ["install_review_form"]

_VIA: Final = "page"
_ACTIONS: Final = {"accept": State.ACCEPTED, "reject": State.REJECTED}
_EDIT: Final = "edit"
_SAME_SITE: Final = frozenset({"same-origin", "none"})


def install_review_form(app: FastAPI, authority: Authority) -> None:
    """Add the addresses to which the forms are sent.

    Args:
        app: The application.
        authority: Knows the tokens.
    """

    async def submit(request: Request) -> Response:
        return await _submit(request, authority)

    for language in LANGUAGES:
        app.add_api_route(
            f"/{language}/review/{{document}}", submit, methods=["POST"], include_in_schema=False
        )


async def _submit(request: Request, authority: Authority) -> Response:
    served = serving(request)
    slug, data_dir = request.path_params["document"], served.settings.data_dir
    media_type_of(request.headers.get("content-type"), [FORM], refused=FORM, what="a decision")
    limit = limit_of(served.settings.max_body_mb)
    body = await read_body(request, limit, "decide on fewer proposals at once")
    fields = read_parameters(decoded(body, "the form").encode(), "the form")
    single = dict(fields)
    given = Given(
        ids=frozenset(value for name, value in fields if name == "id"),
        by=single.get("by", ""),
        concept=single.get("concept", ""),
        turtle=single.get("turtle", ""),
    )
    try:
        _require_own_form(request)
        token = single.get("token", "").strip()
        authority.require(Role.EDITOR, [(b"authorization", f"Bearer {token}".encode())])
        await to_thread.run_sync(_carry_out, data_dir, slug, single.get("action", ""), given)
    except Problem as problem:
        if slug == PAIRS:
            return await show_pairs(request, problem=as_parameter(problem), given=given)
        await to_thread.run_sync(open_review, data_dir, slug)
        return await show_review(request, problem=as_parameter(problem), given=given)
    shown = single.get("shown", "")
    state = shown if shown in {*State, ALL_STATES} else State.OPEN.value
    location = f"{slug}?state={state}"
    if slug == PAIRS and single.get("of") in KINDS:
        location += f"&of={single['of']}"
    return Response(status_code=303, headers={"Location": location, "Cache-Control": "no-store"})


def _require_own_form(request: Request) -> None:
    """Refuse a form that a browser says another site has sent.

    Raises:
        Problem: ``forbidden``.
    """
    site = request.headers.get("sec-fetch-site", "none")
    if site not in _SAME_SITE:
        raise Problem(
            "forbidden", "the form was sent from another site", "decide on the page of this service"
        )


def _carry_out(data_dir: Path, slug: str, action: str, given: Given) -> None:
    if action == _EDIT and slug != PAIRS:
        turtle = given.turtle.encode()
        take_written(data_dir, slug, turtle, by=given.by.strip(), via=_VIA)
        return
    if action not in _ACTIONS:
        raise Problem("invalid-parameter", f"action is accept, reject or edit, not {action[:50]!r}")
    if not given.ids:
        raise Problem("invalid-parameter", "no proposal is chosen", "tick at least one")
    if slug == PAIRS:
        by = given.by.strip()
        judge_pairs(data_dir, sorted(given.ids), _ACTIONS[action], by=by, via=_VIA)
        return
    concept = given.concept.strip() if action == "accept" else ""
    ids, by = sorted(given.ids), given.by.strip()
    decide(data_dir, slug, ids, _ACTIONS[action], by=by, via=_VIA, concept=concept or None)
