-- Q15. Takedown cases: what was done, what is pending, and the days that each took
-- state: done, its tombstone is in run.json; pending, it was begun and has not ended. Days are those that its operator stated:
-- received to decided, of a pending case received to today; NULL where one was not stated. Requests that nobody began to carry
-- out are in no tree. kept, dropped and failed say what the documents had been.
-- :param today text = : day up to which pending cases are counted, as 2026-11-28
-- :param over int = 0: cases that took more days than this alone; 0 names all
WITH dated AS (
    SELECT *, CASE state WHEN 'done' THEN decided ELSE nullif($today, '') END AS ended FROM takedowns
), counted AS (
    SELECT *, date_diff('day', try_cast(received AS DATE), try_cast(ended AS DATE)) AS days FROM dated
)
SELECT id AS "case", basis, state, received, decided, days, documents, kept, dropped, failed, tokens, files
FROM counted
WHERE $over = 0 OR days > $over
ORDER BY state DESC, received NULLS LAST, id
