"""Reconciliation: cells of a table matched with things of the graph.

After the Reconciliation Service API of the W3C Entity Reconciliation Community Group, version 0.2
(final report of 10 April 2023), and the queries, answers and manifest of its 1.0 draft.
"""
