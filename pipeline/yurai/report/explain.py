"""Tell one page's life: where it came from, what each stage made of it, and the tokens it became.

Decisions are not looked up but made again, from the stored measures and the recipe in run.json: what is shown is what
the corpus was built by.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import pyarrow as pa

from yurai.declare.stage import Kind, restored_use, stage_of
from yurai.engine.use import AnyUse
from yurai.extraction.characters import page_count
from yurai.report.training.steps import of_document as training
from yurai.sources.rows import SourceTable, table_of
from yurai.stages.classify.declare import Classify
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai.stages.perplexity.settings import Perplexity
from yurai.stages.threshold.settings import PER_ONE, Threshold
from yurai.stages.threshold.tasks import CUT
from yurai_manifests.canonical import Json
from yurai_manifests.derived import derived_in
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.place_rows import PlaceKind
from yurai_manifests.lookup.recent import Found
from yurai_manifests.lookup.tokens import token_at, tokens_of
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.schema import DOCUMENT, MEASURES, PROVENANCE
from yurai_manifests.store import Store

ORIGIN = tuple(field.name for field in PROVENANCE)
MEASURED = [
    "media_type",
    "charset",
    "charset_by",
    "extractor",
    "title",
    "date",
    "text_sha256",
    "text_bytes",
    "removed_spans",
    "cut_spans",
    *(field.name for field in MEASURES),
]
RIGHTS = ("kind", "channel", "norm", "raw", "subject_scope", "place", "dom_path", "source_ref", "as_of")
VERDICT = (
    *("concluded_spdx", "concluded_status", "licence_confidence", "train_verdict", "search_verdict"),
    *("redistribute_verdict", "verdict_reasons", "robots_ref", "policy_id", "attribution"),
)
GONE = (
    "stage",
    "reason",
    "detail",
    "kept_doc_id",
    "kept_url",
    "kept_path",
    "jaccard",
    "jaccard_by",
    "absent_run",
    "absent",
    "cluster_id",
    "gate_by",
    "gate_score",
    "gate_limit",
)
ID_DIGITS = 32
Row = dict[str, Any]


def explain(store: Store, key: str) -> list[Row]:
    """Return the lives of the pages with this URL or doc_id, in input order (a URL may be captured often).

    Raises:
        RecipeError: no candidate has it.
    """
    return explain_in(Lookup(store, load_run(store)), key)


def explain_in(lookup: Lookup, key: str) -> list[Row]:
    """Do as `explain` in a tree that is open."""
    kind: PlaceKind = "doc_id" if len(key) == ID_DIGITS and set(key) <= set("0123456789abcdef") else "url"
    kept, pages, dropped = (
        {one.cells["doc_id"]: one for one in lookup.find(folder, kind, key, exact=True)}
        for folder in ("documents", "extracted", "dropped")
    )
    if not kept and not dropped:
        raise RecipeError(
            f"no candidate of {lookup.store.url} has {kind} {key}; `yurai audit` says which inputs were read"
        )
    return [
        _life(lookup, kept.get(name), _cells(pages.get(name)), _cells(dropped.get(name)))
        for name in dict.fromkeys([*kept, *dropped])
    ]


def explain_token(store: Store, token: str) -> Row:
    """Return the life of the page behind a token; `place` is SHARD:N, token N (from 0) of shards/SHARD.

    Raises:
        RecipeError: no such shard or token.
    """
    return explain_token_in(Lookup(store, load_run(store)), token)


def explain_token_in(lookup: Lookup, token: str) -> dict[str, Json]:
    """Do as `explain_token` in a tree that is open."""
    at = token_at(lookup, token)
    if at.case:
        raise RecipeError(
            f"{at.shard} token {at.number} was of document {at.doc_id}, which case {at.case} took down: nothing is "
            "left of its life; `yurai step --token` says which steps saw it"
        )
    (life,) = explain_in(lookup, at.doc_id)
    place: dict[str, Json] = {"shard": at.shard, "number": at.number, "in_document": at.in_document}
    return {"token": place, **life}


def _cells(found: Found | None) -> Row | None:
    return found.cells if found else None


def _life(lookup: Lookup, found: Found | None, page: Row | None, dropped: Row | None) -> Row:
    kept, run = _cells(found), lookup.run
    row = kept or dropped or {}
    life: Row = {name: row[name] for name in ORIGIN}
    if shown := kept or page:
        life |= {name: shown.get(name) for name in MEASURED}
        life["pages"] = page_count(shown["media_type"], shown["text"])
    life["outcome"] = dropped["outcome"] if dropped else "kept"
    if dropped:
        life |= {name: dropped.get(name) for name in GONE}
    life["rights"] = [
        {name: mark.cells[name] for name in RIGHTS} for mark in lookup.find("evidence", "doc_id", life["doc_id"])
    ]
    life["verdict"] = {name: kept[name] for name in VERDICT} if kept and kept["policy_id"] else None
    life["source_table"] = _table(run, life["source"]) if life["warc_type"] == "row" else None
    span = tokens_of(lookup, found.number, life["doc_id"]) if found else None
    life["tokens"] = asdict(span) if span else None
    if span and (orders := derived_in(lookup.store, "order")):
        life["training"] = [training(lookup, folder.partition("/")[2], life["doc_id"]).json() for folder in orders]
    life["decisions"] = decisions(run, page, dropped, kept)
    return life


def _table(run: RunRecord, source: str) -> Row:
    """Return the [[source]] table that held for a row file."""
    return table_of(map(SourceTable.of, run.source_tables), source).json()


def decisions(run: RunRecord, page: Row | None, dropped: Row | None, kept: Row | None = None) -> list[Row]:
    """Return what each stage and rule said of a page, up to the one that decided; `page` is its extracted row.

    What line-dedup takes out depends on other pages, so rules behind it are asked of the row that was `kept`; of one
    that went later its text is nowhere, and only the rule that dropped it is known.
    """
    made: list[Row] = []
    measures: list[AnyUse] = []
    batch = _batch(page)
    for number, value in enumerate(run.recipe_stages):
        use = restored_use(value)
        asked = isinstance(use.settings, Filter) and batch is not None
        if dropped and _dropped_by(use, dropped) and not asked:
            return [*made, {"stage": use.name, "verdict": dropped["outcome"], "reason": dropped["reason"]}]
        if isinstance(use.settings, Filter) and batch:
            batch, rules = Decider(use.name, use.settings.rules, measures).trace(batch)
            made += rules
            if rules and rules[-1]["verdict"] == "dropped":
                return made
            continue
        measures += [use] if stage_of(use).kind is Kind.MEASURE else []
        settings = {name: setting for name, setting in value.items() if name != "use"}
        made.append({"stage": use.name, "verdict": "kept", "settings": settings} | _scored(run, use, number, page))
        if use.name == "line-dedup":
            batch = _batch(kept)
            made[-1]["verdict"] = "edited" if _edited_by(use, kept) else "kept"
    return made


def _dropped_by(use: AnyUse, dropped: Mapping[str, object]) -> bool:
    """Tell whether a stage dropped a page; of several thresholds, the one whose score the reason names."""
    own = not isinstance(use.settings, Threshold) or str(dropped["reason"]).endswith(f":{use.settings.score}")
    return own and dropped["stage"] == use.name


def _scored(run: RunRecord, use: AnyUse, number: int, row: Mapping[str, object] | None) -> dict[str, object]:
    """Return the score that classify or perplexity gave, or that threshold compared with its cut; else nothing."""
    score = use.settings.score if isinstance(use.settings, Threshold) else ""
    score = use.settings.name if isinstance(use.settings, Classify | Perplexity) else score
    if not score or row is None:
        return {}
    named = {entry["name"]: entry["score"] for entry in cast("list[dict[str, object]]", row["quality"] or [])}
    said: dict[str, object] = {"reads": {score: row[score] if score in row else named.get(score)}}
    if isinstance(use.settings, Threshold):
        found = run.value["facts"].get(f"{number:02}-{use.name}", {}).get(CUT)
        limits = [one for one in (use.settings.min_score, use.settings.max_score) if one is not None]
        said["cut"] = found["score"] / PER_ONE if found else limits[0] if len(limits) == 1 else limits or None
    return said


def _batch(row: Row | None) -> pa.RecordBatch | None:
    return pa.RecordBatch.from_pylist([row], schema=DOCUMENT) if row else None


def _edited_by(use: AnyUse, row: Row | None) -> bool:
    return any(entry["name"].startswith(f"{use.name}:") for entry in (row or {}).get("removed_spans") or ())


def plain(lives: list[Row]) -> str:
    """Return lives as indented JSON."""
    return json.dumps(lives, ensure_ascii=False, indent=2)
