-- Q23. Documents and tokens by the year of their capture, and by the year that pages state
-- of: captured, or stated (column date, where the recipe asks for it). year is NULL where it is not known. share: of all
-- documents. A page may state a year before it was captured, or a wrong one.
WITH told AS (
    SELECT 'captured' AS "of", left(d.capture_date, 4) AS year, s.tokens FROM documents d JOIN sizes s USING (doc_id)
    UNION ALL
    SELECT 'stated', left(d.date, 4), s.tokens FROM documents d JOIN sizes s USING (doc_id)
)
SELECT "of", year, count(*) AS documents, sum(tokens)::BIGINT AS tokens,
    round(count(*) / sum(count(*)) OVER (PARTITION BY "of"), 4) AS share
FROM told GROUP BY "of", year ORDER BY "of", year NULLS FIRST
