-- The members of an axis: what was found on it, and all of $whole, a facet or nothing.
SELECT concept, iri, label_ja, label_en
FROM concept
WHERE
    list_contains($found::INTEGER[], concept)
    OR concept IN (SELECT concept FROM facet_value WHERE facet = $whole)
ORDER BY iri
