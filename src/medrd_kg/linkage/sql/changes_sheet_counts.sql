-- How many sheets were published in years.
SELECT published, count(*)
FROM edition
WHERE list_contains($keys::SMALLINT[], published)
GROUP BY published
