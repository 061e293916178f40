-- Q6. Clusters of duplicates whose copies declare other licences, or reserve what the kept page does not
-- licences: what members declare. copies_say: opt-outs and notices of dropped copies that the kept page does not have.
-- Members are those that a stage of duplicates dropped, and what they were dropped for.
WITH members AS (
    SELECT cluster_id, doc_id, false AS kept FROM dropped WHERE cluster_id IS NOT NULL
    UNION
    SELECT cluster_id, kept_doc_id, true FROM dropped
    WHERE cluster_id IS NOT NULL AND kept_doc_id IN (SELECT doc_id FROM documents)
    UNION
    SELECT cluster_id, doc_id, cluster_role <> 'copy' FROM documents WHERE cluster_id IS NOT NULL
), said AS (
    SELECT m.cluster_id, m.kept, e.channel || ': ' || coalesce(e.norm, '?') AS mark
    FROM members m JOIN evidence e USING (doc_id)
    WHERE e.kind IN ('optout_signal', 'search_signal', 'notice')
), more AS (
    SELECT cluster_id, list(DISTINCT mark ORDER BY mark) AS marks FROM said c
    WHERE NOT kept AND NOT EXISTS (FROM said k WHERE k.kept AND k.cluster_id = c.cluster_id AND k.mark = c.mark)
    GROUP BY cluster_id
)
SELECT m.cluster_id, count(DISTINCT m.doc_id) AS members,
    min(c.url) FILTER (c.outcome = 'kept') AS kept_url,
    list(DISTINCT x.declared_spdx ORDER BY x.declared_spdx) FILTER (x.declared_spdx IS NOT NULL) AS licences,
    any_value(o.marks) AS copies_say,
    count(DISTINCT x.declared_spdx) > 1 AS licences_differ,
    any_value(o.marks) IS NOT NULL AS copy_is_more_restricted
FROM members m JOIN candidates c USING (doc_id) LEFT JOIN extracted x USING (doc_id)
LEFT JOIN more o ON o.cluster_id = m.cluster_id
GROUP BY m.cluster_id
HAVING licences_differ OR copy_is_more_restricted
ORDER BY members DESC, m.cluster_id
