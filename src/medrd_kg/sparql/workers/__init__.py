"""Queries in processes that can be killed: a nursery that forks, workers that answer, a pool."""
