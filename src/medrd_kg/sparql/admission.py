"""Which queries of callers are evaluated at all, for every face alike."""

from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.screening import screen
from medrd_kg.store.base import QueryFault, QueryForm

__all__ = ["admitted_form"]

_FORMS: Final = {"select": QueryForm.SELECT, "ask": QueryForm.ASK}


def admitted_form(text: str) -> str | None:
    """Return the form of a caller's query where its first keyword shows it.

    Raises:
        Problem: It is an update, asks another server, or cannot even be cut into tokens.
    """
    try:
        found = screen(text)
    except QueryFault as fault:
        raise malformed(text, fault) from fault
    if found.is_update:
        raise Problem(
            "update-on-query-endpoint",
            "queries are answered here, updates are not carried out",
            "send SELECT, ASK, CONSTRUCT or DESCRIBE",
        )
    if found.uses_service:
        raise Problem(
            "service-not-allowed",
            "the query calls another endpoint by SERVICE, and federation is off",
            "ask the other endpoint itself and join the answers. If the query has no SERVICE,"
            " write a space on both sides of every < and >",
        )
    return None if found.form is None else _FORMS.get(found.form, QueryForm.GRAPH)
