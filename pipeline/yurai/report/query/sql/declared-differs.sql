-- Q5. Documents whose concluded licence is not the one that the page declares
-- A page that declares nothing and is concluded to be NONE is no difference; claims that contradict each other are one.
-- scope, rule: what the conclusion rests on; rule: a ruling about the domain.
SELECT doc_id, url, declared_spdx AS declared, concluded_spdx AS concluded, concluded_status AS status,
    licence_scope AS scope, domain_rule_id AS rule, s.tokens
FROM documents d JOIN sizes s USING (doc_id)
WHERE concluded_spdx IS NOT NULL AND (concluded_status = 'conflict' OR coalesce(declared_spdx, '') <> CASE WHEN concluded_spdx IN ('NONE', 'NOASSERTION') THEN '' ELSE concluded_spdx END)
ORDER BY s.tokens DESC NULLS LAST, doc_id
