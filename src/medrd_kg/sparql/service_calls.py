"""SERVICE without a network: the calls of a query, and what each endpoint is to be asked.

The engine never sees SERVICE. A call is found on the tokens, asked of its endpoint by whoever may
reach it, and replaced by its solutions as inline data (`inline_results`). By SPARQL 1.1 Federated
Query, section 4, ``SERVICE <e> { P }`` stands for the solutions of P at e, joined to what stands
before: just what inline data at the same place stand for.

Nothing of the outer query is pushed to an endpoint: P is asked as it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph as ox
from pyoxigraph import NamedNode

from medrd_kg.problems import Problem
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.screening import QUERY_FORMS, may_call_service
from medrd_kg.sparql.service_patterns import ServicePattern, read_patterns
from medrd_kg.sparql.service_solutions import inline_results
from medrd_kg.store.base import QueryFault
from medrd_kg.store.faults import refuse_excess, syntax_fault
from medrd_kg.store.lexing import Token, TokenKind, position, tokenize
from medrd_kg.store.outline import outline
from medrd_kg.store.results import EmbeddedResult

__all__ = ["MAX_CALLS", "ServiceCall", "inline_results", "service_calls"]

MAX_CALLS: Final = 16
"""Most calls in one request."""

_DECLARED: Final = {"base": 1, "prefix": 2}
"""Words of a prologue that matter to names, each with the number of tokens that it declares."""

_RELATIVE: Final = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.\-]*:)")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_SPECIAL: Final = {'"': r"\"", "'": r"\'", "\\": r"\\", "\n": r"\n", "\r": r"\r"}

_PADDING: Final = "\n" * 64
"""Longer than any look-ahead of the engine's grammar."""
_PLACE: Final = re.compile(r"error at (\d+):(\d+): ")


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One SERVICE pattern that lies in no other.

    Attributes:
        start: Offset of the keyword.
        end: Offset after the closing brace.
        endpoint: IRI of the endpoint, resolved.
        silent: Whether a failure counts as one solution without bindings.
        query: What the endpoint is to be asked, complete with its prologue.
        variables: The variables in the scope of the pattern, in the order of their appearance.
        nested: IRIs of the endpoints that the pattern in turn asks the endpoint to call. They
            need the same permission: else the endpoint would reach for us what we may not.
    """

    start: int
    end: int
    endpoint: str
    silent: bool
    query: str
    variables: tuple[str, ...]
    nested: tuple[str, ...] = ()


def service_calls(text: str, base_iri: str | None = None) -> tuple[ServiceCall, ...]:
    """Find the calls of a query or update, outermost ones only, in the order of the text.

    Args:
        text: The query or update.
        base_iri: Base of its relative IRIs.

    Raises:
        Problem: ``malformed-query``; ``service-not-allowed`` when an endpoint is a variable, when
            a lenient reader might see a call where the standard has none, or for too many calls.
    """
    try:
        refuse_excess(outline(text))
        tokens = list(tokenize(text))
        patterns, closed = read_patterns(tokens)
        is_update = not any(token.is_word(*QUERY_FORMS) for token in _outside_braces(tokens))
        _refuse_malformed(text, base_iri, is_update=is_update, closed=closed)
    except QueryFault as fault:
        raise malformed(text, fault) from fault
    heads = {index for pattern in patterns for index in pattern.heads()}
    if may_call_service(_without(tokens, heads)):
        raise Problem(
            "service-not-allowed",
            "a part of the text may be read as SERVICE in more than one way",
            "write a space after SERVICE, and on both sides of every < and >",
        )
    if len(patterns) > MAX_CALLS:
        raise Problem(
            "service-not-allowed",
            f"the text has {len(patterns)} SERVICE patterns; at most {MAX_CALLS} are asked",
            "join patterns for the same endpoint into one SERVICE",
        )
    try:
        return tuple(_call(text, tokens, pattern, base_iri) for pattern in patterns)
    except SyntaxError as error:
        # The engine reads words without spaces between ("PREFIXex:"), which is not standard.
        apart = QueryFault("a SERVICE pattern cannot be understood apart from the rest")
        raise malformed(text, apart) from error


def _refuse_malformed(text: str, base_iri: str | None, *, is_update: bool, closed: bool) -> None:
    """Refuse what the engine cannot read, while its places are those of the caller's text.

    The text is followed by a character that no text may contain: nothing is ever evaluated, and
    the line of the error tells whether the text was read whole.

    Raises:
        QueryFault: The text is malformed.
    """
    probe, store = f"{text}{_PADDING}\x01", ox.Store()
    try:
        if is_update:
            store.update(probe, base_iri=base_iri)
        else:
            store.query(probe, base_iri=base_iri)
    except SyntaxError as error:
        place = _PLACE.match(str(error))
        if place is not None and int(place[1]) > position(text, len(text))[0]:
            if closed:
                return
            line, column = position(text, len(text))
            raise QueryFault("the text ends too early", line=line, column=column) from None
        raise syntax_fault(text, error, base_iri=base_iri, is_update=is_update) from None


def _without(tokens: Sequence[Token], indexes: set[int]) -> list[Token]:
    """Return the tokens with those at ``indexes`` made meaningless."""
    return [
        Token(TokenKind.PUNCTUATION, "", token.start) if index in indexes else token
        for index, token in enumerate(tokens)
    ]


def _call(
    text: str, tokens: Sequence[Token], pattern: ServicePattern, base_iri: str | None
) -> ServiceCall:
    endpoints = [tokens[each.endpoint] for each in (pattern, *pattern.nested)]
    _refuse_variables(text, endpoints)
    inside = tokens[pattern.group.opening + 1 : pattern.group.closing]
    prefixes = dict.fromkeys(
        token.text.partition(":")[0] for token in inside if token.kind is TokenKind.PREFIXED_NAME
    )
    has_relative = any(
        token.kind is TokenKind.IRI and _RELATIVE.match(token.text) for token in inside
    )
    names = [token.text for token in endpoints]
    names += [f"{prefix}:" for prefix in prefixes]
    names += ["<>"] if has_relative else []
    resolved = _resolved(_prologue(tokens[: pattern.word]), names, base_iri)
    namespaces = resolved[len(endpoints) : len(endpoints) + len(prefixes)]
    prologue = "".join(
        f"PREFIX {prefix}: <{namespace}>\n"
        for prefix, namespace in zip(prefixes, namespaces, strict=True)
    )
    if has_relative:
        prologue = f"BASE <{resolved[-1]}>\n{prologue}"
    body = _spelt(inside)
    return ServiceCall(
        start=tokens[pattern.word].start,
        end=tokens[pattern.group.closing].end,
        endpoint=resolved[0],
        silent=pattern.silent,
        query=f"{prologue}SELECT * WHERE {{ {body} }}",
        variables=_variables(prologue, body, inside),
        nested=tuple(dict.fromkeys(resolved[1 : len(endpoints)])),
    )


def _refuse_variables(text: str, endpoints: Iterable[Token]) -> None:
    for token in endpoints:
        if token.kind is TokenKind.VARIABLE:
            line, column = position(text, token.start)
            raise Problem(
                "service-not-allowed",
                f"the endpoint of SERVICE is the variable {token.text}",
                "name the endpoint by its IRI, one SERVICE for each",
                extra={"line": line, "column": column},
            )


def _outside_braces(tokens: Iterable[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            yield token


def _prologue(tokens: Iterable[Token]) -> str:
    """Return the declarations among ``tokens``; those of an update may stand between operations."""
    said: list[str] = []
    outside = _outside_braces(tokens)
    for token in outside:
        count = _DECLARED.get(token.text.lower()) if token.kind is TokenKind.WORD else None
        if count is not None:
            said += (token.text, *(each.text for each in islice(outside, count)))
    return " ".join(said)


def _resolved(prologue: str, names: Sequence[str], base_iri: str | None) -> list[str]:
    """Return the IRIs that ``names`` mean: the engine itself resolves prefixes and bases."""
    columns = " ".join(f"({name} AS ?n{i})" for i, name in enumerate(names))
    answer = ox.Store().query(f"{prologue}\nSELECT {columns} {{}}", base_iri=base_iri)
    row = next(EmbeddedResult(answer).rows())
    terms = (row[f"n{i}"] for i in range(len(names)))
    return [term.value for term in terms if isinstance(term, NamedNode)]


def _variables(prologue: str, body: str, inside: Iterable[Token]) -> tuple[str, ...]:
    """Return the variables in the scope of a pattern; nothing is evaluated to find them."""
    answer = ox.Store().query(f"{prologue}SELECT * {{ {{ {body} }} FILTER(false) }}")
    in_scope = set(EmbeddedResult(answer).variables)
    seen = dict.fromkeys(token.text[1:] for token in inside if token.kind is TokenKind.VARIABLE)
    return tuple(name for name in seen if name in in_scope)


def _spelt(tokens: Sequence[Token]) -> str:
    r"""Write tokens so that every reader finds the same ones.

    Comments are dropped and codepoint escapes resolved: some readers resolve them before they
    look for the ends of strings and comments (SPARQL 1.1, section 19.2), others inside.
    """
    parts: list[str] = []
    end = tokens[0].start if tokens else 0
    for token in tokens:
        parts += (" " if token.start > end else "", _plain(token))
        end = token.end
    return "".join(parts)


def _plain(token: Token) -> str:
    if token.kind is TokenKind.STRING:
        return _ESCAPE.sub(lambda found: _character(found, _SPECIAL), token.text)
    if token.kind is TokenKind.IRI:
        return _ESCAPE.sub(lambda found: _character(found, {}), token.text)
    return token.text


def _character(escape: re.Match[str], special: dict[str, str]) -> str:
    digits = escape[1] or escape[2]
    if digits is None:
        return escape.group()
    character = chr(int(digits, 16))
    return special.get(character, character)
