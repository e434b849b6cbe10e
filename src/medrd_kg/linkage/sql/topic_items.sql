-- All topics and programmes that are linked.
SELECT topic FROM topic_reason UNION SELECT programme FROM topic_reason
