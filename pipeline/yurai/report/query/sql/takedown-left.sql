-- Q16. Whether what was taken down from this tree is gone, from it and from another one, such as a mirror or a split
-- A row a case and tree; `other` is that of --against. known: the tree has a tombstone of the case. gone: no row has a doc_id that
-- the case took. A tree that read the page from another archive has other doc_ids: ask it with `yurai inquire`.
-- :param case_id text = : one case alone
WITH trees AS (
    SELECT 'this' AS tree UNION ALL SELECT 'other' WHERE (SELECT count(*) FROM other_counts) > 0
), known AS (
    SELECT 'this' AS tree, id FROM takedowns UNION ALL SELECT 'other', id FROM other_takedowns
), held AS (
    SELECT 'this' AS tree, 'documents' AS folder, doc_id FROM documents
    UNION ALL SELECT 'this', 'extracted', doc_id FROM extracted
    UNION ALL SELECT 'this', 'dropped', doc_id FROM dropped
    UNION ALL SELECT 'this', 'evidence', doc_id FROM evidence
    UNION ALL SELECT 'this', 'shards', doc_id FROM shards
    UNION ALL SELECT 'other', 'documents', doc_id FROM other_documents
    UNION ALL SELECT 'other', 'extracted', doc_id FROM other_extracted
    UNION ALL SELECT 'other', 'dropped', doc_id FROM other_dropped
    UNION ALL SELECT 'other', 'evidence', doc_id FROM other_evidence
    UNION ALL SELECT 'other', 'shards', doc_id FROM other_shards
), lasting AS (
    SELECT h.tree, t.id, count(*) AS rows_left, count(DISTINCT h.doc_id) AS documents_left,
        string_agg(DISTINCT h.folder, ', ' ORDER BY h.folder) AS folders
    FROM held h JOIN taken t USING (doc_id) GROUP BY h.tree, t.id
)
SELECT c.id AS "case", t.tree, CASE WHEN k.id IS NULL THEN 'no' ELSE 'yes' END AS known,
    CASE WHEN l.id IS NULL THEN 'yes' ELSE 'no' END AS gone,
    coalesce(l.documents_left, 0) AS documents_left, coalesce(l.rows_left, 0) AS rows_left, l.folders
FROM takedowns c CROSS JOIN trees t
LEFT JOIN known k ON k.tree = t.tree AND k.id = c.id
LEFT JOIN lasting l ON l.tree = t.tree AND l.id = c.id
WHERE $case_id = '' OR c.id = $case_id
ORDER BY c.id, t.tree DESC
