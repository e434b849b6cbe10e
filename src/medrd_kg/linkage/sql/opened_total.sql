-- The figures that totals sum.
CREATE TABLE total_figure AS
SELECT total_member.total, total.iri, programme_figure.*
FROM total_member
JOIN total USING (total)
JOIN programme_figure USING (item)
ORDER BY total.iri, item
