-- Projects of a programme.
SELECT concept FROM item_facet WHERE item = $programme AND facet = 'project' ORDER BY concept
