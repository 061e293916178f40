-- Q10. Domains by size, with those in the top 10 %, the top 5 % and the top 1,000 by text
-- domain: registrable domain, under its public suffix; NULL where a page has none. body_bytes: what was fetched, after
-- content decoding. All three marks are by text_bytes.
WITH by_domain AS (
    SELECT d.registrable_domain AS domain, count(*) AS documents, sum(d.text_bytes)::BIGINT AS text_bytes,
        sum(d.body_bytes)::BIGINT AS body_bytes, sum(s.tokens)::BIGINT AS tokens
    FROM documents d JOIN sizes s USING (doc_id)
    GROUP BY domain
), ranked AS (
    SELECT row_number() OVER (ORDER BY text_bytes DESC, domain) AS rank, count(*) OVER () AS domains, *
    FROM by_domain
)
SELECT rank, domain, documents, text_bytes, body_bytes, tokens,
    rank <= (domains + 9) // 10 AS in_top_10_percent, rank <= (domains + 19) // 20 AS in_top_5_percent,
    rank <= 1000 AS in_top_1000
FROM ranked
ORDER BY rank
