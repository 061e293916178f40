-- Q23. Pages whose text changed shortly before its only capture, in the last days that the tree looked
-- Who knows when a crawl comes changes a page just before and back just after. Told are URLs with an earlier capture of
-- another text, whose last text was captured once, at most $days after the earlier one, and with $similar or more pages of
-- other domains that changed to the same text or were captured with it: a page that changes alone is mostly news.
-- :param days int = 45: days between the two captures, at most
-- :param similar int = 1: other domains that have the new text
WITH pages AS (
    SELECT doc_id, url, text_sha256, registrable_domain AS domain, capture_date::TIMESTAMP AS captured FROM extracted
    WHERE url IS NOT NULL AND capture_date IS NOT NULL AND registrable_domain IS NOT NULL
), ordered AS (
    SELECT *, row_number() OVER latest AS number, count(*) OVER (PARTITION BY url, text_sha256) AS times,
        lead(captured) OVER latest AS before, lead(text_sha256) OVER latest AS old
    FROM pages WINDOW latest AS (PARTITION BY url ORDER BY captured DESC, doc_id DESC)
), spread AS (
    SELECT text_sha256, count(DISTINCT domain) - 1 AS others FROM pages GROUP BY text_sha256
)
SELECT o.url, o.captured::VARCHAR AS captured, o.before::VARCHAR AS captured_before,
    date_diff('day', o.before, o.captured) AS days, s.others AS other_domains, o.text_sha256,
    k.doc_id IS NOT NULL AS kept, o.doc_id
FROM ordered o JOIN spread s USING (text_sha256) LEFT JOIN (SELECT doc_id FROM documents) k USING (doc_id)
WHERE o.number = 1 AND o.times = 1 AND o.old <> o.text_sha256 AND days <= $days AND s.others >= $similar
ORDER BY other_domains DESC, o.url
