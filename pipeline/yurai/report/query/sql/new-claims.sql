-- Q23. Pages that declare a licence in a later capture, and declared none or another one before
-- One row for each pair of captures of a URL that follow each other. same_text: the page's text did not change with it.
WITH pages AS (
    SELECT doc_id, url, text_sha256, declared_spdx AS spdx, capture_date FROM extracted
    WHERE url IS NOT NULL AND capture_date IS NOT NULL
), steps AS (
    SELECT *, lag(doc_id) OVER earlier AS id_before, lag(spdx) OVER earlier AS spdx_before,
        lag(text_sha256) OVER earlier AS text_before, lag(capture_date) OVER earlier AS captured_before
    FROM pages WINDOW earlier AS (PARTITION BY url ORDER BY capture_date, doc_id)
)
SELECT url, captured_before, spdx_before, capture_date AS captured, spdx, text_before = text_sha256 AS same_text,
    k.doc_id IS NOT NULL AS kept, s.doc_id
FROM steps s LEFT JOIN (SELECT doc_id FROM documents) k USING (doc_id)
WHERE id_before IS NOT NULL AND spdx IS NOT NULL AND spdx_before IS DISTINCT FROM spdx
ORDER BY url, captured, s.doc_id
