"""The syntax of an update request, judged by the engine and by the limits of its parser."""

import re
from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.data_blocks import Condensed, shared_label
from medrd_kg.sparql.editing.request_faults import (
    NO_BLANK_NODES,
    cannot_stand,
    moved,
    offset_of,
    told,
)
from medrd_kg.sparql.screening import QUERY_FORMS
from medrd_kg.store.base import QueryFault
from medrd_kg.store.faults import refuse_excess, syntax_fault
from medrd_kg.store.lexing import Token, TokenKind, position
from medrd_kg.store.outline import MAX_NESTING, outline

__all__ = ["check_form", "check_operation", "refuse_shared_label", "refuse_size"]

_STOP: Final = "DROP GRAPH <urn:medrd-kg:nothing> ; "
"""Put before an operation on an empty store, it fails when all is read and nothing carried out."""


_IRI: Final = frozenset({TokenKind.IRI, TokenKind.PREFIXED_NAME})

_FORM: Final = re.compile(
    r"(?:insert|delete) data \{\}|delete where \{\}"
    r"|(?:with I )?(?:delete \{\} insert \{\}|delete \{\}|insert \{\})(?: using(?: named)? I)*"
    r" where \{\}"
    r"|load(?: silent)? I(?: into graph I)?"
    r"|(?:clear|drop)(?: silent)? (?:graph I|default|named|all)|create(?: silent)? graph I"
    r"|(?:copy|move|add)(?: silent)? (?:default|(?:graph )?I) to (?:default|(?:graph )?I)"
)
"""The operations of SPARQL 1.1 Update, section 3, as `check_form` writes them down."""


def check_form(request: Condensed, tokens: Sequence[Token]) -> None:
    """Refuse an operation that is none of the standard, though the engine reads it.

    The engine needs no space between keywords: it would read ``USINGNAMED`` as two of them.

    Args:
        request: The request.
        tokens: The operation without its declarations.

    Raises:
        QueryFault: At the first keyword that is none.
    """
    form, depth = [], 0
    for token in tokens:
        depth += token.text == "{"
        if depth == 0:
            form.append("I" if token.kind in _IRI else token.text.lower())
        depth -= token.text == "}"
        if depth == 0 and token.text == "}":
            form.append("{}")
    if not _FORM.fullmatch(" ".join(form)):
        known = set(re.findall("[a-z]+", _FORM.pattern))
        strange = (t for t in tokens if t.kind is TokenKind.WORD and t.text.lower() not in known)
        raise cannot_stand(request, next(strange, tokens[-1]))


def refuse_size(request: Condensed, pieces: Sequence[Sequence[Token]]) -> None:
    """Refuse what would end the process that parses it.

    Templates may be long, since they are plain lists; patterns may not.

    Raises:
        QueryFault: A block, a template or a pattern is nested too far, or a pattern too long.
    """
    deepest = max((block.nesting for block in request.blocks), default=0)
    for tokens in pieces:
        start = _pattern(tokens)
        if start is None:
            continue
        pattern = outline(request.text[tokens[start].start : tokens[-1].end])
        refuse_excess(pattern)
        before = outline(request.text[tokens[0].start : tokens[start].start])
        deepest = max(deepest, before.nesting)
    if deepest > MAX_NESTING:
        raise QueryFault(f"brackets are nested {deepest} deep; at most {MAX_NESTING} pass")


def _pattern(tokens: Sequence[Token]) -> int | None:
    """Return the index of the token after which the WHERE of an operation stands.

    Without a WHERE outside of all braces it is the first token: all that is there is checked.
    """
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.is_word("where"):
            return index
    return 0 if tokens else None


def check_operation(
    request: Condensed, prologue: str, tokens: Sequence[Token], start: int, base_iri: str
) -> None:
    """Let the engine read one operation without its data and without carrying it out.

    Args:
        request: The request.
        prologue: What was declared before.
        tokens: Declarations and operation.
        start: Index of the first token after the declarations.
        base_iri: Base of relative IRIs.

    Raises:
        QueryFault: It is malformed.
    """
    if not tokens:
        return
    first, end = tokens[0].start, tokens[-1].end
    keyword = tokens[start].start if start < len(tokens) else end
    stop = _STOP if start < len(tokens) else ""
    probe = f"{prologue}{request.text[first:keyword]}{stop}{request.text[keyword:end]}"
    try:
        ox.Store().update(probe, base_iri=base_iri)
    except SyntaxError as error:
        if start < len(tokens) and tokens[start].is_word(*QUERY_FORMS):
            raise _is_query(request, tokens[start]) from None
        anonymous = _blank_node_to_delete(tokens)
        if anonymous is not None:
            raise told(request, anonymous, NO_BLANK_NODES) from None
        fault = syntax_fault(probe, error, base_iri=base_iri, is_update=True)
        # From the place in what the engine read to the place in the request.
        offset = offset_of(probe, fault) - len(prologue)
        if offset > keyword - first:
            offset = max(offset - len(stop), keyword - first)
        raise moved(fault, request.text, first + max(offset, 0)) from None
    except RuntimeError:  # the stop has failed, as it must: everything could be read
        return


def _is_query(request: Condensed, token: Token) -> QueryFault:
    message = f"{token.text.upper()} begins a query, and updates are carried out here"
    return told(request, token, message)


def _blank_node_to_delete(tokens: Sequence[Token]) -> Token | None:
    """Return the first token that brings a blank node into what an operation deletes."""
    depth, deletes = 0, False
    for index, token in enumerate(tokens):
        if depth == 0 and token.text == "{":
            shorthand = index > 0 and tokens[index - 1].is_word("where")
            deletes = index > shorthand and tokens[index - 1 - shorthand].is_word("delete")
        depth += (token.text == "{") - (token.text == "}")
        if deletes and depth and (token.kind is TokenKind.BLANK_NODE or token.text in {"[", "("}):
            return token
    return None


def refuse_shared_label(request: Condensed) -> None:
    """Refuse a label of a blank node in two blocks of data; the engine never sees them together.

    Raises:
        Problem: ``malformed-query``.
    """
    shared = shared_label(request.original, request.blocks)
    if shared is not None:
        line, column = position(request.original, shared[1])
        raise Problem(
            "malformed-query",
            f"the blank node {shared[0]} stands in two blocks of data",
            "send both blocks as one, or use two labels",
            extra={"line": line, "column": column},
        )
