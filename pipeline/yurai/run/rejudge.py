"""Judge documents again, by their evidence, and say which verdicts and conclusions do not follow from it.

A policy that reads no robots.txt is judged by in full: the reasons of a row are those of its own evidence, and behind
them what copies were told. Of a policy that does, captures are not asked again: its verdicts must follow from the
reasons of the row, whatever those rest on, and its conclusion from the evidence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import orjson
import pyarrow as pa

from yurai.declare.stage import Kind, stage_of
from yurai.engine.use import AnyUse
from yurai.rights import Conclusion, Judgement, judge
from yurai.rights.judge import CONFLICT, OVERRIDING
from yurai.rights.licences import NOASSERTION
from yurai.rights.verdicts import VERDICTS, Use, Verdict, strictest
from yurai.stages.select.driver import digests
from yurai.stages.select.gather import OF_PAGE, SAID
from yurai.stages.select.judged import page_of, said
from yurai.stages.select.loaded import Law, Rights
from yurai.stages.select.settings import Select
from yurai_manifests.audit.case import Rows
from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError, ShardError

_LINE: Final = re.compile(rf"({'|'.join(VERDICTS)}) ([a-z,]+): .* by (\S+?)( of [0-9a-f]{{32}})?", re.DOTALL)
COLUMNS: Final[Mapping[Use, str]] = {
    "train": "train_verdict",
    "display": "search_verdict",
    "redistribute": "redistribute_verdict",
}
CALIBRATION: Final = "calibration"
BY: Final = ("policy", "rulings", CALIBRATION)
"""Digests in the identity of stage select that verdicts rest on."""
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of `verdict_reasons`, read: the verdict, the uses, the rule, and whether a copy was told."""

    verdict: Verdict
    uses: tuple[str, ...]
    rule: str
    of_copy: bool


def lines_of(column: object) -> list[Line] | None:
    """Read `verdict_reasons`; None of what is no such column."""
    if not isinstance(column, list):
        return None
    matches = [_LINE.fullmatch(one) for one in column]
    if not all(matches):
        return None
    found = (one.groups() for one in matches if one)
    return [Line(cast("Verdict", verdict), tuple(uses.split(",")), rule, of is not None)
            for verdict, uses, rule, of in found]  # fmt: skip


def judges(
    uses: Sequence[AnyUse], identities: Mapping[str, Mapping[str, Json]]
) -> tuple["Rejudged | None", str | None]:
    """Return what judges by the last stage select of a run; or why nothing does; neither where there is no select."""
    places = [at for at, use in enumerate(uses) if isinstance(use.settings, Select)]
    if not places:
        return None, None
    before, settings, behind = uses[: places[-1]], cast("Select", uses[places[-1]].settings), uses[places[-1] + 1 :]
    rewritten = any(stage_of(use).kind is Kind.FILTER or use.name == "line-dedup" for use in behind)
    if "select" not in identities or rewritten:
        return None, "an earlier run judged, or texts were changed since"
    try:
        known = digests(settings)
        law = Rights(settings.policy, known["policy"], settings.rulings, known.get("rulings", "")).load()
    except (RecipeError, ShardError) as error:
        return None, str(error)
    then = cast("Mapping[str, Json]", identities["select"]["models"])
    changed = {name for name in BY if known.get(name) != then.get(name)}
    if changed - {CALIBRATION} or (changed and law.policy.min_confidence > 0):
        return None, f"{', '.join(sorted(changed))} here and of the run are not the same"
    looked = any(use.settings.json().get("evidence") for use in before)
    return Rejudged(law, law.policy.id, looked, calibrated=not changed), None


@dataclass(frozen=True, slots=True)
class Rejudged:
    """Judges rows by a law; `looked`: pages were searched for statements."""

    law: Law
    policy_id: str
    """Made once: it is a digest of the whole policy."""
    looked: bool
    calibrated: bool
    """Confidences are those that this version measured."""

    def __call__(self, rows: pa.Table, marks: Sequence[Rows]) -> Mapping[str, Sequence[int]]:
        """Return the places of rows with another value, by column."""
        wrong: dict[str, list[int]] = {}
        for at, (row, about) in enumerate(zip(rows.select([*_columns()]).to_pylist(), marks, strict=True)):
            for column in self._unlike(row, about):
                wrong.setdefault(column, []).append(at)
        return wrong

    def _unlike(self, row: Values, about: Rows) -> Iterator[str]:
        evidence = said(orjson.dumps([mark[name] for name in SAID[1:]]) for mark in about)
        page = page_of(row, evidence, None, looked=self.looked)
        found = judge(page, self.law.policy, self.law.rulings, self.law.calibration)
        lines = lines_of(row["verdict_reasons"])
        if lines is None:
            yield "verdict_reasons"
            return
        yield from self._conclusion(row, found, lines)
        if self.law.policy.robots == "off":
            own = found.lines()
            told = cast("list[str]", row["verdict_reasons"])
            if told[: len(own)] != own or not all(one.of_copy for one in lines[len(own) :]):
                yield "verdict_reasons"
        for use, column in COLUMNS.items():
            if row[column] not in self._verdicts(found, lines, use):
                yield column

    def _conclusion(self, row: Values, found: Judgement, lines: Sequence[Line]) -> Iterator[str]:
        end = found.conclusion
        contradicted = any(one.of_copy and one.rule == CONFLICT for one in lines)
        changed = contradicted and end.status == "granted" and end.ruling is None
        due: dict[str, object] = {
            "concluded_spdx": NOASSERTION if changed else end.spdx,
            "concluded_status": "conflict" if changed else end.status,
            "domain_rule_id": found.ruling,
            "policy_id": self.policy_id,
            **({"licence_confidence": _confidence(end, changed=changed)} if self.calibrated else {}),
            **({"licence_scope": end.scope} if end.scope else {}),
            **({"robots_ref": None} if self.law.policy.robots == "off" else {}),
        }
        yield from (name for name, value in due.items() if row[name] != value)

    def _verdicts(self, found: Judgement, lines: Sequence[Line], use: Use) -> set[Verdict]:
        """Return the verdicts that the reasons of a row allow: one, but where a robots.txt is what was silent."""
        if self.law.policy.robots == "off":
            told = [one.verdict for one in lines if one.of_copy and use in one.uses]
            fixed = any(one.rule == OVERRIDING and use in one.verdicts for one in found.reasons)
            return {found.verdicts[use] if fixed else strictest((found.verdicts[use], *told)) or "unknown"}
        ruled = [one.verdicts[use] for one in found.reasons if one.rule == OVERRIDING and use in one.verdicts]
        if ruled:
            return {*ruled}
        own = strictest(one.verdict for one in lines if use in one.uses and not one.of_copy)
        told = [one.verdict for one in lines if use in one.uses and one.of_copy]
        starts = {start.get(use, "unknown") for start in (self.law.policy.silent, self.law.policy.unseen)}
        firsts = {start if own is None or (own == "unknown" and start == "deny") else own for start in starts}
        return {strictest((first, *told)) or "unknown" for first in firsts}


def _confidence(end: Conclusion, *, changed: bool) -> float | None:
    return None if changed or end.confidence is None else float(np.float32(end.confidence))


def _columns() -> dict[str, None]:
    named = ("concluded_spdx", "concluded_status", "licence_confidence", "domain_rule_id", "policy_id",
             "licence_scope", "robots_ref", "verdict_reasons", *COLUMNS.values())  # fmt: skip
    return dict.fromkeys((*OF_PAGE, *named))
