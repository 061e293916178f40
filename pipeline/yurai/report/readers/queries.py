"""Hold the SQL of each figure by name, in DuckDB's dialect, and the views that all of it reads.

A report shows each query as it is here, so anyone who has the tree runs it again: first PRELUDE, OUT being the tree.
"""

from __future__ import annotations

from typing import Final

from yurai.report.readers.figures import Query
from yurai.rights.licences import PATTERNS

FOLDERS: Final = ("documents", "extracted", "dropped", "evidence", "robots", "warcinfo", "shards")
_CLASS: Final = "\n".join(f"    WHEN regexp_matches(spdx, '{pattern}') THEN '{name}'" for pattern, name in PATTERNS)
MACROS: Final = f"""CREATE MACRO licence_class(spdx) AS CASE
{_CLASS}
    ELSE 'other' END;
CREATE VIEW kept AS
    SELECT d.*, s.token_count AS tokens FROM documents d LEFT JOIN shards s USING (doc_id);
CREATE VIEW candidates AS
    SELECT doc_id, source, source_sha256, capture_date, digest_ok, truncated, '' AS outcome FROM documents
    UNION ALL
    SELECT doc_id, source, source_sha256, capture_date, digest_ok, truncated, outcome FROM dropped;"""  # noqa: S608 - words of this package
"""Views and a macro over the delivered folders."""
PRELUDE: Final = (
    "\n".join(f"CREATE VIEW {name} AS FROM read_parquet('OUT/{name}/*.parquet');" for name in FOLDERS) + "\n" + MACROS
)
HOST: Final = "lower(regexp_extract(url, '^[A-Za-z]+://(?:[^@/]*@)?([^/:?#]+)', 1))"
"""The host that column `url` names."""
SQL: Final = {
    "whole": """SELECT count(*), sum(tokens), sum(text_bytes), min(capture_date), max(capture_date),
    count(*) FILTER (train_verdict = 'deny'),
    count(*) FILTER (doc_id IN (SELECT doc_id FROM evidence WHERE kind = 'optout_signal'))
FROM kept""",
    "licence-classes": """SELECT CASE WHEN concluded_status IS NULL THEN 'unassessed'
        WHEN concluded_status = 'granted' THEN licence_class(concluded_spdx)
        ELSE concluded_status END AS class, count(*), sum(tokens)
FROM kept GROUP BY 1 ORDER BY 1""",
    "licences": """SELECT concluded_spdx, count(*), sum(tokens), min(licence_confidence)
FROM kept WHERE concluded_status = 'granted' GROUP BY 1 ORDER BY 2 DESC, 1""",
    "verdicts": """SELECT use, verdict, count(*), sum(tokens) FROM (
    SELECT unnest(['train', 'display', 'redistribute']) AS use,
        unnest([train_verdict, search_verdict, redistribute_verdict]) AS verdict, tokens FROM kept)
GROUP BY ALL ORDER BY 1, 2""",
    "reasons": r"""SELECT verdict, uses, split_part(signal, ':', 1) AS channel,
    substr(signal, length(split_part(signal, ':', 1)) + 2) AS norm, rule, count(*), sum(tokens)
FROM (SELECT DISTINCT doc_id, tokens, split_part(line, ' ', 1) AS verdict,
        rtrim(split_part(line, ' ', 2), ':') AS uses, split_part(line, ' ', 3) AS signal,
        regexp_extract(line, ' by (.*?)( of [0-9a-f]{32})?$', 1) AS rule
    FROM (SELECT doc_id, tokens, unnest(verdict_reasons) AS line FROM kept))
GROUP BY ALL ORDER BY 6 DESC, 1, 2, 3, 4, 5""",
    "policies": "SELECT policy_id, count(*) FROM kept GROUP BY 1 ORDER BY 2 DESC, 1",
    "marks": """SELECT kind, subject_scope, sum(marks), count(*), count(*) FILTER (kept), sum(tokens) FROM (
    SELECT e.kind, e.subject_scope, e.doc_id, count(*) AS marks,
        any_value(k.doc_id) IS NOT NULL AS kept, any_value(k.tokens) AS tokens
    FROM evidence e LEFT JOIN kept k USING (doc_id) GROUP BY 1, 2, 3)
GROUP BY 1, 2 ORDER BY 1, 2""",
    "reservations": """SELECT norm, channel, subject_scope, train_verdict, count(*), sum(tokens) FROM (
    SELECT DISTINCT e.norm, e.channel, e.subject_scope, k.train_verdict, k.doc_id, k.tokens
    FROM evidence e JOIN kept k USING (doc_id) WHERE e.kind = 'optout_signal')
GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4""",
    "domains": """WITH top AS (
    SELECT coalesce(registrable_domain, '') AS name, count(*) AS pages, sum(tokens) AS tokens,
        sum(text_bytes) AS bytes, list_sort(list_distinct(list(concluded_spdx))) AS licences,
        count(*) FILTER (train_verdict = 'deny') AS denied
    FROM kept GROUP BY 1 ORDER BY bytes DESC, name LIMIT 50),
captured AS (
    SELECT t.name, count(*) AS captures, count(*) FILTER (len(r.agents_denied) > 0) AS shut,
        count(*) FILTER (r.outcome = 'rules') AS rules
    FROM robots r JOIN top t ON r.host = t.name OR ends_with(r.host, '.' || t.name)
    WHERE t.name <> '' GROUP BY 1)
SELECT name, pages, tokens, licences, denied, captures, rules, shut
FROM top LEFT JOIN captured USING (name) ORDER BY bytes DESC, name""",
    "domain-count": "SELECT count(DISTINCT coalesce(registrable_domain, '')) FROM kept",
    "attribution": """SELECT licence_class(concluded_spdx) AS class, count(*), count(attribution.name),
    count(attribution.url), count(attribution.title), count(*) FILTER (attribution IS NULL)
FROM kept WHERE concluded_status = 'granted' AND licence_class(concluded_spdx) NOT IN ('public-domain', 'other')
GROUP BY 1 ORDER BY 1""",
    "conflicts": """SELECT count(*) FILTER (concluded_status = 'conflict'),
    count(*) FILTER (declared_spdx IS NOT NULL AND concluded_status IS NOT NULL
        AND concluded_spdx IS DISTINCT FROM declared_spdx),
    count(*) FILTER (doc_id IN (SELECT doc_id FROM evidence WHERE kind = 'licence_claim' AND norm IS NULL)),
    count(*) FILTER (len(list_filter(verdict_reasons, lambda one: regexp_matches(one, ' of [0-9a-f]{32}$'))) > 0),
    count(*) FILTER (domain_rule_id IS NOT NULL)
FROM kept""",
    "sources": """SELECT c.source, c.source_sha256, count(*), count(*) FILTER (c.outcome = ''),
    count(*) FILTER (c.outcome = 'failed'), min(c.capture_date), max(c.capture_date),
    any_value(w.is_part_of), any_value(w.operator), any_value(w.robots)
FROM candidates c LEFT JOIN (SELECT source, min(is_part_of) AS is_part_of, min(operator) AS operator,
    min(robots) AS robots FROM warcinfo GROUP BY 1) w USING (source)
GROUP BY 1, 2 ORDER BY 3 DESC, 1""",
    "personal-data": """SELECT name, sum(found) FILTER (side = 'extracted'), count(*) FILTER (side = 'extracted'),
    sum(found) FILTER (side = 'kept'), count(*) FILTER (side = 'kept') FROM (
    SELECT 'extracted' AS side, unnest(pii).name AS name, unnest(pii).count AS found FROM extracted
    UNION ALL SELECT 'kept', unnest(pii).name, unnest(pii).count FROM documents)
GROUP BY 1 ORDER BY 1""",
    "digests": """SELECT count(*), count(*) FILTER (digest_ok), count(*) FILTER (NOT digest_ok),
    count(*) FILTER (digest_ok IS NULL), count(truncated) FROM candidates""",
    "robots-join": f"""SELECT count(*), count(*) FILTER (host IN (SELECT host FROM robots)), count(DISTINCT host),
    count(DISTINCT host) FILTER (host NOT IN (SELECT host FROM robots)), (SELECT count(*) FROM robots) FROM (
    SELECT {HOST} AS host FROM documents)""",  # noqa: S608 - likewise
    "ended": """SELECT d.stage, d.outcome, d.reason, count(*), sum(d.body_bytes), sum(e.text_bytes)
FROM dropped d LEFT JOIN extracted e USING (doc_id) GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3""",
    "languages": """SELECT e.lang, count(*), count(k.doc_id), sum(e.text_bytes), sum(k.text_bytes), sum(k.tokens)
FROM extracted e LEFT JOIN kept k USING (doc_id) GROUP BY 1 ORDER BY 2 DESC, 1""",
    "failed-sources": """SELECT source, source_sha256, count(*), count(*) FILTER (outcome = 'failed')
FROM candidates GROUP BY 1, 2 HAVING count(*) FILTER (outcome = 'failed') > 0 ORDER BY 4 DESC, 1""",
    "examples": """SELECT url, title, lang, text, verdict_reasons FROM documents
WHERE train_verdict = 'deny' ORDER BY doc_id LIMIT 5""",
}
"""Read only; every order is whole, so equal trees have equal answers."""
COMMANDS: Final = {
    "manifest": "jq '.recipe, .code, .steps, .files, .roots' OUT/run.json",
    "plan": "jq '.stages[] | {stage, models, packages}' OUT/plan.json",
    "counts": "jq .counts OUT/run.json",
    "audit": "yurai audit OUT --format json",
    "journal": "cat OUT/journal/*/*/*  # one JSON a task; times differ from run to run",
    "takedowns": "yurai query OUT takedowns",
    "signatures": "yurai verify OUT --key KEY.pub",
    "presets": "yurai policy replay OUT --policy NAME --output OTHER  # each row; copies are heard there too",
    "marked": "yurai pii audit --read MARKS.csv",
    "calibration": "cat pipeline/yurai/rights/calibration.csv",
    "tampering": "yurai query OUT young-bursts  # and changed-late, flipped-domains, new-claims, with their defaults",
    "years": "yurai query OUT years",
    "compare": "jq .counts EARLIER/run.json OUT/run.json",
}
"""Of figures that are no rows: what shows the same."""


NAMED: Final = {
    "licence-classes": "licence-tokens",
    "licences": "licence-tokens",
    "conflicts": "declared-differs",
    "reservations": "reserved-kept",
    "reasons": "reserved-kept",
    "domains": "top-domains",
    "attribution": "attribution",
    "counts": "waterfall",
    "digests": "doubtful-records",
    "robots-join": "doubtful-records",
}
"""Named queries (docs/queries.md) that show more of a figure."""


def query(name: str) -> Query:
    """Return how the figure `name` is made."""
    named = NAMED.get(name)
    return Query(name, SQL[name], named=named) if name in SQL else Query(name, command=COMMANDS[name], named=named)
