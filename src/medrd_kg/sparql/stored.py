"""Stored queries: SPARQL files whose comments tell title, parameters and columns.

The front matter follows the convention of grlc: lines that begin with ``#+`` at the top of the
file form one YAML document, and a parameter is a variable that begins with ``?_`` and ends in its
type. ``docs/queries.md`` describes the format for authors.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as validates_model

from medrd_kg.kinds import Bilingual
from medrd_kg.sparql.parameters import Name, Parameter, Scalar, ValueType
from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["Column", "StoredQuery", "StoredQueryFault", "load_stored_queries"]

FRONT_MATTER = "#+"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, ten times faster where PyYAML was built with its C library."""


class StoredQueryFault(ValueError):
    """A file of a stored query breaks the format; the message names file and place."""


class Column(BaseModel):
    """A column of the answer.

    Attributes:
        name: Name of the projected variable.
        type: What its values are.
        description: What they mean.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    type: ValueType
    description: Bilingual


class StoredQuery(BaseModel):
    """A SELECT query that answers one question.

    Attributes:
        name: Name of its file without suffix; last segment of its address.
        title: The question, short.
        description: What is counted or listed, and from which source.
        tags: Subjects for grouping.
        parameters: Values that callers may give.
        columns: Columns of the answer in order.
        text: The SPARQL text without front matter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    title: Bilingual
    description: Bilingual
    tags: Annotated[tuple[Name, ...], Field(min_length=1)]
    parameters: tuple[Parameter, ...] = ()
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    text: str

    @cached_property
    def _tokens(self) -> tuple[Token, ...]:
        return tuple(tokenize(self.text))

    def bind(self, values: Mapping[str, Scalar]) -> str:
        """Return the query with its parameters replaced by terms.

        A value never becomes text that is parsed: whole variable tokens are exchanged for one
        IRI or literal each, written by the RDF library with every character escaped.

        Args:
            values: Value per parameter name; what is missing takes its default.

        Raises:
            KeyError: A name is not a parameter, or a parameter without default is missing.
            ValueError: A value is not of its parameter's type.
        """
        known = {parameter.name for parameter in self.parameters}
        if strange := sorted(set(values) - known):
            raise KeyError(strange[0])
        terms: dict[str, str] = {}
        for parameter in self.parameters:
            value = values.get(parameter.name, parameter.default)
            if value is not None:
                terms[parameter.variable] = str(parameter.term(value))
            elif not parameter.optional:
                raise KeyError(parameter.name)
        pieces, at = [], 0
        for index, token in enumerate(self._tokens):
            if token.kind is TokenKind.VARIABLE and token.text[1:] in terms:
                start, end, term = token.start, token.end, terms[token.text[1:]]
                if self._is_bound_test(index):
                    # BOUND takes variables only, and a given value makes it true.
                    start, end = self._tokens[index - 2].start, self._tokens[index + 1].end
                    term = "true"
                pieces += [self.text[at:start], term]
                at = end
        return "".join([*pieces, self.text[at:]])

    def _is_bound_test(self, index: int) -> bool:
        """Tell whether the variable at ``index`` stands in ``BOUND ( … )``."""
        around = [token.text.lower() for token in self._tokens[max(index - 2, 0) : index + 2]]
        return around[:2] == ["bound", "("] and around[3:] == [")"]

    @validates_model(mode="after")
    def _check(self) -> Self:
        used = {
            token.text[1:]
            for token in self._tokens
            if token.kind is TokenKind.VARIABLE and token.text[1] == "_"
        }
        declared = [parameter.variable for parameter in self.parameters]
        if repeated := {each for each in declared if declared.count(each) > 1}:
            raise ValueError(f"parameters share the variable {_list(repeated)}")
        if undeclared := used - set(declared):
            raise ValueError(f"no parameter declares {_list(undeclared)}")
        if unused := set(declared) - used:
            raise ValueError(f"the query does not use {_list(unused)}")
        projected, columns = _projection(self._tokens), [column.name for column in self.columns]
        if projected != columns:
            raise ValueError(f"the query selects {projected}, the columns are {columns}")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read one file.

        Raises:
            StoredQueryFault: The front matter or the query breaks the format.
        """
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head = [line for line in lines if line.startswith(FRONT_MATTER)]
        if lines[: len(head)] != head:
            raise StoredQueryFault(f"{path}: lines of front matter stand together at the top")
        # Two spaces keep the columns of YAML's messages true to the file.
        front_matter = "".join(line.replace(FRONT_MATTER, "  ", 1) for line in head)
        try:
            entry: Any = yaml.load(front_matter, Loader=_Loader)  # noqa: S506 - both are safe
            if not isinstance(entry, dict):
                raise StoredQueryFault(f"{path}: no front matter (lines that begin with #+)")
            return cls.model_validate(
                entry | {"name": path.stem, "text": "".join(lines[len(head) :]).strip() + "\n"}
            )
        except (yaml.YAMLError, ValidationError, QueryFault) as fault:
            raise StoredQueryFault(f"{path}: {fault}") from fault


def load_stored_queries(folder: Path) -> dict[str, StoredQuery]:
    """Read every ``*.rq`` file of ``folder``, by name in alphabetical order.

    Raises:
        StoredQueryFault: A file breaks the format.
    """
    return {path.stem: StoredQuery.read(path) for path in sorted(folder.glob("*.rq"))}


def _projection(tokens: Sequence[Token]) -> list[str]:
    """Return the variables that the outermost SELECT projects, in order; none for ``*``."""
    names: list[str] = []
    depth, selecting = 0, False
    previous = ""
    for token in tokens:
        if not selecting:
            selecting = token.text.lower() == "select"
        elif token.text.lower() in {"where", "from", "{"} and depth == 0:
            return names
        elif token.text in {"(", ")"}:
            depth += 1 if token.text == "(" else -1
        elif token.kind is TokenKind.VARIABLE and (depth == 0 or previous == "as"):
            names.append(token.text[1:])
        previous = token.text.lower()
    return names


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"?{name}" for name in sorted(names))
