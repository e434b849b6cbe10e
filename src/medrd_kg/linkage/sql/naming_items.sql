-- Topics and scope items with their years.
SELECT kind, item, fiscal_year
FROM item_year
WHERE list_contains($keys::VARCHAR[], kind)
ORDER BY item, fiscal_year
