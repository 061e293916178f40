-- Q4. Documents and tokens by concluded licence, and how many of them are right
-- licence NULL: no policy judged the run. measured_documents, measured_tokens: those whose licence rests on claims that
-- people checked (table calibration). tokens_low and tokens_high: of the measured tokens, those whose licence is right,
-- by the bounds of Wilson's interval at 95 % of the best claim of each document; all bounds at once, so on the safe side.
WITH best AS (
    SELECT e.doc_id, max_by((c.low * 10000)::BIGINT, (c.low, c.channel, c.scope)) AS low,
        max_by((c.high * 10000)::BIGINT, (c.low, c.channel, c.scope)) AS high
    FROM evidence e
    JOIN documents d USING (doc_id)
    JOIN calibration c ON c.channel = e.channel AND c.scope = e.subject_scope
    WHERE e.kind = 'licence_claim' AND d.concluded_status = 'granted' AND e.norm = d.concluded_spdx
    GROUP BY e.doc_id
)
SELECT d.concluded_spdx AS licence, d.concluded_status AS status, count(*) AS documents,
    sum(s.tokens)::BIGINT AS tokens, sum(s.text_bytes)::BIGINT AS text_bytes,
    count(b.low) AS measured_documents,
    sum(s.tokens) FILTER (b.low IS NOT NULL)::BIGINT AS measured_tokens,
    (sum(s.tokens * b.low) // 10000)::BIGINT AS tokens_low,
    (sum(s.tokens * b.high) // 10000)::BIGINT AS tokens_high
FROM documents d JOIN sizes s USING (doc_id) LEFT JOIN best b USING (doc_id)
GROUP BY ALL
ORDER BY tokens DESC NULLS LAST, text_bytes DESC, licence, status
