"""Readers: each turns one format into quads with their provenance, and reports bad rows."""
