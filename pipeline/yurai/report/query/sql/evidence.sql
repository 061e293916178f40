-- Q3. Everything that a page says of its licence and of its use, and which rule decided
-- A row for each mark; a page without any has one row, with its conclusion alone. decided_by: the ruling about its domain,
-- else the policy and the marks that it names. outcome: kept, or why it is not in the corpus.
-- :param page text: URL or doc_id
WITH page AS (SELECT doc_id, url, outcome, stage, reason FROM candidates WHERE url = $page OR doc_id = $page)
SELECT p.doc_id, p.url, concat_ws(' ', p.outcome, p.stage, p.reason) AS outcome, e.kind, e.channel, e.norm, e.raw,
    e.subject_scope AS scope, e.place, e.dom_path, e.byte_offset, e.as_of, e.detector, e.detector_version,
    coalesce(d.declared_spdx, x.declared_spdx) AS declared, d.concluded_spdx AS concluded, d.concluded_status AS status,
    d.licence_confidence AS confidence, d.policy_id AS policy, coalesce(d.domain_rule_id, d.policy_id) AS decided_by,
    array_to_string(d.verdict_reasons, '; ') AS because
FROM page p
LEFT JOIN evidence e USING (doc_id)
LEFT JOIN documents d USING (doc_id)
LEFT JOIN extracted x USING (doc_id)
ORDER BY p.doc_id, e.kind, e.channel, e.byte_offset, e.dom_path, e.norm, e.raw
