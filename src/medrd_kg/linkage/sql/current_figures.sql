-- Current figures with the totals that sum them, and the projects that they state themselves.
current_figures AS (
    SELECT
        figure.item, figure.programme, figure.fiscal_year, figure.stage, figure.level,
        figure.amount, total.iri AS total, total.label_ja, total.label_en, total.perimeter, projects
    FROM programme_figure AS figure
    LEFT JOIN total_member ON total_member.item = figure.item
    LEFT JOIN total ON total.total = total_member.total
    LEFT JOIN (
        SELECT item, list(concept) AS projects
        FROM named_facet
        WHERE facet = 'project'
        GROUP BY item
    ) AS placed ON placed.item = figure.item
    WHERE NOT superseded AND (figure.kind = 'budget-statement' OR total.total IS NOT NULL)
)
