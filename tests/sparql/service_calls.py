"""Queries that call another endpoint, in every spelling that the engine understands."""

CALLS = [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT*{SERVICE<http://127.0.0.1:1/>{}}",
    "ASK { service silent ?endpoint {} }",
    "ASK { # not here\n SeRvIcE ex:a {} }",
    "ASK { ?s ?p '''\n''' SERVICE <x:y> {} }",
    r"ASK { \u0053ERVICE <x:y> {} }",
    "ASK { { SELECT * { OPTIONAL { SERVICE <x:y> {} } } } }",
]
"""SERVICE as the grammar has it."""

LENIENT_CALLS = [
    "PREFIX : <x:> ASK { SERVICE:a {} }",
    "ASK { ?s ?p trueSERVICE<x:y> {} }",
    "PREFIX : <x:> ASK { SERVICESILENT:a {} }",
    "ASK { ?s ?p 1SERVICE<x:y> {} }",
    "ASK { BIND(1 AS ?a) FILTER(?a<?b)SERVICE#>\n<x:y> {} }",
    "ASK { FILTER((?a<(?b>?c)) || ?x<'>')SERVICE <x:y> {} FILTER(?b = ')') }",
    "ASK { FILTER(?a<?b#>'''\n)SERVICE <x:y> {} #'''\n }",
    "PREFIX : <x:> ASK { <<?s:p'a>b'>> ?q ?r . SERVICE <x:y> {} # '\n }",
]
"""SERVICE as the embedded engine reads it, which wants no space between words."""
