-- Q22. Personal data that was masked, by kind: in all pages with a text, and in those that were kept
-- removals: places that were masked. How often what is found is personal data: mark a sample, `yurai pii audit`.
WITH masked AS (
    SELECT doc_id, unnest(removed_spans, recursive := true) FROM extracted
)
SELECT substr(m.name, 8) AS kind, count(*) AS pages, sum(m.count)::BIGINT AS removals,
    count(d.doc_id) AS kept_pages, coalesce(sum(m.count) FILTER (d.doc_id IS NOT NULL), 0)::BIGINT AS kept_removals
FROM masked m LEFT JOIN (SELECT doc_id FROM documents) d USING (doc_id)
WHERE starts_with(m.name, 'redact:')
GROUP BY kind
ORDER BY removals DESC, kind
