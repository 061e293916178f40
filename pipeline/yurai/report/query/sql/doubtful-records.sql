-- Q18. Records with a wrong or no digest, cut records, and documents whose host has no robots.txt
-- Of robots.txt nothing is said where the run has none at all. Rows of JSONL and Parquet have no digests.
-- Bytes that are in no record: `yurai audit OUT`.
WITH answered AS (
    SELECT DISTINCT host FROM robots WHERE outcome IN ('rules', 'none')
), records AS (
    SELECT 'kept' AS outcome, d.doc_id, d.url, d.source, d.warc_offset, d.warc_type, d.digest_ok, d.payload_digest,
        d.truncated, c.host NOT IN (FROM answered) AND EXISTS (FROM robots) AS unmatched
    FROM documents d JOIN candidates c USING (doc_id)
    UNION ALL
    SELECT outcome, doc_id, url, source, warc_offset, warc_type, digest_ok, payload_digest, truncated, false FROM dropped
), doubted AS (
    SELECT *, list_filter([
        CASE WHEN digest_ok = false THEN 'digest does not match' END,
        CASE WHEN payload_digest IS NULL AND warc_type <> 'row' THEN 'no digest' END,
        CASE WHEN truncated IS NOT NULL THEN 'truncated: ' || truncated END,
        CASE WHEN unmatched THEN 'no robots.txt' END
    ], lambda one: one IS NOT NULL) AS doubts
    FROM records
)
SELECT doubts, outcome, url, source, warc_offset, doc_id FROM doubted WHERE len(doubts) > 0
ORDER BY doubts, source, warc_offset, doc_id
