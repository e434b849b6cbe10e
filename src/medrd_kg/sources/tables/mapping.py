"""How the columns of a table become statements: CSVW metadata, read into what an import needs.

The mapping is the W3C Recommendation "Metadata Vocabulary for Tabular Data" (2015), read by the
`csvw` library. Nothing is fetched: schemas and dialects must be written out. What the library
only warns of, and what this importer does not do, is refused, so that no part of a mapping is
passed over in silence.
"""

import copy
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from csvw.metadata import Column, Table, TableGroup

from medrd_kg.problems import Problem
from medrd_kg.sources.named_agents import PERSONS
from medrd_kg.sources.tables.columns import DATES, UNITS, ColumnMap, TableMap, TableMapping
from medrd_kg.sources.tables.templates import Template, expanded

__all__ = ["read_mapping"]

_UNIT: Final = "schema:unitText"
_UNREAD: Final = {
    "foreignKeys": "the SHACL shapes check what is referred to",
    "transformations": "only the RDF of the columns is made",
    "ordered": "lists are sets of values here",
    "tableDirection": None,
    "textDirection": None,
    "rowTitles": None,
    "notes": None,
}
"""Parts of the vocabulary that are not read; those with a reason would change the outcome."""

_TRIMS: Final = frozenset({"true", "false", "start", "end", True, False})


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping.

    Args:
        path: A file of CSVW metadata.

    Raises:
        Problem: ``invalid-data``: the file cannot be read, or the mapping is at fault.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Problem("invalid-data", f"{path} is not in UTF-8") from error
    except json.JSONDecodeError as error:
        raise Problem(
            "invalid-data", f"{path}: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    try:
        return _mapping(document)
    except ValueError as error:
        raise Problem(
            "invalid-data", f"{path}: {error}", "docs/imports.md describes mappings"
        ) from error


def _mapping(document: object) -> TableMapping:
    if not isinstance(document, dict):
        raise ValueError("a mapping is a JSON object")  # noqa: TRY004 - a fault of the data
    tables = document.get("tables", [document])
    if not isinstance(tables, list) or not tables:
        raise ValueError('"tables" is a list of tables')
    for each in [document, *tables]:
        _refuse_references(each)
    plain, dates = _without_own_formats(document)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            if "tables" in document:
                found = list(TableGroup.fromvalue(plain).tables)
            else:
                found = [Table.fromvalue(plain)]
        except (AssertionError, AttributeError, KeyError, TypeError) as error:
            raise ValueError(
                f"it is no CSVW metadata: {str(error) or type(error).__name__}"
            ) from error
    if warned:
        raise ValueError("; ".join(str(each.message) for each in warned))
    common = document if "tables" in document else tables[0]
    return TableMapping(
        tables=tuple(
            _table(each, raw, document, formats)
            for each, raw, formats in zip(found, tables, dates, strict=True)
        ),
        title=_text(common, "dc:title"),
        address=_text(common, "dc:source"),
        licence=_text(common, "dc:license"),
        issued=_text(common, "dc:issued"),
    )


def _refuse_references(description: object) -> None:
    """Refuse what the library would fetch, and what would be passed over."""
    if not isinstance(description, dict):
        raise ValueError("a table is a JSON object")  # noqa: TRY004 - a fault of the data
    for name in ("tableSchema", "dialect"):
        if name in description and not isinstance(description[name], dict):
            raise ValueError(f'"{name}" must be written out: nothing is fetched')
    schema = description.get("tableSchema", {})
    columns = schema.get("columns", [])
    for part in (description, schema, *(columns if isinstance(columns, list) else ())):
        for name, reason in _UNREAD.items():
            if reason is not None and isinstance(part, dict) and part.get(name):
                raise ValueError(f'"{name}" is not read ({reason}): leave it out')


def _text(description: Mapping[str, Any], name: str) -> str | None:
    value = description.get(name)
    if isinstance(value, dict):
        value = value.get("@value", value.get("@id"))
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{name}" is one text')
    return value


def _without_own_formats(document: dict[str, Any]) -> tuple[dict[str, Any], list[dict[int, str]]]:
    """Return a copy without the formats of `DATES`, and for each table these by column."""
    plain = copy.deepcopy(document)
    found = []
    for table in plain.get("tables", [plain]):
        formats: dict[int, str] = {}
        columns = table.get("tableSchema", {}).get("columns", [])
        for number, column in enumerate(columns if isinstance(columns, list) else ()):
            datatype = column.get("datatype") if isinstance(column, dict) else None
            if not isinstance(datatype, dict) or datatype.get("base") != "date":
                continue
            if isinstance(datatype.get("format"), str) and datatype["format"] in DATES:
                formats[number] = datatype.pop("format")
        found.append(formats)
    return plain, found


def _table(
    table: Table, raw: Mapping[str, Any], group: Mapping[str, Any], dates: Mapping[int, str]
) -> TableMap:
    dialect = table._get_dialect()  # noqa: SLF001 - the one place where it looks at the group
    told = {**group.get("dialect", {}), **raw.get("dialect", {})}
    if dialect.trim not in _TRIMS:
        raise ValueError(f'"trim" is true, false, start or end, not {dialect.trim!r}')
    columns = tuple(_columns(table, table.tableSchema.columns, dates))
    names = [each.name for each in columns]
    if not any(each.predicate for each in columns):
        raise ValueError('no column has a "propertyUrl": nothing would be imported')
    known = {each.name for each in columns if not each.is_virtual}
    for each in columns:
        for template in (each.about, each.predicate, each.value):
            for variable in template.variables if template is not None else ():
                if variable not in known and not variable.startswith("_"):
                    raise ValueError(
                        f"column {each.name}: the template {template.text!r} speaks of"
                        f" {variable!r}, which is no column (there are {', '.join(known)})"
                        if template is not None
                        else ""
                    )
    key = tuple(table.tableSchema.primaryKey or ())
    for name in key:
        if name not in names:
            raise ValueError(f'"primaryKey" names {name!r}, which is no column')
    return TableMap(
        sheet=str(table.url).partition("#")[2] or None,
        columns=columns,
        key=key,
        dialect=dialect,
        encoding=told.get("encoding"),
    )


def _columns(
    table: Table, columns: Sequence[Column], dates: Mapping[int, str]
) -> Iterator[ColumnMap]:
    for number, column in enumerate(columns, 1):
        name = column.name or f"_col.{number}"
        titles = [title for group in (column.titles or {}).values() for title in group]
        if not column.virtual and not column.name and not titles:
            raise ValueError(f"column {number} has neither name nor titles")
        about, value = column.inherit("aboutUrl"), column.inherit("valueUrl")
        predicate = None if column.suppressOutput else column.inherit("propertyUrl")
        if predicate is not None and about is None:
            raise ValueError(f'column {name} has no "aboutUrl", and its table has none either')
        if column.virtual and (predicate is None or (value is None and not column.default)):
            raise ValueError(
                f'virtual column {name} needs "propertyUrl" and "valueUrl" or a default'
            )
        yield _checked(
            ColumnMap(
                name=name,
                titles=tuple(titles or ([] if column.virtual else [name])),
                about=None if predicate is None else Template(str(about.uri)),
                predicate=None if predicate is None else Template(str(predicate.uri)),
                value=None if value is None else Template(str(value.uri)),
                language=_language(table, column),
                unit=column.common_props.get(_UNIT),
                date_format=dates.get(number - 1),
                is_virtual=column.virtual,
                reader=column,
            )
        )


def _checked(column: ColumnMap) -> ColumnMap:
    datatype = column.reader.inherit("datatype")
    if column.unit is not None and column.unit not in UNITS:
        raise ValueError(
            f"column {column.name}: unknown unit {column.unit!r} (known: {', '.join(UNITS)})"
        )
    if column.is_amount and column.unit is None:
        raise ValueError(
            f'column {column.name} holds amounts: give their "{_UNIT}", such as 百万円'
        )
    if column.unit is not None and not column.is_amount:
        raise ValueError(
            f'column {column.name}: "{_UNIT}" is for mrd:amountJPY and mrd:nonAdditiveAmountJPY'
        )
    if column.is_amount and (
        datatype is None or datatype.base not in {"decimal", "integer", "nonNegativeInteger"}
    ):
        raise ValueError(
            f'column {column.name} holds amounts: its "datatype" is decimal or integer'
        )
    if column.value is not None and expanded(column.value.text) in PERSONS:
        raise ValueError(f"column {column.name}: persons are not imported, only organisations")
    return column


def _language(table: Table, column: Column) -> str | None:
    """Return the language of a column; the library's default hides what it would inherit."""
    chain = (column, table.tableSchema, table, getattr(table, "_parent", None))
    found = (getattr(each, "lang", "und") for each in chain if each is not None)
    return next((each for each in found if each != "und"), None)
