"""Apply rules to rows: filters compare stored measures, editors rewrite text and have it measured again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import dropped_rows, text_columns
from yurai.declare.faults import naming
from yurai.declare.lists import loaded
from yurai.declare.rules import Rules
from yurai.engine.clock import part
from yurai.engine.use import AnyUse
from yurai.stages.filter.second_text import RULE, second_places, with_second_text
from yurai.stages.rewrite import replace_rows, rewritten
from yurai_filters import Declaration, blame, edit, judge
from yurai_manifests.canonical import Json
from yurai_manifests.counts import StageCounts

EMPTIED: Final = "emptied"
"""Reason of a row of which an editor leaves nothing but white space, behind the editor's name."""


class Decider:
    """The rules of one filter stage, and the measuring stages that an edited text goes through again."""

    def __init__(self, name: str, rules: Rules, measures: Sequence[AnyUse]) -> None:
        self.name, self._uses, self._measures = name, rules, measures
        self._rules = [(use.rule, loaded(use.rule, use.settings)) for use in rules]

    def __call__(self, batch: pa.RecordBatch, counts: StageCounts) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Return (kept rows, DROPPED rows) of `batch` and add to `counts`.

        A row that is dropped and has a second text is judged again by that one, and keeps it if it stays.

        Raises:
            ContractError: a rule raised, or returned the wrong length or type: a bug in the rule.
        """
        return self.split(*self.judged(batch, counts.notes), counts)

    def judged(self, batch: pa.RecordBatch, notes: Counter[str]) -> tuple[pa.RecordBatch, pa.StringArray]:
        """Return `batch` as it is handed on, and why each row goes, null of those that stay; errors as a call."""
        edited, reasons = self._judged(batch, notes)
        places = second_places(edited, reasons)
        if won := self._won(batch, places):
            second = with_second_text(batch.take(pa.array(won)), self._measures, self.name, notes)
            edited = replace_rows(edited, self._judged(second, notes)[0], won)
            reasons = _without(reasons, won)
            notes[f"{self.name}:{RULE}"] += len(won)
        return edited, reasons

    def _won(self, batch: pa.RecordBatch, places: list[int]) -> list[int]:
        """Return those of the places whose second text stays; what is noted on the way is of texts that may not."""
        if not places:
            return []
        notes = Counter[str]()
        second = with_second_text(batch.take(pa.array(places)), self._measures, self.name, notes)
        _, verdicts = self._judged(second, notes)
        return [place for place, reason in zip(places, verdicts.to_pylist(), strict=True) if reason is None]

    def _judged(self, batch: pa.RecordBatch, notes: Counter[str]) -> tuple[pa.RecordBatch, pa.StringArray]:
        """Return `batch` as editors leave it, and the reason of each row that a filter drops."""
        reasons = pa.nulls(batch.num_rows, pa.string())
        for declaration, settings in self._rules:
            with part(f"{declaration.kind} {declaration.name}"), naming(declaration, batch):
                if declaration.kind == "editor":
                    batch, emptied = self._edit(batch, declaration, settings, notes)
                    reasons = pc.coalesce(reasons, emptied) if emptied else reasons
                    continue
                verdict = judge(declaration, text_columns(batch), settings, batch.column("lang"))
            if verdict.not_judged:
                notes[f"{declaration.name}:not-judged"] += verdict.not_judged
            for limit, count in verdict.limits_not_judged.items():
                notes[f"{declaration.name}:{limit}:not-judged"] += count
            prefix = pa.array([declaration.name] * batch.num_rows, pa.string())
            named = pc.binary_join_element_wise(prefix, verdict.reason, ":")  # type: ignore[call-overload] # the stubs miss the separator
            reasons = pc.coalesce(reasons, named)
        return batch, reasons

    def trace(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[dict[str, Json]]]:
        """Return the one row of `batch` as it leaves the rules, and what each rule says of it up to the first reason.

        Where its second text stays, entries of that one follow those of the first.
        """
        edited, entries = self._traced(batch)
        if not (entries and entries[-1]["verdict"] == "dropped" and batch.column("other_text")[0].is_valid):
            return edited, entries
        second, more = self._traced(with_second_text(batch, self._measures, self.name, Counter()))
        dropped = bool(more) and more[-1]["verdict"] == "dropped"
        chosen: dict[str, Json] = {"stage": self.name, "rule": RULE, "verdict": "unchanged" if dropped else "edited"}
        chosen["settings"] = {}
        return (edited, [*entries[:-1], chosen, entries[-1]]) if dropped else (second, [*entries, chosen, *more])

    def _traced(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[dict[str, Json]]]:
        entries: list[dict[str, Json]] = []
        for (declaration, settings), use in zip(self._rules, self._uses, strict=True):
            written = {name: value for name, value in use.json().items() if name != "use"}
            entry: dict[str, Json] = {
                "stage": self.name,
                "rule": declaration.name,
                "verdict": "kept",
                "settings": written,
            }
            entries.append(entry)
            if declaration.kind == "editor":
                notes = Counter[str]()
                with naming(declaration, batch):
                    batch, emptied = self._edit(batch, declaration, settings, notes)
                entry["verdict"] = "edited" if notes else "unchanged"
                if emptied:
                    entry |= {"verdict": "dropped", "reason": emptied[0].as_py()}
                    break
                continue
            columns = text_columns(batch)
            entry["reads"] = {name: columns[name][0].as_py() for name in declaration.columns if name != "text"}
            with naming(declaration, batch):
                verdict = judge(declaration, columns, settings, batch.column("lang"))
            if verdict.not_judged:
                entry["verdict"] = "not judged"
            if verdict.limits_not_judged:
                entry["limits_not_judged"] = list(verdict.limits_not_judged)
            if (reason := verdict.reason[0].as_py()) is not None:
                broke = blame(declaration, columns, settings, batch.column("lang"), reason)
                entry |= {"verdict": "dropped", "reason": f"{declaration.name}:{reason}", "broke": broke}
                break
        return batch, entries

    def walk(
        self, batch: pa.RecordBatch
    ) -> tuple[pa.RecordBatch, list[tuple[Declaration, Mapping[str, object], pa.RecordBatch]], pa.StringArray]:
        """Return `batch` as the editors leave it, what each filter meets, and reasons of rows that an editor empties.

        A filter meets all rows, also those that one before it drops; with it stand its settings.
        """
        met: list[tuple[Declaration, Mapping[str, object], pa.RecordBatch]] = []
        reasons = pa.nulls(batch.num_rows, pa.string())
        for declaration, settings in self._rules:
            if declaration.kind == "editor":
                batch, emptied = self._edit(batch, declaration, settings, Counter[str]())
                reasons = pc.coalesce(reasons, emptied) if emptied else reasons
            else:
                met.append((declaration, settings, batch))
        return batch, met, reasons

    def split(
        self, batch: pa.RecordBatch, reasons: pa.StringArray, counts: StageCounts
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Return (kept rows, DROPPED rows) of judged rows and add to `counts`."""
        keep = pc.is_null(reasons)
        gone = pc.invert(keep)
        kept = batch.filter(keep)
        counts.seen += batch.num_rows
        counts.kept += kept.num_rows
        counts.dropped.update(cast("list[str]", reasons.drop_null().to_pylist()))
        return kept, dropped_rows(batch.filter(gone), self.name, reasons.filter(gone))

    def _edit(
        self, batch: pa.RecordBatch, declaration: Declaration, settings: Mapping[str, object], notes: Counter[str]
    ) -> tuple[pa.RecordBatch, pa.StringArray | None]:
        """Return `batch` as an editor leaves it, and reasons of rows that it empties; None where all have text.

        Such a row goes by this alone: no filter behind it may be able to judge what is empty.
        """
        edited = edit(declaration, text_columns(batch)["text"], settings, batch.column("lang"))
        changed = cast("list[int]", pc.indices_nonzero(edited.changed).to_pylist())
        if not changed:
            return batch, None
        for rule_name, count in edited.totals().items():
            notes[f"{declaration.name}:{rule_name}"] += count
        texts = cast("list[str]", edited.text.take(pa.array(changed)).to_pylist())
        changes = [{rule: column[row].as_py() for rule, column in edited.counts.items()} for row in changed]
        rows = rewritten(batch.take(pa.array(changed)), texts, changes, self._measures, declaration.name, notes)
        emptied = {row for row, text in zip(changed, texts, strict=True) if not text.strip()}
        reason = f"{declaration.name}:{EMPTIED}"
        reasons = pa.array([reason if row in emptied else None for row in range(batch.num_rows)], pa.string())
        return replace_rows(batch, rows, changed), reasons if emptied else None


def _without(reasons: pa.StringArray, places: list[int]) -> pa.StringArray:
    left = reasons.to_pylist()
    for place in places:
        left[place] = None
    return pa.array(left, pa.string())
