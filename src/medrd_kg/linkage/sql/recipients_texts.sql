-- What sheets print of payments, and where.
SELECT item, rank, printed, locator
FROM figure
WHERE item IN (SELECT unnest($keys::INTEGER[]))
