-- Q17. The waterfall: what each stage saw, kept, dropped and failed, and whether it adds up
-- follows: the stage saw what the one before kept. rows_agree: rows of dropped/ say the same counts as the manifest; of the
-- last stage, documents/ has as many rows as it kept too. reconciles: all of it.
WITH gone AS (
    SELECT stage, count(*) FILTER (outcome = 'dropped') AS dropped, count(*) FILTER (outcome = 'failed') AS failed
    FROM dropped GROUP BY stage
), chain AS (
    SELECT *, lag(kept) OVER (ORDER BY number) AS before, max(number) OVER () AS last,
        sum(dropped) OVER (PARTITION BY stage) AS stage_dropped, sum(failed) OVER (PARTITION BY stage) AS stage_failed
    FROM counts
), checked AS (
    SELECT c.number, c.stage, c.seen, c.kept, c.dropped, c.failed, c.seen = c.kept + c.dropped + c.failed AS balances,
        c.before IS NULL OR c.before = c.seen AS follows,
        coalesce(g.dropped, 0) = c.stage_dropped AND coalesce(g.failed, 0) = c.stage_failed
            AND (c.number < c.last OR c.kept = (SELECT count(*) FROM documents)) AS rows_agree
    FROM chain c LEFT JOIN gone g USING (stage)
)
SELECT *, balances AND follows AND rows_agree AS reconciles FROM checked ORDER BY number
