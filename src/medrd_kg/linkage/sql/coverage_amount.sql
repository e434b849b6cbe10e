WITH
{{money_subject}},
{{money_named}},
weighed AS (SELECT item, amount AS weight FROM subject),
{{coverage_sums}}
