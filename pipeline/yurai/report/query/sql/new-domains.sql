-- Q23. Domains of the corpus that another run has no page of
-- Registrable domains; the other run has none of its pages, not even one that it dropped, as far as it had a text.
-- :against
WITH old AS (
    SELECT DISTINCT registrable_domain FROM other_extracted WHERE registrable_domain IS NOT NULL
    UNION
    SELECT DISTINCT registrable_domain FROM other_documents WHERE registrable_domain IS NOT NULL
)
SELECT d.registrable_domain AS domain, count(*) AS documents, sum(s.tokens)::BIGINT AS tokens,
    sum(s.text_bytes)::BIGINT AS text_bytes, min(d.capture_date) AS first_captured,
    min(d.url) AS example
FROM documents d JOIN sizes s USING (doc_id)
WHERE d.registrable_domain IS NOT NULL AND d.registrable_domain NOT IN (FROM old)
GROUP BY domain
ORDER BY text_bytes DESC, domain
