"""Whatever a file holds, it is read or refused with a word that says where."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from medrd_kg.problems import Problem
from medrd_kg.sources.tables.columns import TableMapping
from medrd_kg.sources.tables.importer import read_table_file
from medrd_kg.sources.tables.mapping import read_mapping

NAME = {"name": "a", "propertyUrl": "rdfs:label"}
COLUMNS = [
    {"name": "a", "titles": "a", "propertyUrl": "rdfs:label", "separator": ";"},
    {"name": "b", "titles": "b", "propertyUrl": "urn:x:{b}", "datatype": "decimal"},
    {"name": "c", "titles": "c", "propertyUrl": "rdfs:seeAlso", "valueUrl": "{+c}"},
    {"name": "d", "titles": "d", "propertyUrl": "dcterms:date", "datatype": "date"},
]
CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["1.5", "１２", "2022-04-01", "0000-99-99", "urn:x:a", "a b", "\x00", '"', "\n"]
    ),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
KEYS = ["@context", "url", "tables", "tableSchema", "columns", "name", "titles", "datatype"]
SCHEMA_KEYS = ["columns", "primaryKey", "aboutUrl", "propertyUrl", "datatype", "null", "lang"]
CELL_KEYS = ["separator", "default", "required", "valueUrl", "foreignKeys"]
MORE_KEYS = ["base", "format", "dialect", "propertyUrl", "virtual", "null", "primaryKey", "lang"]
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, *MORE_KEYS]), inner, max_size=4)
    ),
    max_leaves=12,
)
SCHEMAS = st.dictionaries(
    st.sampled_from([*SCHEMA_KEYS, *CELL_KEYS]),
    SCALARS
    | st.just([NAME])
    | st.just([{**NAME, "datatype": {"base": "integer", "minimum": "x"}}])
    | st.just({"base": "decimal", "format": {"groupChar": 1}}),
    max_size=5,
)


def mapping_of(document: object, folder: str) -> TableMapping:
    path = Path(folder, "m.json")
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_mapping(path)


def described(schema: object) -> object:
    return {"@context": "http://www.w3.org/ns/csvw", "url": "t.csv", "tableSchema": schema}


@settings(max_examples=60, deadline=None)  # reading files takes as long as the machine lets it
@given(rows=st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=4).map("\n".join))
def test_any_table_is_read_or_refused(rows: str) -> None:
    with TemporaryDirectory() as folder, suppress(Problem):
        table = Path(folder, "t.csv")
        table.write_bytes(f"a,b,c,d\n{rows}".encode(errors="surrogatepass"))
        mapping = mapping_of(described({"aboutUrl": "urn:x:{_row}", "columns": COLUMNS}), folder)
        found = read_table_file(table, mapping)
        assert all(each.row > 0 for each in found.faults)
        read = {each.triple for each in parse(found.turtle(), format=RdfFormat.TURTLE)}
        assert read == set(found.triples)


@settings(max_examples=60, deadline=None)  # reading files takes as long as the machine lets it
@given(document=DOCUMENTS | SCHEMAS.map(described))
def test_any_mapping_is_read_or_refused(document: object) -> None:
    with TemporaryDirectory() as folder, suppress(Problem):
        assert mapping_of(document, folder).tables
