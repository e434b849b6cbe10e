-- Standing scope that no topic of the year takes up in the same project: none names one of its
-- concepts or something narrower. What comes nearest is the topic with the fewest steps between.
WITH
topics AS MATERIALIZED (
    SELECT item, project.concept AS project
    FROM item_year
    JOIN item_facet AS project USING (item)
    WHERE kind = 'topic' AND fiscal_year = $fiscal_year::SMALLINT AND project.facet = 'project'
),
scopes AS MATERIALIZED (
    SELECT item, project.concept AS project
    FROM item_year
    JOIN item_facet AS project USING (item)
    WHERE kind = 'scope-item' AND project.facet = 'project'
        AND ($project::INTEGER IS NULL OR project.concept = $project::INTEGER)
),
wanted AS MATERIALIZED (
    SELECT scopes.item, scopes.project, facet, concept
    FROM scopes
    JOIN item_facet USING (item)
    WHERE list_contains($facets::VARCHAR[], facet) AND direct AND ($basis = 'all' OR basis = $basis)
),
page AS MATERIALIZED (
    SELECT scopes.item, scopes.project, count(*) OVER () AS gaps
    FROM scopes
    ANTI JOIN (
        SELECT wanted.item, wanted.project
        FROM wanted
        JOIN item_facet AS taken USING (facet, concept)
        JOIN topics ON topics.item = taken.item AND topics.project = wanted.project
        WHERE $basis = 'all' OR taken.basis = $basis
    ) AS met ON met.item = scopes.item AND met.project = scopes.project
    ORDER BY scopes.project, scopes.item
    LIMIT $limit OFFSET $offset
),
nearest AS (
    SELECT page.item, page.project, min({
        'steps': up.depth + taken.depth, 'topic': topics.item, 'concept': up.broad
    }) AS best
    FROM page
    JOIN wanted ON wanted.item = page.item AND wanted.project = page.project
    JOIN broader_closure AS up ON up.narrow = wanted.concept
    JOIN item_facet AS taken ON taken.facet = wanted.facet AND taken.concept = up.broad
    JOIN topics ON topics.item = taken.item AND topics.project = page.project
    WHERE $basis = 'all' OR taken.basis = $basis
    GROUP BY page.item, page.project
)
SELECT page.item, page.project, gaps, best.topic, best.concept, best.steps
FROM page
LEFT JOIN nearest ON nearest.item = page.item AND nearest.project = page.project
ORDER BY page.project, page.item
