"""Tables that users bring: CSV and spreadsheets, mapped by CSVW metadata.

Start at `medrd_kg.sources.tables.importer.read_table_file`.
"""
