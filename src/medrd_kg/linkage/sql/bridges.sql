-- Concepts by how many things of a kind they connect.
WITH
{{subject}},
{{named}},
{{weights}},
page AS (
    SELECT
        via.facet,
        via.concept,
        count(DISTINCT side.concept) AS things,
        list(DISTINCT side.concept ORDER BY side.concept) AS connected,
        count(*) OVER () AS bridges
    FROM named AS side
    JOIN named AS via USING (item)
    WHERE
        side.facet = $kind
        AND list_contains($via::VARCHAR[], via.facet)
        AND ($hierarchy OR via.direct)
    GROUP BY via.facet, via.concept
    HAVING count(DISTINCT side.concept) >= $min_connected
)
SELECT facet, concept, things, connected, bridges, bits, named_by
FROM page
JOIN weights USING (facet, concept)
ORDER BY things DESC, round(bits, 6) DESC, facet, concept
LIMIT $limit OFFSET $offset
