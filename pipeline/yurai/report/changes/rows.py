"""Join the candidates of two runs by doc_id, and group what changed; DuckDB holds the join, in bounded memory."""

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import duckdb

Kind = Literal["added", "removed", "text", "tokens", "verdict", "decision"]
KINDS: Final[dict[Kind, str]] = {
    "added": "kept in the newer run alone",
    "removed": "kept in the older run alone",
    "text": "kept in both, with another text",
    "tokens": "kept in both, with the same text and another number of tokens",
    "verdict": "kept in both, with the same text and another licence or verdict",
    "decision": "kept in neither, and dropped or failed for another reason",
}
EXAMPLES: Final = 3
NAMED: Final = 20
"""Inputs that are named; all are counted."""
_SIDE: Final = """
SELECT doc_id, coalesce(d.url, doc_id) AS url, source, 'kept' AS outcome, NULL AS stage, NULL AS reason,
    text_sha256 AS text,
    coalesce(s.token_count, d.token_count) AS tokens, extractor || ' ' || coalesce(extractor_version, '') AS extractor,
    false AS copy, {verdict} AS verdict
FROM {before}documents d LEFT JOIN (SELECT doc_id, token_count FROM {before}shards) s USING (doc_id)
UNION ALL
SELECT doc_id, coalesce(url, doc_id), source, outcome, stage, reason, NULL, NULL, NULL, kept_doc_id IS NOT NULL, NULL
FROM {before}dropped
"""
_VERDICT: Final = ("concluded_spdx", "concluded_status", "train_verdict", "search_verdict", "redistribute_verdict")
_INPUTS: Final = """
WITH old AS (SELECT source, any_value(sha256) AS sha256 FROM (
    SELECT source, sha256 FROM other_sources UNION SELECT source, source_sha256 FROM other_candidates) GROUP BY source),
new AS (SELECT source, any_value(sha256) AS sha256 FROM (
    SELECT source, sha256 FROM sources UNION SELECT source, source_sha256 FROM candidates) GROUP BY source)
SELECT coalesce(old.source, new.source) AS source, CASE
    WHEN old.source IS NULL THEN 'added' WHEN new.source IS NULL THEN 'removed'
    WHEN old.sha256 <> new.sha256 THEN 'changed' ELSE 'same' END AS input
FROM old FULL JOIN new ON old.source = new.source
"""
_CHANGED: Final = f"""
SELECT *, CASE
    WHEN new_outcome = 'kept' AND old_outcome IS DISTINCT FROM 'kept' THEN 'added'
    WHEN old_outcome = 'kept' AND new_outcome IS DISTINCT FROM 'kept' THEN 'removed'
    WHEN old_outcome IS DISTINCT FROM new_outcome
        OR old_stage IS DISTINCT FROM new_stage
        OR old_reason IS DISTINCT FROM new_reason THEN 'decision'
    WHEN old_text <> new_text THEN 'text'
    WHEN old_tokens IS DISTINCT FROM new_tokens THEN 'tokens'
    WHEN old_verdict <> new_verdict THEN 'verdict' END AS kind
FROM (
    SELECT coalesce(n.doc_id, o.doc_id) AS doc_id, coalesce(n.url, o.url) AS url,
        coalesce(n.source, o.source) AS source,
        {
    ", ".join(
        f"{side}.{name} AS {label}_{name}"
        for side, label in (("o", "old"), ("n", "new"))
        for name in ("outcome", "stage", "reason", "text", "tokens", "verdict", "extractor")
    )
},
        coalesce(o.copy, false) OR coalesce(n.copy, false) AS copy
    FROM old_side o FULL JOIN new_side n ON o.doc_id = n.doc_id
)
"""  # noqa: S608 - names of columns
_GROUPS: Final = f"""
SELECT kind, old_outcome, old_stage, old_reason, new_outcome, new_stage, new_reason, i.input,
    CASE WHEN old_extractor <> new_extractor THEN old_extractor || ' -> ' || new_extractor END AS extractor, copy,
    count(*) AS documents, coalesce(sum(old_tokens), 0)::BIGINT AS old_tokens,
    coalesce(sum(new_tokens), 0)::BIGINT AS new_tokens, min_by(c.url, c.doc_id, {EXAMPLES}) AS examples
FROM ({_CHANGED}) c JOIN inputs i USING (source)
WHERE kind IS NOT NULL
GROUP BY ALL
ORDER BY kind, documents DESC, {", ".join(str(number) for number in range(2, 11))}
"""  # noqa: S608 - as above
_NAMED_INPUTS: Final = f"""
SELECT input, count(*), min_by(source, source, {NAMED}) FROM inputs WHERE input <> 'same' GROUP BY input ORDER BY input
"""  # noqa: S608 - a number
TABLES: Final = "sources other_sources"
"""Tables of manifests that these statements name."""


class Change(NamedTuple):
    """Documents that changed alike: outcome, stage and reason before and after; None where no candidate is there."""

    kind: Kind
    old_outcome: str | None
    old_stage: str | None
    old_reason: str | None
    new_outcome: str | None
    new_stage: str | None
    new_reason: str | None
    input: str
    """Whether their input files are the same, changed, added or removed."""
    extractor: str | None
    """`old -> new` where another extractor made the text."""
    copy: bool
    """Whether they were dropped as a copy of another document, in either run."""
    documents: int
    old_tokens: int
    new_tokens: int
    examples: list[str]
    """URLs, or doc_ids where a candidate has none: the first by doc_id."""


class Inputs(NamedTuple):
    """Input files of one kind of difference: how many, and the first by name."""

    files: int
    names: list[str]


def prepare(database: "duckdb.DuckDBPyConnection") -> None:
    """Name the two sides, and what became of the input files."""
    verdict = "concat_ws('|', " + ", ".join(f"coalesce({name}, '')" for name in _VERDICT) + ")"
    for view, before in (("new_side", ""), ("old_side", "other_")):
        side = _SIDE.format(before=before, verdict=verdict)
        database.execute(f"CREATE TEMP VIEW {view} AS {side}")
    database.execute(f"CREATE TEMP TABLE inputs AS {_INPUTS}")


def inputs_of(database: "duckdb.DuckDBPyConnection") -> dict[str, Inputs]:
    """Return the input files that were added, removed and changed."""
    found = database.execute(_NAMED_INPUTS).fetchall()
    return {str(kind): Inputs(int(files), list(names)) for kind, files, names in found}


def changes_of(database: "duckdb.DuckDBPyConnection") -> list[Change]:
    """Return what changed, in groups, the largest of each kind first."""
    places = {kind: place for place, kind in enumerate(KINDS)}
    return sorted((Change(*row) for row in database.execute(_GROUPS).fetchall()), key=lambda one: places[one.kind])
