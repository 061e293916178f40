-- Q9. Documents that were kept although something speaks against a use, and why
-- says: opt-outs, search signals and notices of the page, each with its channel; "?" could not be read. because: what the
-- policy weighed. why: what let the document through.
WITH marks AS (
    SELECT doc_id, list(DISTINCT channel || ': ' || coalesce(norm, '?') ORDER BY channel || ': ' || coalesce(norm, '?')) AS says
    FROM evidence WHERE kind IN ('optout_signal', 'search_signal', 'notice') GROUP BY doc_id
), required AS (
    SELECT max(value) FILTER (name = 'require') AS uses FROM settings WHERE stage = 'select'
)
SELECT d.doc_id, d.url, m.says, d.train_verdict AS train, d.search_verdict AS display,
    d.redistribute_verdict AS redistribute, d.verdict_reasons AS because, d.policy_id AS policy,
    CASE
        WHEN d.policy_id IS NULL THEN 'no policy judged this run'
        WHEN 'deny' IN (d.train_verdict, d.search_verdict, d.redistribute_verdict)
            THEN 'denied, but stage select requires ' || coalesce(nullif(r.uses, '[]'), 'no use')
        ELSE 'the policy does not read this as a denial'
    END AS why, s.tokens
FROM documents d CROSS JOIN required r JOIN sizes s USING (doc_id) LEFT JOIN marks m USING (doc_id)
WHERE m.says IS NOT NULL OR 'deny' IN (d.train_verdict, d.search_verdict, d.redistribute_verdict)
ORDER BY s.tokens DESC NULLS LAST, d.doc_id
