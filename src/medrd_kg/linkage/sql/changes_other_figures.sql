-- Figures of these programmes for the same stage, level and years that the totals do not sum:
-- those that a later sheet restated, and those that may not be added.
SELECT
    figure.programme, figure.fiscal_year, figure.item, figure.amount, superseded
FROM programme_figure AS figure
WHERE
    figure.programme IN (SELECT unnest($programmes::INTEGER[]))
    AND fiscal_year IN ($from_year::SMALLINT, $to_year::SMALLINT)
    AND stage = $stage AND level = $level AND kind = 'budget-statement'
    AND NOT list_contains($summed::INTEGER[], figure.item)
ORDER BY figure.programme, figure.fiscal_year, superseded, figure.item
