"""INSERT DATA, DELETE DATA, and DELETE and INSERT with WHERE (SPARQL 1.1 Update, section 3.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Quad, Triple

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.data_blocks import DataBlock
from medrd_kg.sparql.editing.request_faults import (
    NO_BLANK_NODES,
    advised,
    cannot_stand,
    explained,
    offset_of,
)
from medrd_kg.sparql.editing.requests import Operation, closing, resolved
from medrd_kg.sparql.editing.targets import Targets
from medrd_kg.sparql.editing.templates import Template, read_template, variables_of
from medrd_kg.store.base import Dataset, QueryFault, Row, Term
from medrd_kg.store.changes import Changes, Statements
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.store.faults import syntax_fault
from medrd_kg.store.lexing import TokenKind, position, tokenize

__all__ = ["change_data", "modify"]

_BATCH: Final = 10_000
"""Solutions that are filled into templates at a time."""

_LONGEST_READ: Final = 100_000
"""Longest data, in characters, whose tokens are looked at to explain a fault."""


def change_data(operation: Operation, changes: Changes, targets: Targets) -> None:
    """Carry out INSERT DATA or DELETE DATA.

    Raises:
        Problem: ``malformed-query`` or ``read-only-graph``.
    """
    opening = next(i for i, token in enumerate(operation.tokens) if token.text == "{")
    block = operation.request.block_at(operation.request.offset(operation.tokens[opening].start))
    if block is None:  # the engine reads more than the standard knows
        fault = cannot_stand(operation.request, operation.tokens[opening])
        raise explained(operation.request, fault)
    deletes = operation.word == "delete"
    data = _data(operation, block, deletes=deletes)
    targets.require_all(data)
    if deletes:
        changes.remove(data.quads)
    else:
        changes.add(data)


def _data(operation: Operation, block: DataBlock, *, deletes: bool) -> Statements:
    """Return the statements of a block of data, as the engine reads them."""
    store = ox.Store()
    body = operation.request.original[block.start : block.end]
    head = f"{operation.prologue}INSERT DATA {{"
    try:
        store.update(f"{head}{body}}}", base_iri=operation.base_iri)
    except SyntaxError as error:
        raise _data_fault(operation, block, error, head) from None
    statements = Statements.of(store)
    if deletes and any(map(_is_anonymous, statements.quads)):
        # Where the blank node stands is known when the engine reads the data as what they are.
        head = f"{operation.prologue}DELETE DATA {{"
        try:
            ox.Store().update(f"{head}{body}}}", base_iri=operation.base_iri)
        except SyntaxError as error:
            raise _data_fault(operation, block, error, head) from None
    return statements


def _is_anonymous(quad: Quad) -> bool:
    return any(map(_has_blank_node, (quad.subject, quad.object)))


def _has_blank_node(term: Term) -> bool:
    if isinstance(term, Triple):
        return _has_blank_node(term.subject) or _has_blank_node(term.object)
    return isinstance(term, BlankNode)


def _data_fault(operation: Operation, block: DataBlock, error: SyntaxError, head: str) -> Problem:
    """Return the problem of data that the engine cannot read after ``head``."""
    text = operation.request.original
    probe = f"{head}{text[block.start : block.end]}}}"
    fault = syntax_fault(probe, error, base_iri=operation.base_iri, is_update=True)
    reason = str(fault)
    offset = min(max(offset_of(probe, fault) - len(head), 0) + block.start, block.end)
    misfit = _misfit(text, block, deletes=operation.word == "delete")
    if misfit is not None and misfit[0] <= offset:
        offset, reason = misfit
    line, column = position(text, offset)
    return advised(operation.request, QueryFault(reason, line=line, column=column))


def _misfit(text: str, block: DataBlock, *, deletes: bool) -> tuple[int, str] | None:
    """Return offset and fault of the first token that data cannot have, in data of some length."""
    if block.end - block.start > _LONGEST_READ:
        return None
    for token in tokenize(text[block.start : block.end]):
        if token.kind is TokenKind.VARIABLE:
            return token.start + block.start, f"data have no variables, such as {token.text}"
        if deletes and (token.kind is TokenKind.BLANK_NODE or token.text in {"[", "("}):
            return token.start + block.start, NO_BLANK_NODES
    return None


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The parts of a modification: indices of braces among the tokens, names as written."""

    within: str | None
    deletes: tuple[int, int] | None
    inserts: tuple[int, int] | None
    pattern: tuple[int, int]
    using: tuple[str, ...]
    using_named: tuple[str, ...]


def _clauses(operation: Operation) -> _Clauses:
    tokens = operation.tokens
    within = tokens[1].text if tokens[0].is_word("with") else None
    index = 2 if within is not None else 0
    found: dict[str, tuple[int, int]] = {}
    using: dict[bool, list[str]] = {False: [], True: []}
    while index < len(tokens):
        if tokens[index].is_word("using"):
            named = tokens[index + 1].is_word("named")
            using[named].append(tokens[index + 1 + named].text)
            index += 2 + named
        elif tokens[index].text == "{":
            # The pattern of DELETE WHERE is its template as well.
            found[tokens[index - 1].text.lower()] = (index, closing(tokens, index))
            index = closing(tokens, index) + 1
        else:
            index += 1
    pattern = found["where"]
    if tokens[0].is_word("delete") and tokens[1].is_word("where"):
        found["delete"] = pattern
    return _Clauses(
        within=within,
        deletes=found.get("delete"),
        inserts=found.get("insert"),
        pattern=pattern,
        using=tuple(using[False]),
        using_named=tuple(using[True]),
    )


def modify(
    operation: Operation, store: EmbeddedStore, changes: Changes, targets: Targets, using: Dataset
) -> None:
    """Carry out DELETE and INSERT with WHERE, or DELETE WHERE.

    Args:
        operation: The operation.
        store: What its WHERE reads.
        changes: What it changes.
        targets: Which graphs may change.
        using: The dataset that the request describes beside its text.

    Raises:
        Problem: ``malformed-query``, ``malformed-request`` or ``read-only-graph``.
    """
    clauses = _clauses(operation)
    names = [
        *((clauses.within,) if clauses.within is not None else ()),
        *clauses.using,
        *clauses.using_named,
    ]
    iris = resolved(operation, names)
    within = iris.pop(0) if clauses.within is not None else None
    own = Dataset(tuple(iris[: len(clauses.using)]), tuple(iris[len(clauses.using) :]))
    _refuse_two_datasets(operation, using, own, within)

    spans = [span for span in (clauses.deletes, clauses.inserts) if span is not None]
    variables = list(dict.fromkeys(v for span in spans for v in variables_of(operation, *span)))
    deletes, inserts = (
        None if span is None else read_template(operation, *span, variables, within)
        for span in (clauses.deletes, clauses.inserts)
    )
    templates = [each for each in (deletes, inserts) if each is not None]
    pattern = operation.text(*clauses.pattern)
    once = not variables and not any(template.blank_nodes for template in templates)
    # Without variables and blank nodes, one solution does what all of them would do.
    query = (
        f"{operation.prologue}SELECT {' '.join(f'?{name}' for name in variables) or '*'}"
        f" WHERE {pattern}{' LIMIT 1' if once else ''}"
    )
    dataset = using if own.is_empty else own
    gone, new = ox.Store(), ox.Store()
    try:
        solutions = (
            changes.query_within(within, query, operation.base_iri).rows()
            if dataset.is_empty and within is not None
            else store.query(query, dataset=dataset, base_iri=operation.base_iri).rows()
        )
        _fill(solutions, variables, ((deletes, gone), (inserts, new)))
    except QueryFault as fault:
        raise advised(operation.request, QueryFault(str(fault))) from fault
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise advised(operation.request, QueryFault(str(error))) from error
    old_statements, new_statements = Statements.of(gone), Statements.of(new)
    del gone, new  # they may be large
    targets.require_all(old_statements)
    targets.require_all(new_statements)
    changes.remove(old_statements.quads)
    changes.add(new_statements)


def _fill(
    solutions: Iterator[Row],
    variables: Sequence[str],
    templates: Sequence[tuple[Template | None, ox.Store]],
) -> None:
    """Fill templates from solutions; nothing changes before the last solution is known."""
    while batch := [tuple(map(row.get, variables)) for row in islice(solutions, _BATCH)]:
        for template, store in templates:
            if template is not None:
                store.extend(template.fill(batch))


def _refuse_two_datasets(
    operation: Operation, using: Dataset, own: Dataset, within: str | None
) -> None:
    """Refuse a dataset in the request beside one in the text (SPARQL 1.1 Protocol, 2.2.3)."""
    if using.is_empty or (own.is_empty and within is None):
        return
    token = next(token for token in operation.tokens if token.is_word("using", "with"))
    line, column = position(operation.request.original, operation.request.offset(token.start))
    raise Problem(
        "malformed-request",
        f"the update says {token.text.upper()} although the request has using-graph-uri or"
        " using-named-graph-uri",
        "describe the dataset in one of the two places",
        extra={"line": line, "column": column},
    )
