"""Rules over rows: filters compare stored measures, editors rewrite text and have it measured again."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.columns import dropped_rows, with_columns
from yurai.errors import ContractError
from yurai.lists import loaded
from yurai.rules import rule, rule_settings
from yurai.stage import StageUse
from yurai.stages.measure import text_columns
from yurai_filters import ContractViolation, Declaration, edit, judge
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import COUNTS


class Decider:
    """The rules of one filter stage, and the measuring stages that an edited text goes through again."""

    def __init__(self, use: StageUse, measures: list[StageUse]) -> None:
        self.name = use.name
        self._said = [rule_settings(entry) for entry in use.settings["rules"]]
        named = [rule(entry["use"]) for entry in use.settings["rules"]]
        self._rules = [(one, loaded(one, settings)) for one, settings in zip(named, self._said, strict=True)]
        self._measures = measures

    def __call__(self, batch: pa.RecordBatch, counts: StageCounts) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Return (kept rows, DROPPED rows) of `batch` and add to `counts`.

        Raises:
            ContractError: a rule returned the wrong length or type: a bug in the rule.
        """
        reasons = pa.nulls(batch.num_rows, pa.string())
        for declaration, settings in self._rules:
            try:
                if declaration.kind == "editor":
                    batch = self._edit(batch, declaration, settings, counts.notes)
                    continue
                verdict = judge(declaration, text_columns(batch), settings, batch.column("lang"))
            except ContractViolation as error:
                raise ContractError(f"rule {declaration.name} of {declaration.package.name}: {error}") from error
            if verdict.not_judged:
                counts.notes[f"{declaration.name}:not-judged"] += verdict.not_judged
            prefix = pa.array([declaration.name] * batch.num_rows, pa.string())
            named = pc.binary_join_element_wise(prefix, verdict.reason, ":")  # type: ignore[call-overload] # the stubs miss the separator
            reasons = pc.coalesce(reasons, named)
        return self._split(batch, reasons, counts)

    def trace(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[dict[str, Any]]]:
        """Return the one row of `batch` as editors leave it, and what each rule says of it up to the first reason."""
        said: list[dict[str, Any]] = []
        for (declaration, settings), written in zip(self._rules, self._said, strict=True):
            entry: dict[str, Any] = {
                "stage": self.name,
                "rule": declaration.name,
                "verdict": "kept",
                "settings": written,
            }
            said.append(entry)
            if declaration.kind == "editor":
                notes = Counter[str]()
                batch = self._edit(batch, declaration, settings, notes)
                entry["verdict"] = "edited" if notes else "unchanged"
                continue
            columns = text_columns(batch)
            entry["reads"] = {name: columns[name][0].as_py() for name in declaration.columns if name != "text"}
            verdict = judge(declaration, columns, settings, batch.column("lang"))
            if verdict.not_judged:
                entry["verdict"] = "not judged"
            if (reason := verdict.reason[0].as_py()) is not None:
                entry |= {"verdict": "dropped", "reason": f"{declaration.name}:{reason}"}
                break
        return batch, said

    def walk(
        self, batch: pa.RecordBatch
    ) -> tuple[pa.RecordBatch, list[tuple[Declaration, dict[str, Any], pa.RecordBatch]]]:
        """Return `batch` as the editors leave it, and each filter with its settings and all rows as it meets them."""
        met: list[tuple[Declaration, dict[str, Any], pa.RecordBatch]] = []
        for declaration, settings in self._rules:
            if declaration.kind == "editor":
                batch = self._edit(batch, declaration, settings, Counter[str]())
            else:
                met.append((declaration, settings, batch))
        return batch, met

    def _split(
        self, batch: pa.RecordBatch, reasons: pa.Array[Any], counts: StageCounts
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        keep = pc.is_null(reasons)
        gone = pc.invert(keep)
        kept = batch.filter(keep)
        counts.seen += batch.num_rows
        counts.kept += kept.num_rows
        counts.dropped.update(cast("list[str]", reasons.drop_null().to_pylist()))
        return kept, dropped_rows(batch.filter(gone), self.name, reasons.filter(gone))

    def _edit(
        self, batch: pa.RecordBatch, declaration: Declaration, settings: dict[str, Any], notes: Counter[str]
    ) -> pa.RecordBatch:
        edited = edit(declaration, text_columns(batch)["text"], settings, batch.column("lang"))
        changed = cast("list[int]", pc.indices_nonzero(edited.changed).to_pylist())
        if not changed:
            return batch
        for rule_name, count in edited.totals().items():
            notes[f"{declaration.name}:{rule_name}"] += count
        text = cast("list[str]", edited.text.take(pa.array(changed)).to_pylist())
        counts = [{rule: column[place].as_py() for rule, column in edited.counts.items()} for place in changed]
        before = batch.take(pa.array(changed))
        rows = rewritten(before, text, counts, self._measures, declaration.name, notes)
        return replace_rows(batch, rows, changed)


def rewritten(
    rows: pa.RecordBatch,
    text: list[str],
    counts: list[dict[str, int]],
    measures: list[StageUse],
    name: str,
    notes: Counter[str],
) -> pa.RecordBatch:
    """Return `rows` with new texts, measured again.

    `counts` says what was changed in each, by rule of the editor `name`, and goes into `removed_spans`; what the
    measuring stages find only in the new texts, such as personal data spelt in two ways, is added to `notes`.
    """
    data = [value.encode("utf-8") for value in text]
    spans = [
        [*(before or []), *({"name": f"{name}:{rule}", "count": count} for rule, count in found.items())]
        for before, found in zip(rows.column("removed_spans").to_pylist(), counts, strict=True)
    ]
    new = with_columns(
        rows,
        {
            "text": pa.array(text, pa.large_string()),
            "text_sha256": pa.array([hashlib.sha256(value).hexdigest() for value in data], pa.string()),
            "text_bytes": pa.array([len(value) for value in data], pa.int64()),
            "removed_spans": pa.array(spans, COUNTS),
        },
    )
    new = functools.reduce(lambda part, use: use.stage.function(part, **use.settings), measures, new)
    for use in measures:
        more = Counter(use.stage.notes(new)) - Counter(use.stage.notes(rows))
        notes.update({f"{name}:{use.name}:{kind}": count for kind, count in more.items()})
    return new


def replace_rows(batch: pa.RecordBatch, rows: pa.RecordBatch, places: list[int]) -> pa.RecordBatch:
    """Return `batch` with `rows` at `places`."""
    order = list(range(batch.num_rows))
    for new, place in enumerate(places):
        order[place] = batch.num_rows + new
    joined = pa.Table.from_batches([batch, rows]).combine_chunks().to_batches()[0]
    return joined.take(pa.array(order))
