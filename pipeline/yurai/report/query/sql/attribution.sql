-- Q12. Whom to credit: kept documents under a licence that asks for it
-- concluded: a policy judged it; where none judged the run, the licence is the one that the page declares. complete: the
-- page states whom to credit. title: as the markup of the credit has it, else that of the page.
-- :param licence text = CC-BY%: pattern of SQL's LIKE that the licence matches
SELECT coalesce(d.concluded_spdx, d.declared_spdx) AS licence, d.concluded_spdx IS NOT NULL AS concluded,
    coalesce(d.attribution.title, d.title) AS title, d.attribution.name AS name, d.attribution.url AS name_url, d.url,
    d.capture_date AS captured, d.attribution.name IS NOT NULL AS complete, d.doc_id
FROM documents d
WHERE coalesce(d.concluded_spdx, d.declared_spdx) LIKE $licence
ORDER BY licence, d.url, d.doc_id
