-- Which of some things lie above or below each other.
SELECT narrow, broad
FROM broader_closure
WHERE
    narrow <> broad
    AND narrow IN (SELECT unnest($things::INTEGER[]))
    AND broad IN (SELECT unnest($things::INTEGER[]))
