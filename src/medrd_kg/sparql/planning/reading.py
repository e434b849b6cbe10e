"""A reader of the SPARQL that the planner understands, over the project's own lexer.

It reads less than SPARQL: blank nodes, collections, triple terms, SERVICE and whatever else it
does not know end it with `Unread`, and the query is left as it is. It need not find faults, for
what is not legal stays as wrong as it was in the parts that are kept.
"""

from collections.abc import Callable, Sequence
from typing import Final

from medrd_kg.sparql.planning.expressions import ExpressionReader
from medrd_kg.sparql.planning.syntax import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Lateral,
    Minus,
    Optional,
    Query,
    Select,
    Term,
    Triple,
    Union,
    Values,
)
from medrd_kg.sparql.planning.tokens import NAMES, Unread
from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["Unread", "read"]

_MAX_TOKENS: Final = 4000
"""Longest query that is looked at, in tokens; generated texts beyond are no analyst's."""

_RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def read(text: str) -> Query:
    """Read a query.

    Raises:
        Unread: It holds something that the planner does not know.
    """
    if "\\u" in text or "\\U" in text:
        # Resolved before everything else, they may end a string.
        raise Unread("an escape of a letter by its number")
    tokens: list[Token] = []
    try:
        for token in tokenize(text):
            tokens.append(token)
            if len(tokens) > _MAX_TOKENS:
                raise Unread("longer than the planner reads")
    except QueryFault as fault:
        raise Unread("a string has no end") from fault
    return _Reader(text, tokens).query()


class _Reader(ExpressionReader):
    """Recursive descent; the depth is bounded by `TokenReader.deeper`."""

    def query(self) -> Query:
        self.read_prologue()
        first = self.peek()
        prologue = self.text[: first.start]
        form = first.text.lower() if first.kind is TokenKind.WORD else ""
        if form == "select":
            select, has_dataset = self._select(outermost=True)
        elif form in {"ask", "describe", "construct"}:
            select, has_dataset = self._other_form(form)
        else:
            raise Unread("no query form")
        if not self.at_end:
            raise Unread("something follows the query")
        return Query(self.text, form, select, has_dataset, prologue)

    def _other_form(self, form: str) -> tuple[Select, bool]:
        start = self.take().start
        if form == "construct":
            if self.peek().text != "{":
                raise Unread("CONSTRUCT without a template of its own")
            self.skip_brackets()
        elif form == "describe":
            while self.peek().kind in (*NAMES, TokenKind.VARIABLE) or self.peek().text == "*":
                self.take()
        has_dataset = self._dataset()
        group = self._where()
        select = Select(start, group.end, False, False, (), group)
        return self._with_modifiers(select), has_dataset

    def _select(self, *, outermost: bool) -> tuple[Select, bool]:
        start = self.take().start
        distinct = self.accept_word("distinct")
        if not distinct:
            self.accept_word("reduced")
        star = self.accept("*")
        columns = () if star else self.columns()
        has_dataset = self._dataset() if outermost else False
        group = self._where()
        return self._with_modifiers(
            Select(start, group.end, distinct, star, columns, group)
        ), has_dataset

    def _dataset(self) -> bool:
        found = False
        while self.accept_word("from"):
            self.accept_word("named")
            if self.take().kind not in NAMES:
                raise Unread("FROM without a name")
            found = True
        return found

    def _where(self) -> Group:
        self.accept_word("where")
        return self._group()

    def _with_modifiers(self, select: Select) -> Select:
        group_by = self.grouping() if self.accept_words("group", "by") else ()
        having = self.conditions() if self.accept_word("having") else ()
        order_by = self.ordering() if self.accept_words("order", "by") else ()
        limited = False
        while self.accept_word("limit", "offset"):
            limited = True
            if self.take().kind is not TokenKind.NUMBER:
                raise Unread("LIMIT without a number")
        values = self._values() if self.peek_word("values") else None
        return Select(
            select.start,
            self.last_end,
            select.distinct,
            select.star,
            select.columns,
            select.group,
            group_by,
            having,
            order_by,
            limited,
            values,
        )

    def _group(self) -> Group:
        with self.deeper():
            start = self.expect("{").start
            elements: list[Element] = []
            if self.peek_word("select"):
                elements.append(self._select(outermost=False)[0])
            else:
                while self.peek().text != "}":
                    elements.extend(self._element())
                    self.accept(".")
            return Group(start, self.expect("}").end, tuple(elements))

    def _element(self) -> Sequence[Element]:
        token = self.peek()
        if token.text == "{":
            return [self._union()]
        if token.kind is not TokenKind.WORD:
            return self._triples()
        readers: dict[str, Callable[[], Element]] = {
            "filter": self._filter,
            "optional": self._optional,
            "minus": self._minus,
            "lateral": self._lateral,
            "graph": self._graph,
            "bind": self._bind,
            "values": self._values,
        }
        reader = readers.get(token.text.lower())
        if reader is None:
            raise Unread(f"{token.text} in a pattern")
        return [reader()]

    def _optional(self) -> Optional:
        start = self.take().start
        group = self._group()
        return Optional(start, group.end, group)

    def _minus(self) -> Minus:
        start = self.take().start
        group = self._group()
        return Minus(start, group.end, group)

    def _lateral(self) -> Lateral:
        start = self.take().start
        group = self._group()
        return Lateral(start, group.end, group)

    def _graph(self) -> Graph:
        start = self.take().start
        name = self._term()
        group = self._group()
        return Graph(start, group.end, name, group)

    def _union(self) -> Union:
        branches = [self._group()]
        while self.accept_word("union"):
            branches.append(self._group())
        return Union(branches[0].start, branches[-1].end, tuple(branches))

    def _filter(self) -> Filter | Exists:
        start = self.take().start
        negated = self.accept_word("not")
        if self.accept_word("exists"):
            group = self._group()
            return Exists(start, group.end, negated, group)
        if negated:
            raise Unread("NOT without EXISTS")
        bracketed = self._bracketed_exists(start)
        if bracketed is not None:
            return bracketed
        expression = self.constraint()
        return Filter(start, expression.end, expression)

    def _bracketed_exists(self, start: int) -> Exists | None:
        """Read ``(NOT EXISTS {…})`` or ``(!EXISTS {…})``; leave any other brackets unread."""
        begun = self.mark()
        if self.accept("("):
            negated = self.accept("!") or self.accept_word("not")
            if self.accept_word("exists"):
                group = self._group()
                if self.accept(")"):
                    return Exists(start, self.last_end, negated, group)
        self.back_to(begun)
        return None

    def _bind(self) -> Bind:
        start = self.take().start
        self.expect("(")
        expression, simple = self.expression_until_as()
        variable = self.variable()
        end = self.expect(")").end
        return Bind(start, end, expression, variable, simple)

    def _values(self) -> Values:
        start = self.take().start
        several = self.accept("(")
        names: list[str] = []
        while self.peek().kind is TokenKind.VARIABLE:
            names.append(self.variable())
        if several:
            self.expect(")")
        elif len(names) != 1:
            raise Unread("VALUES without a variable")
        self.expect("{")
        bound, rows = set(names), 0
        while not self.accept("}"):
            if several:
                self.expect("(")
            for name in names:
                if self.accept_word("undef"):
                    bound.discard(name)
                elif not self._term().is_constant:
                    raise Unread("a variable in VALUES")
            if several:
                self.expect(")")
            rows += 1
        return Values(start, self.last_end, tuple(names), frozenset(bound), rows)

    def _triples(self) -> list[Triple]:
        subject = self._term()
        found: list[Triple] = []
        while True:
            predicate = self._verb()
            while True:
                found.append(Triple(subject, predicate, self._term()))
                if not self.accept(","):
                    break
            if not self.accept(";"):
                return found
            while self.accept(";"):
                pass
            if self.peek().text in {".", "}"} or self._begins_element():
                return found

    def _begins_element(self) -> bool:
        """Tell whether a keyword follows a last semicolon; only ``a`` is a verb."""
        token = self.peek()
        return token.kind is TokenKind.WORD and token.text != "a"

    def _term(self) -> Term:
        token = self.peek()
        if token.kind is TokenKind.VARIABLE:
            self.take()
            return Term(token.start, token.end, variable=token.text[1:])
        return self.constant()

    def _verb(self) -> Term:
        token = self.peek()
        if token.kind is TokenKind.VARIABLE:
            return self._term()
        path = self.path()
        if path.key is None and token.text == "a" and path.end == token.end:
            return Term(path.start, path.end, key=_RDF_TYPE)
        return path
