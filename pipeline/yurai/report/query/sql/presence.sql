-- Q13. Whether a URL, domain, text or author is in the corpus, or among what was dropped
-- matched: what of the page is equal to `key`. An author is a name that the page credits, upper and lower case alike.
-- No row: nothing of this key was a candidate; `yurai prove OUT --absent` proves it of documents.
-- A domain matches what lies under it.
-- :param key text: URL, SURT, doc_id, domain or host, sha256 of a text or of a payload, or author
WITH known AS (
    SELECT doc_id, surt, text_sha256, attribution.name AS author FROM extracted
    UNION
    SELECT doc_id, surt, text_sha256, attribution.name FROM documents
), found AS (
    SELECT c.*, list_filter([
        CASE WHEN c.url = $key THEN 'url' END, CASE WHEN k.surt = $key THEN 'surt' END,
        CASE WHEN c.doc_id = $key THEN 'doc_id' END, CASE WHEN c.host = lower($key) OR ends_with(c.host, '.' || lower($key)) THEN 'domain' END,
        CASE WHEN k.text_sha256 = lower($key) THEN 'text' END, CASE WHEN c.payload_sha256 = lower($key) THEN 'payload' END,
        CASE WHEN list_contains(list_transform(string_split(lower(k.author), ';'), lambda one: trim(one)), lower($key))
            THEN 'author' END
    ], lambda one: one IS NOT NULL) AS matched
    FROM candidates c LEFT JOIN known k USING (doc_id)
)
SELECT DISTINCT outcome, stage, reason, doc_id, url, source, warc_offset, matched
FROM found WHERE len(matched) > 0
ORDER BY outcome = 'kept' DESC, outcome, url, doc_id, matched
