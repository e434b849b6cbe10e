"""Rewrites of queries that the engine's optimiser misses, only where equivalence is certain."""

from medrd_kg.sparql.planning.explaining import explain
from medrd_kg.sparql.planning.planner import plan
from medrd_kg.sparql.planning.plans import Extents, Plan, Rewrite
from medrd_kg.sparql.planning.rollups import RollupIndex, signatures_of
from medrd_kg.sparql.planning.stars import Signature
from medrd_kg.sparql.planning.tables import compute

__all__ = [
    "Extents",
    "Plan",
    "Rewrite",
    "RollupIndex",
    "Signature",
    "compute",
    "explain",
    "plan",
    "signatures_of",
]
