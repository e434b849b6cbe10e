-- Where items other than figures are stated.
CREATE TABLE listed_evidence AS
FROM item_evidence
SEMI JOIN listed_item USING (item)
