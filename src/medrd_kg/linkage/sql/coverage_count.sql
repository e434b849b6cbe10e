WITH
{{subject}},
{{named}},
weighed AS (SELECT item, 1::BIGINT AS weight FROM subject),
{{coverage_sums}}
