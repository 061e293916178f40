-- Q23. Texts that many domains have: copies of one text, and how many of these domains are new
-- Equal texts, before any duplicate was dropped. new_domains: domains of which the tree --against has no text, NULL without
-- one. kept: copies that are in the corpus. That a domain was registered again by others is not known here.
-- :param domains int = 5: domains that must have the text
WITH here AS (
    SELECT doc_id, url, text_sha256, text_bytes, capture_date, registrable_domain FROM extracted
    WHERE registrable_domain IS NOT NULL
), old AS (
    SELECT DISTINCT registrable_domain FROM other_extracted WHERE registrable_domain IS NOT NULL
)
SELECT h.text_sha256, count(*) AS copies, count(DISTINCT h.registrable_domain) AS domains,
    CASE WHEN EXISTS (FROM other_counts)
        THEN count(DISTINCT h.registrable_domain) FILTER (o.registrable_domain IS NULL) END AS new_domains,
    count(d.doc_id) AS kept, any_value(h.text_bytes) AS text_bytes,
    min(h.capture_date) AS first_captured, max(h.capture_date) AS last_captured,
    list(h.url ORDER BY h.url, h.doc_id)[:3] AS examples
FROM here h
LEFT JOIN old o USING (registrable_domain)
LEFT JOIN (SELECT doc_id FROM documents) d USING (doc_id)
GROUP BY h.text_sha256
HAVING domains >= $domains
ORDER BY domains DESC, copies DESC, h.text_sha256
