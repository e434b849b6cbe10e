-- Fiscal years that items are of, and whether any topic is of them.
SELECT fiscal_year, bool_or(kind = 'topic') AS of_policy
FROM item_year
WHERE fiscal_year IS NOT NULL
GROUP BY fiscal_year
ORDER BY fiscal_year DESC
