"""Names of the fact tables."""

from typing import Final

__all__ = ["TABLES"]

TABLES: Final = (
    "item",
    "concept",
    "facet_value",
    "broader_closure",
    "item_facet",
    "figure",
    "item_year",
    "total",
    "total_member",
    "part",
    "source",
    "item_evidence",
    "concept_evidence",
    "stated_link",
    "link_evidence",
    "indicator_result",
    "programme_link",
    "edition",
    "succession",
    "aim",
    "path_edge",
    "path_node",
    "path_evidence",
    "process_part",
    "process_evidence",
    "topic_reason",
    "topic_naming",
)
"""The fact tables, in the order in which they are made: each may use those before it."""
