"""Search over the names and texts of a release, in Japanese and English.

`writing` makes the index of a graph, one SQLite file; `opening` reads it; `searching` finds things
by words, `completing` by the beginning of a name, and `reconciliation` by the cells of a table.
What is indexed is data: ``contents.yaml``. Nothing here knows the web.
"""
