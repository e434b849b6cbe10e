"""RDF files that users bring, in every format, with their named graphs.

Start at `medrd_kg.sources.rdf_files.importer.write_quads`.
"""
