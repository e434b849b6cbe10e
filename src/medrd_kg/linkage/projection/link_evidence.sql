-- Units that state a link: those of its linkage; else those of linkages between the same two
-- things; else those that state both ends; else those of its subject.
WITH ranked AS (
    SELECT link, 1 AS rank, evidence.source AS cited
    FROM stated_link JOIN evidence ON evidence.iri = linkage_iri
    UNION ALL
    SELECT stated_link.link, 2, evidence.source
    FROM stated_link
    JOIN links ON links.subject = subject_iri AND links.target = target_iri
    JOIN evidence ON evidence.iri = links.linkage
    UNION ALL
    SELECT link, 3, one.source
    FROM stated_link
    JOIN evidence AS one ON one.iri = subject_iri
    JOIN evidence AS two ON two.iri = target_iri AND two.source = one.source
    UNION ALL
    SELECT link, 4, evidence.source
    FROM stated_link JOIN evidence ON evidence.iri = subject_iri
)
SELECT DISTINCT link, source.source
FROM ranked
JOIN source ON source.iri = ranked.cited
WHERE rank = (SELECT min(other.rank) FROM ranked AS other WHERE other.link = ranked.link)
ORDER BY link, source.source
