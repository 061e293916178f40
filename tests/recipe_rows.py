"""Texts through the rules of a recipe, stage by stage, as Japanese that the language stage need not find."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache

import pyarrow as pa

from yurai.declare.batches import document_batches
from yurai.declare.stage import Kind, stage_of
from yurai.run.recipe import Recipe, load_recipe
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai.stages.map_tasks import measure
from yurai_manifests.counts import StageCounts


@cache
def _loaded(name: str) -> Recipe:
    return load_recipe(name)


def reasons(name: str, texts: Sequence[str], url: str = "https://example.jp/", lang: str = "ja") -> list[str | None]:
    """Return the first reason for which the rules of a recipe drop each text, or None where it stays."""
    return [reason for reason, _ in judged(name, texts, url, lang)]


def judged(
    name: str, texts: Sequence[str], url: str = "https://example.jp/", lang: str = "ja"
) -> list[tuple[str | None, str]]:
    """Return for each text the first reason, and the text as the editors leave it; stages of dedup are left out."""
    found: dict[str, tuple[str | None, str]] = {}
    for measured in _batches(name, texts, url, lang):
        batch = measured
        for use in _loaded(name).stages:
            if isinstance(use.settings, Filter):
                measures = [one for one in _loaded(name).stages if stage_of(one).kind is Kind.MEASURE]
                kept, dropped = Decider(use.name, use.settings.rules, measures)(batch, StageCounts(use.name))
                found |= {row["doc_id"]: (row["reason"], "") for row in dropped.to_pylist()}
                batch = kept
        found |= {row["doc_id"]: (None, row["text"]) for row in batch.select(["doc_id", "text"]).to_pylist()}
    return [found[f"{number:032x}"] for number in range(len(texts))]


def _batches(name: str, texts: Sequence[str], url: str, lang: str) -> Iterator[pa.RecordBatch]:
    """Yield rows that are measured, but not by what finds languages: all are in `lang`."""
    rows = (
        {
            "doc_id": f"{number:032x}",
            "source": "made.jsonl",
            "url": url,
            "text": text,
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "text_bytes": len(text.encode()),
            "lang": lang,
            "lang_score": 1.0,
            "flags": [],
        }
        for number, text in enumerate(texts)
    )
    uses = [use for use in _loaded(name).stages if use.name == "measure"]
    for batch in document_batches(rows):
        yield measure(batch, uses, [StageCounts(use.name) for use in uses])
