-- Items other than figures, of which there are many times as many.
CREATE TABLE listed_item AS
FROM item
WHERE kind NOT IN ('budget-statement', 'funding-flow')
