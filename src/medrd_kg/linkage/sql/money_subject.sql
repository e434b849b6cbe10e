-- The figures that are summed in one named total.
subject AS MATERIALIZED (
    SELECT item, figure.programme, figure.amount
    FROM total_member
    JOIN total USING (total)
    JOIN programme_figure AS figure USING (item)
    WHERE total.iri = $total
)
