-- The figures that are summed in one named total.
subject AS MATERIALIZED (
    SELECT item, programme, amount
    FROM total_figure
    WHERE iri = $total
)
