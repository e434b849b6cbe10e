"""What a shape reads of the data around a node: enough to check only what an edit can change.

Every constraint reaches its values over paths, and so does a SPARQL constraint from ``$this``.
All paths of all shapes make up one finite automaton, whose edges are the statements that a shape
reads. Followed forwards from a node, it collects what a check of that node needs; followed
backwards from a statement, it finds the nodes whose check reads that statement.
"""

from medrd_kg.sparql.shape_reads.automaton import Automaton
from medrd_kg.sparql.shape_reads.neighbourhood import (
    Check,
    Checks,
    affected,
    may_be_affected,
    statements_read,
)
from medrd_kg.sparql.shape_reads.shapes import TargetedShape, read_shapes
from medrd_kg.sparql.shape_reads.views import View

__all__ = [
    "Automaton",
    "Check",
    "Checks",
    "TargetedShape",
    "View",
    "affected",
    "may_be_affected",
    "read_shapes",
    "statements_read",
]
