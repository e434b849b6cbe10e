-- What these figures state themselves of a facet, and whether it falls under one thing.
SELECT item, bool_or(concept = $concept AND ($basis = 'all' OR basis = $basis))
FROM named_facet
WHERE facet = $facet AND list_contains($figures::INTEGER[], item)
GROUP BY item
