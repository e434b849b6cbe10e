-- What questions ask of facets: those of topics, scope items, programmes and indicators, those of the
-- figures that a total sums, and all projects. The other figures and the sheets are of none.
CREATE TABLE named_facet AS
FROM item_facet
WHERE
    facet = 'project'
    OR item IN (SELECT item FROM listed_item WHERE kind <> 'programme-edition')
    OR item IN (SELECT item FROM total_member)
