"""What connects, overlaps, is missing and flows: questions answered from fact tables.

`projection` writes a few narrow Parquet tables of a graph; `tables` opens them with DuckDB; each
further module answers one question. Nothing here knows the web.
"""
