-- Q12. Whom to credit: kept documents under a licence that asks for it
-- complete: the page states whom to credit. title: as the markup of the credit has it, else that of the page.
-- :param licence text = CC-BY%: pattern of SQL's LIKE that the concluded licence matches
SELECT d.concluded_spdx AS licence, coalesce(d.attribution.title, d.title) AS title, d.attribution.name AS name,
    d.attribution.url AS name_url, d.url, d.capture_date AS captured, d.attribution.name IS NOT NULL AS complete, d.doc_id
FROM documents d
WHERE d.concluded_spdx LIKE $licence
ORDER BY licence, d.url, d.doc_id
