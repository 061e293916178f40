"""Hold a recipe against a published corpus: its texts have passed the rules once, so the recipe should drop none.

Rules are asked one by one of every text, so that none hides behind another. Stages that are no rules are not asked, and
named: most need the whole corpus, as deduplication does, and a part of one holds few of its copies.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import document_batches, text_columns
from yurai.declare.rules import RuleUse
from yurai.declare.stage import Kind, stage_of
from yurai.run.peek import peek
from yurai.run.recipe import Recipe
from yurai.sources.fetch import fetch_source
from yurai.sources.find import Source
from yurai.sources.rows import row_kind, table_of
from yurai.stages.extract.candidates import Candidate
from yurai.stages.extract.rows import row_candidates
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai.stages.map_tasks import measure
from yurai_filters import Declaration, blame, judge
from yurai_manifests.canonical import Json
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import RecipeError
from yurai_manifests.task import TaskRecord

DROP = (Kind.FILTER, Kind.DEDUP, Kind.SELECT)
EXAMPLES = 3
"""Texts that are named for each rule."""


@dataclass(slots=True)
class Asked:
    """One filter of the recipe, and what it says of the texts: how many it drops, and how many it does not judge."""

    rule: str
    limits: dict[str, Json]
    """The settings that are not left at their defaults."""
    texts: int = 0
    dropped: int = 0
    not_judged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    """Where a text is that it drops, and the measures that decide so."""

    def json(self) -> dict[str, Json]:
        """Return the entry as JSON has it."""
        return {
            "rule": self.rule,
            "limits": self.limits,
            "texts": self.texts,
            "dropped": self.dropped,
            "not_judged": self.not_judged,
            "reasons": dict(sorted(self.reasons.items())),
            "examples": [*self.examples],
        }


@dataclass(slots=True)
class Verified:
    """What the rules of a recipe say of published texts."""

    recipe: str
    rules: list[Asked]
    not_asked: list[str]
    """Stages that may drop documents and are no rules of a text: deduplication, a cut at a share, verdicts."""
    texts: int = 0
    dropped: int = 0
    """Texts that any rule drops."""
    emptied: Counter[str] = field(default_factory=Counter)
    """Texts of which an editor leaves nothing, which drops them, by reason."""
    without_text: Counter[str] = field(default_factory=Counter)
    """Rows that have no text, or cannot be read, by reason."""
    notes: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Share of the texts that any rule drops."""
        return self.dropped / self.texts if self.texts else 0.0

    def json(self) -> dict[str, Json]:
        """Return all of it as JSON has it."""
        return {
            "recipe": self.recipe,
            "texts": self.texts,
            "dropped": self.dropped,
            "share": round(self.share, 6),
            "rules": [one.json() for one in self.rules],
            "emptied": dict(sorted(self.emptied.items())),
            "not_asked": [*self.not_asked],
            "rows_without_text": dict(sorted(self.without_text.items())),
            "notes": [*self.notes],
        }


def verify(recipe: Recipe, published: Sequence[Source]) -> Verified:
    """Ask every filter of `recipe` of every text in JSONL and Parquet files.

    Raises:
        RecipeError: the recipe has no filter, a file is neither, no column holds a text, or there is none at all.
    """
    uses = [use for use in recipe.stages if isinstance(use.settings, Filter)]
    rules = [rule for use in uses for rule in cast("Filter", use.settings).rules if rule.rule.kind == "filter"]
    if not rules:
        raise RecipeError(f"recipe {recipe.name} has no filter, so no published text could fail it; name another one")
    for source in published:
        if not row_kind(source.name):
            raise RecipeError(f"{source.name} is neither JSONL nor Parquet; --published takes files of texts")
    peek(published, recipe.sources, option="--published")
    whole = [use.name for use in recipe.stages if stage_of(use).kind in DROP and use not in uses]
    found = Verified(recipe.name, [_entry(rule) for rule in rules], whole)
    measures = [use for use in recipe.stages if stage_of(use).kind is Kind.MEASURE]
    deciders = [Decider(use.name, cast("Filter", use.settings).rules, measures) for use in uses]
    for batch in document_batches(one.row for one in _with_text(recipe, published, found)):
        _ask(measure(batch, measures, [StageCounts(use.name) for use in measures]), deciders, found)
    if not found.texts:
        lost = "".join(f"; {count:,} rows: {reason}" for reason, count in sorted(found.without_text.items()))
        raise RecipeError(f"no text in {', '.join(one.name for one in published)}: nothing can be verified{lost}")
    return found


def _entry(use: RuleUse) -> Asked:
    written = {name: value for name, value in use.json().items() if name != "use"}
    defaults = RuleUse(use.name, {name: one.default for name, one in use.rule.settings.items()}).json()
    return Asked(use.name, {name: value for name, value in written.items() if value != defaults[name]})


def _with_text(recipe: Recipe, published: Iterable[Source], found: Verified) -> Iterator[Candidate]:
    """Yield the rows with a text, as stage extract hands them on; others are counted."""
    with tempfile.TemporaryDirectory() as spool:
        for source in published:
            path, digest = fetch_source(source.url, Path(spool))
            record = TaskRecord("", source.name, digest, stages=[StageCounts("read")])
            for one in row_candidates(record, path, table_of(recipe.sources, source.name), evidence=False):
                if one.outcome is None:
                    yield one
                else:
                    found.without_text[one.reason or one.outcome] += 1
            found.notes += [f"{source.name} {warning}" for warning in record.warnings]
            if lost := sum(count for _, count in record.unreadable):
                found.notes.append(f"{source.name}: {lost:,} bytes cannot be read")


def _ask(batch: pa.RecordBatch, deciders: Sequence[Decider], found: Verified) -> None:
    found.texts += batch.num_rows
    dropped: set[int] = set()
    entries = iter(found.rules)
    for decider in deciders:
        batch, met, emptied = decider.walk(batch)
        found.emptied.update(cast("list[str]", emptied.drop_null().to_pylist()))
        dropped |= set(cast("list[int]", pc.indices_nonzero(pc.is_valid(emptied)).to_pylist()))
        for declaration, settings, rows in met:
            dropped |= _add(next(entries), declaration, settings, rows)
    found.dropped += len(dropped)


def _add(entry: Asked, declaration: Declaration, settings: Mapping[str, object], rows: pa.RecordBatch) -> set[int]:
    """Add what one filter says of all rows; return the places of those that it drops."""
    columns = text_columns(rows)
    verdict = judge(declaration, columns, settings, rows.column("lang"))
    entry.texts += rows.num_rows
    entry.not_judged += verdict.not_judged
    places = cast("list[int]", pc.indices_nonzero(pc.is_valid(verdict.reason)).to_pylist())
    entry.dropped += len(places)
    entry.reasons.update(cast("list[str]", verdict.reason.drop_null().to_pylist()))
    for place in places[: EXAMPLES - len(entry.examples)]:
        row = rows.slice(place, 1)
        reason = verdict.reason[place].as_py()
        assert reason is not None  # the places are those that have one
        values = text_columns(row)
        broke = blame(declaration, values, settings, row.column("lang"), reason)
        said = [f"{name} = {_shown(values[name][0].as_py())}" for name in broke if name in values and name != "text"]
        entry.examples.append(f"{_where(row)}: {', '.join([reason, *said])}")
    return set(places)


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{value}"


def _where(row: pa.RecordBatch) -> str:
    """Say where a text is: its URL or id where the row has one, and its place in the file."""
    (values,) = row.select(["url", "warc_record_id", "source", "warc_offset"]).to_pylist()
    name = values["url"] or values["warc_record_id"]
    place = f"{values['source']} at {values['warc_offset']:,}"
    return f"{name} ({place})" if name else place
