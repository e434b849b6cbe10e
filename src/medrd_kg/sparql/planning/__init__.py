"""Rewrites of queries that the engine's optimiser misses, only where equivalence is certain."""

from medrd_kg.sparql.planning.planner import plan
from medrd_kg.sparql.planning.plans import Extents, Plan, Rewrite

__all__ = ["Extents", "Plan", "Rewrite", "plan"]
