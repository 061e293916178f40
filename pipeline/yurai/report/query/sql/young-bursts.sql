-- Q23. Equal texts on many domains, most of which the corpus has known for a short time when it captured them
-- Poisoning needs many pages at once, and new domains are what is cheap. young: domains whose first capture in the tree is
-- at most $days before that of the text there. What was before the first capture is not known: in a tree of one crawl all
-- domains are young, so known_days says how long the tree has looked at all, and a row counts from three times $days on.
-- :param domains int = 5: domains that must have the text
-- :param days int = 30: days for which a domain is young
-- :param share int = 80: per cent of these domains that must be young
WITH pages AS (
    SELECT doc_id, url, text_sha256, registrable_domain AS domain, capture_date::TIMESTAMP AS captured FROM extracted
    WHERE registrable_domain IS NOT NULL AND capture_date IS NOT NULL
), known AS (
    SELECT domain, min(captured) AS first_seen FROM pages GROUP BY domain
), looked AS (
    SELECT date_diff('day', min(captured), max(captured)) AS known_days, min(captured) AS since FROM pages
), placed AS (
    SELECT p.text_sha256, p.domain, min(p.captured) AS captured, any_value(k.first_seen) AS first_seen,
        min(p.url) AS url, count(d.doc_id) AS kept
    FROM pages p JOIN known k USING (domain) LEFT JOIN (SELECT doc_id FROM documents) d USING (doc_id)
    GROUP BY p.text_sha256, p.domain
)
SELECT text_sha256, count(*) AS domains,
    count(*) FILTER (date_diff('day', first_seen, captured) <= $days
        AND date_diff('day', since, first_seen) > $days) AS young,
    sum(kept)::BIGINT AS kept, min(captured)::VARCHAR AS first_captured, max(captured)::VARCHAR AS last_captured,
    any_value(known_days) AS known_days, list(url ORDER BY url)[:3] AS examples
FROM placed CROSS JOIN looked
WHERE known_days >= 3 * $days
GROUP BY text_sha256
HAVING domains >= $domains AND young * 100 >= $share * domains
ORDER BY young DESC, domains DESC, text_sha256
