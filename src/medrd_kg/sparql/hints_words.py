"""Words of SPARQL and words that people bring from elsewhere: what advice on a query draws on."""

from typing import Final

__all__ = ["ABROAD", "CASTS", "COMMON_PREFIXES", "FOREIGN_FUNCTIONS", "FUNCTIONS", "KEYWORDS"]

_ANY: Final = 64
"""Stands for any number of arguments."""

FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    "STR": (1, 1),
    "LANG": (1, 1),
    "LANGMATCHES": (2, 2),
    "DATATYPE": (1, 1),
    "BOUND": (1, 1),
    "IRI": (1, 1),
    "URI": (1, 1),
    "BNODE": (0, 1),
    "RAND": (0, 0),
    "ABS": (1, 1),
    "CEIL": (1, 1),
    "FLOOR": (1, 1),
    "ROUND": (1, 1),
    "CONCAT": (0, _ANY),
    "SUBSTR": (2, 3),
    "STRLEN": (1, 1),
    "REPLACE": (3, 4),
    "UCASE": (1, 1),
    "LCASE": (1, 1),
    "ENCODE_FOR_URI": (1, 1),
    "CONTAINS": (2, 2),
    "STRSTARTS": (2, 2),
    "STRENDS": (2, 2),
    "STRBEFORE": (2, 2),
    "STRAFTER": (2, 2),
    "YEAR": (1, 1),
    "MONTH": (1, 1),
    "DAY": (1, 1),
    "HOURS": (1, 1),
    "MINUTES": (1, 1),
    "SECONDS": (1, 1),
    "TIMEZONE": (1, 1),
    "TZ": (1, 1),
    "NOW": (0, 0),
    "UUID": (0, 0),
    "STRUUID": (0, 0),
    "MD5": (1, 1),
    "SHA1": (1, 1),
    "SHA256": (1, 1),
    "SHA384": (1, 1),
    "SHA512": (1, 1),
    "COALESCE": (0, _ANY),
    "IF": (3, 3),
    "STRLANG": (2, 2),
    "STRDT": (2, 2),
    "SAMETERM": (2, 2),
    "ISIRI": (1, 1),
    "ISURI": (1, 1),
    "ISBLANK": (1, 1),
    "ISLITERAL": (1, 1),
    "ISNUMERIC": (1, 1),
    "REGEX": (2, 3),
    "COUNT": (1, 1),
    "SUM": (1, 1),
    "MIN": (1, 1),
    "MAX": (1, 1),
    "AVG": (1, 1),
    "SAMPLE": (1, 1),
    "GROUP_CONCAT": (1, 1),
}
"""Built-in calls and aggregates with their least and most arguments (SPARQL 1.1, section 19.8)."""

KEYWORDS: Final = (
    *("BASE", "PREFIX", "SELECT", "DISTINCT", "REDUCED", "AS", "CONSTRUCT", "DESCRIBE", "ASK"),
    *("FROM", "NAMED", "WHERE", "ORDER", "BY", "ASC", "DESC", "LIMIT", "OFFSET", "VALUES"),
    *("UNDEF", "GRAPH", "OPTIONAL", "UNION", "FILTER", "BIND", "SERVICE", "SILENT", "MINUS"),
    *("EXISTS", "NOT", "IN", "GROUP", "HAVING", "SEPARATOR", "INSERT", "DELETE", "DATA", "WITH"),
    *("USING", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "INTO", "DEFAULT", "ALL"),
)
"""Keywords of queries and updates."""

FOREIGN_FUNCTIONS: Final = {
    "SUBSTRING": "SUBSTR",
    "LENGTH": "STRLEN",
    "LEN": "STRLEN",
    "UPPER": "UCASE",
    "LOWER": "LCASE",
    "STARTSWITH": "STRSTARTS",
    "ENDSWITH": "STRENDS",
    "IFNULL": "COALESCE",
    "NVL": "COALESCE",
    "ISNULL": "BOUND",
    "CEILING": "CEIL",
    "MEAN": "AVG",
    "AVERAGE": "AVG",
    "STRING_AGG": "GROUP_CONCAT",
    "LISTAGG": "GROUP_CONCAT",
    "RAND_UUID": "UUID",
    "INSTR": "CONTAINS",
    "TOSTRING": "STR",
    "ISSTRING": "ISLITERAL",
}
"""Functions of other query languages, each with the SPARQL one that does its work."""

ABROAD: Final = {
    "LIKE": 'SPARQL has no LIKE: write FILTER(CONTAINS(?x, "text")) or FILTER(REGEX(?x, "^te.*"))',
    "ILIKE": 'SPARQL has no ILIKE: write FILTER(CONTAINS(LCASE(?x), "text"))',
    "AND": "write && between conditions; triples are joined by a dot",
    "OR": "write || between conditions, or UNION between { } blocks",
    "IS": "write !BOUND(?x) where SQL has IS NULL, and BOUND(?x) for IS NOT NULL",
    "NULL": "SPARQL has no NULL: test with BOUND(?x); in VALUES write UNDEF",
    "BETWEEN": "SPARQL has no BETWEEN: write ?x >= 1 && ?x <= 9",
    "JOIN": "patterns in one { } are joined by their variables: leave JOIN out, or use OPTIONAL",
    "CASE": "SPARQL has no CASE: write IF(condition, this, that)",
    "TOP": "SPARQL has no TOP: put LIMIT 10 at the end",
    "XOR": "SPARQL has no XOR: write (?a && !?b) || (!?a && ?b)",
    "MOD": "SPARQL has no MOD: write ?a - 10 * FLOOR(?a / 10)",
    "DIV": "write / for a division",
    "EXCEPT": "SPARQL has no EXCEPT: write MINUS { … } or FILTER NOT EXISTS { … }",
    "INTERSECT": "SPARQL has no INTERSECT: put both patterns into one { }",
    "MATCH": "that is Cypher: write SELECT ?s WHERE { ?s ?p ?o }",
    "RETURN": "that is Cypher: name what you want after SELECT",
}
"""What SQL and other languages say, with how SPARQL says it."""

CASTS: Final = (
    *("boolean", "double", "float", "decimal", "integer", "string", "dateTime", "date", "time"),
    *("duration", "yearMonthDuration", "dayTimeDuration"),
)
"""Types of XML Schema that a query can cast to."""

COMMON_PREFIXES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": "http://purl.org/dc/terms/",
    "fn": "http://www.w3.org/2005/xpath-functions#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "qb": "http://purl.org/linked-data/cube#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "time": "http://www.w3.org/2006/time#",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "xs": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes that queries of the web use, beside those of the service."""
