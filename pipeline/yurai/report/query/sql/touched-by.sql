-- Q21. Candidates that a stage, rule, model, package, extractor or detector of this name and version touched
-- how: judged, the candidate reached a stage that was made by it; decided, that stage or rule dropped it; extracted, it made
-- the text; found, it found evidence. Of a stage that a recipe has twice the later place counts. Stages of an earlier tree
-- are named in its own plan.json: ask that tree.
-- :param name text: of a stage, rule, model, package, extractor or detector, as table identities has it
-- :param version text = %: pattern of SQL's LIKE: a version, or the beginning of a digest and %
WITH made AS (
    SELECT number, stage, kind, name FROM identities WHERE name = $name AND version LIKE $version
), reached AS (
    SELECT c.doc_id, coalesce(max(n.number), (SELECT max(number) FROM counts)) AS last
    FROM candidates c LEFT JOIN counts n ON n.stage = c.stage
    GROUP BY c.doc_id
), touches AS (
    SELECT r.doc_id, 'judged' AS how FROM reached r WHERE r.last >= (SELECT min(number) FROM made)
    UNION
    SELECT d.doc_id, 'decided' FROM dropped d JOIN made m USING (stage)
    WHERE m.kind = 'stage' OR (m.kind = 'rule' AND (d.reason = m.name OR starts_with(d.reason, m.name || ':')))
    UNION
    SELECT doc_id, 'extracted' FROM extracted WHERE extractor = $name AND extractor_version LIKE $version
    UNION
    SELECT doc_id, 'found' FROM evidence WHERE detector = $name AND detector_version::VARCHAR LIKE $version
)
SELECT c.doc_id, c.url, c.outcome, c.stage, c.reason, list(t.how ORDER BY t.how) AS how
FROM candidates c JOIN touches t USING (doc_id)
GROUP BY ALL
ORDER BY c.outcome, c.stage NULLS FIRST, c.url, c.doc_id
