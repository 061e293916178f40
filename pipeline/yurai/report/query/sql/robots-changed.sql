-- Q8. Hosts whose robots.txt changed since another run, and what the corpus has of them
-- OUT is the later crawl, --against the earlier one; of each the last capture that gave an answer is compared. closed_to,
-- opened_to: AI agents, or *, to which the whole host is closed now, or no longer is. restricted: those to which some of it
-- is closed now. usage, signal: Content-Usage and Content-Signal, before -> now. documents, tokens: kept from this host.
-- A host that only one of the two has an answer of is left out.
-- :against
WITH captures AS (
    SELECT true AS later, * FROM robots WHERE outcome IN ('rules', 'none')
    UNION ALL
    SELECT false, * FROM other_robots WHERE outcome IN ('rules', 'none')
), last AS (
    SELECT later, scheme, host, port, max(capture_date) AS seen,
        max_by(coalesce(agents_denied, []), (capture_date, doc_id)) AS denied,
        max_by(coalesce(agents_restricted, []), (capture_date, doc_id)) AS restricted,
        max_by(coalesce(content_usage, ''), (capture_date, doc_id)) AS usage,
        max_by(coalesce(content_signal, ''), (capture_date, doc_id)) AS signal
    FROM captures GROUP BY ALL
), here AS (
    SELECT c.host, count(*) AS documents, sum(s.tokens)::BIGINT AS tokens
    FROM candidates c JOIN sizes s USING (doc_id) GROUP BY c.host
), compared AS (
    SELECT n.scheme, n.host, n.port, o.seen AS before, n.seen AS now,
        list_sort(list_filter(n.denied, lambda one: NOT list_contains(o.denied, one))) AS closed_to,
        list_sort(list_filter(o.denied, lambda one: NOT list_contains(n.denied, one))) AS opened_to,
        list_sort(list_filter(n.restricted, lambda one: NOT list_contains(o.restricted, one))) AS restricted,
        CASE WHEN n.usage <> o.usage THEN o.usage || ' -> ' || n.usage END AS usage,
        CASE WHEN n.signal <> o.signal THEN o.signal || ' -> ' || n.signal END AS signal
    FROM last n JOIN last o USING (scheme, host, port)
    WHERE n.later AND NOT o.later
)
SELECT c.*, coalesce(h.documents, 0) AS documents, coalesce(h.tokens, 0) AS tokens
FROM compared c LEFT JOIN here h USING (host)
WHERE len(closed_to) + len(opened_to) + len(restricted) > 0 OR usage IS NOT NULL OR signal IS NOT NULL
ORDER BY len(closed_to) > 0 DESC, tokens DESC, host, scheme, port
