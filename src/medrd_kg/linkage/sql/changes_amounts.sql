-- The figures of these totals.
SELECT total, figure.item, figure.programme, figure.amount
FROM total_member
JOIN figure USING (item)
WHERE list_contains($totals::INTEGER[], total)
ORDER BY figure.item
