"""Administrative programme review sheets (行政事業レビューシート): read, select, chain, write.

Start at `medrd_kg.sources.review_sheets.importer.import_review_sheets`.
"""
