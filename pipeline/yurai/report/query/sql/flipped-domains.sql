-- Q23. Domains whose main language, or whose declared licences, changed between two months of captures
-- Months with fewer than $pages pages of a domain say nothing. A domain that was sold, or taken over, looks so; so does one
-- of which the crawl took another part. what: language, or licence (NULL: no page declared one).
-- :param pages int = 5: pages of a domain that a month must have
WITH pages AS (
    SELECT registrable_domain AS domain, left(capture_date, 7) AS month, lang, declared_spdx AS spdx FROM extracted
    WHERE registrable_domain IS NOT NULL AND capture_date IS NOT NULL
), months AS (
    SELECT domain, month, count(*) AS pages, mode(lang ORDER BY lang) AS language,
        mode(coalesce(spdx, '') ORDER BY spdx) AS licence
    FROM pages GROUP BY domain, month HAVING count(*) >= $pages
), told AS (
    UNPIVOT (SELECT domain, month, pages, coalesce(language, '') AS language, licence FROM months)
    ON language, licence INTO NAME what VALUE value
), steps AS (
    SELECT *, lag(value) OVER earlier AS before, lag(month) OVER earlier AS month_before FROM told
    WINDOW earlier AS (PARTITION BY domain, what ORDER BY month)
)
SELECT domain, what, month_before, nullif(before, '') AS before, month, nullif(value, '') AS "after", pages
FROM steps WHERE before <> value ORDER BY domain, what, month
