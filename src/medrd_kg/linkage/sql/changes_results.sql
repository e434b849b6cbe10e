-- Indicators of which results differ between two years. That a result is missing is told only where
-- results of both years are held.
SELECT change, indicator, programme
FROM (
    SELECT
        indicator,
        coalesce(one.programme, two.programme) AS programme,
        CASE
            WHEN one.achieved < one.target AND two.achieved >= two.target THEN 'target-newly-met'
            WHEN one.achieved >= one.target AND two.achieved < two.target THEN 'target-newly-missed'
            WHEN NOT $both OR (one.achieved IS NULL) = (two.achieved IS NULL) THEN NULL
            WHEN one.achieved IS NULL THEN 'result-added'
            ELSE 'result-not-stated'
        END AS change
    FROM (FROM yearly_result WHERE fiscal_year = $from_year::SMALLINT) AS one
    FULL JOIN (FROM yearly_result WHERE fiscal_year = $to_year::SMALLINT) AS two USING (indicator)
)
WHERE change IS NOT NULL
ORDER BY indicator
