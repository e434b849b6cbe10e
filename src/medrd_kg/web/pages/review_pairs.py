"""Review of the doubtful pairs of an import: organisations and programmes that may be one."""

import base64
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from anyio import to_thread
from fastapi import Request, Response

from medrd_kg.problems import Problem
from medrd_kg.reviewing.pairs import PAIRS, pair_documents
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.review_sheets.judgements import (
    EDITION,
    JOINED,
    ORGANISATION,
    PROGRAMME,
    Reason,
)
from medrd_kg.web.pages.review_given import Given
from medrd_kg.web.pages.site import language_of, render
from medrd_kg.web.requests import read_cursor, read_offset, refuse_parameters
from medrd_kg.web.review_openapi import ALL_STATES
from medrd_kg.web.review_routes import NOT_KEPT, wanted_states
from medrd_kg.web.state import serving

__all__ = ["KINDS", "check_choices", "show_pairs"]

KINDS: Final = (ORGANISATION, PROGRAMME, EDITION)
"""What pairs are of."""

_STATES: Final = (State.OPEN, State.ACCEPTED, State.REJECTED)
_PARAMETERS: Final = ("state", "of", "cursor")
_PAGE: Final = 50
"""Pairs on a page: what a person judges in one go."""

_SIDES: Final = ("one", "other")
_SHEET: Final = re.compile(r"sheet (?P<slug>[\w.-]+) at (?P<place>.+)")
"""Where a programme was found, as the import of sheets tells it."""

_REASONS: Final = {each.value: each.name.lower() for each in Reason}


def check_choices(request: Request) -> None:
    """Refuse what the address of a page of pairs cannot have.

    Raises:
        Problem: ``unknown-parameter``, ``invalid-parameter``.
    """
    refuse_parameters(request, _PARAMETERS)
    parameters = request.query_params
    wanted_states(parameters.get("state", State.OPEN.value))
    read_offset(read_cursor(parameters.get("cursor")))
    of = parameters.get("of", KINDS[0])
    if of and of not in KINDS:
        raise Problem(
            "invalid-parameter",
            f"of is one of {', '.join(KINDS)}, not {of[:50]!r}",
            extra={"parameter": "of", "known": list(KINDS)},
        )


async def show_pairs(
    request: Request, *, problem: Problem | None = None, given: Given | None = None
) -> Response:
    """Return a page of pairs, each with both sides and why they may be one.

    Args:
        request: The request; its parameters are checked.
        problem: Why a judgement was refused.
        given: What the form held then.

    Raises:
        Problem: ``not-found``: no sheets were imported.
    """
    settings = serving(request).settings
    pairs = await to_thread.run_sync(pair_documents, settings.data_dir)
    if pairs is None:
        raise Problem("not-found", "no sheets were imported", "import them first")
    parameters = request.query_params
    asked, of = parameters.get("state", State.OPEN.value), parameters.get("of", "")
    start = read_offset(read_cursor(parameters.get("cursor")))
    chosen = [each for each in pairs if not of or each["of"] == of]
    wanted = wanted_states(asked)
    found = [each for each in chosen if each["state"] in wanted]
    counts = Counter(each["state"].value for each in chosen)
    return render(
        request,
        "review_pairs.html",
        {
            "slug": PAIRS,
            "asked": asked,
            "of": of,
            "kinds": {"": len(pairs), **{kind: _number(pairs, kind) for kind in KINDS}},
            "choices": (*(state.value for state in _STATES), ALL_STATES),
            "counts": {**counts, ALL_STATES: len(chosen)},
            "total": len(found),
            "first": start + 1,
            "pairs": _told(found[start : start + _PAGE]),
            "next": _cursor(start + _PAGE) if start + _PAGE < len(found) else None,
            "may_decide": (settings.editor_token or settings.admin_token) is not None,
            "problem": problem and problem.document(language_of(request)),
            "given": given or Given(),
        },
        status=200 if problem is None else int(problem.kind.status),
        headers={**NOT_KEPT, **(problem.headers if problem is not None else {})},
    )


def _number(pairs: Sequence[dict[str, Any]], kind: str) -> int:
    return sum(each["of"] == kind for each in pairs)


def _told(pairs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return pairs as the page shows them: names are as the sheets have them."""
    return [
        {
            **each,
            "reason": _REASONS.get(each["why"], JOINED if each["outcome"] == JOINED else None),
            "sides": [_side(each[side]) for side in _SIDES],
        }
        for each in pairs
    ]


def _side(candidate: dict[str, str]) -> dict[str, Any]:
    sheet = _SHEET.fullmatch(candidate["place"])
    return {
        "id": candidate["id"],
        "label": {"ja": candidate["label"]},
        "place": candidate["place"] if sheet is None else sheet["place"],
        "sheet": None if sheet is None else sheet["slug"],
    }


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode().rstrip("=")
