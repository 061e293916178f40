"""Decide a takedown: turn an order and its plan into what is carried out, and into the words of a tombstone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from yurai.run.publish import PAGE
from yurai.run.takedown.gaps import left_gaps
from yurai.run.takedown.plan import NEAR, Document, Plan, make_plan
from yurai.run.takedown.selectors import Selector
from yurai_manifests.canonical import sha256
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.lookup.tokens import index_files
from yurai_manifests.merkle.check import FIELD as ROOTS
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.store import Store, digest_of
from yurai_manifests.takedown.counts import less, taken_counts
from yurai_manifests.takedown.keyed import keyed
from yurai_manifests.takedown.modes import STABLE, Mode
from yurai_manifests.takedown.pending import Pending
from yurai_manifests.takedown.tombstones import FIELD, VERSION, TakenDocument, Told

CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
BASIS: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
LIMITS: Final = (
    "This says what was removed from this tree. It does not reach models that were trained on it, copies of it "
    "elsewhere, trees that were made from it, versions that its storage keeps, or the web archives it was made from. "
    "Texts that share less with what was taken down than the thresholds say are still there."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator orders. Dates are ISO 8601 days, as the operator states them; `key` is that of the case.

    `mode` says what becomes of the tokens of others: `compact`, they move up; `stable-offset`, they stay in place.
    """

    case: str
    basis: str
    selectors: tuple[Selector, ...]
    key: bytes
    near: float = NEAR
    received: str | None = None
    decided: str | None = None
    mode: Mode = "compact"

    def __post_init__(self) -> None:
        """Raise RecipeError for what cannot be meant."""
        if not CASE.fullmatch(self.case) or self.case == "pending":
            raise RecipeError(
                f"--case {self.case[:80]!r}: letters, digits, dots, dashes and underscores, at most 64, not 'pending'"
            )
        if not BASIS.fullmatch(self.basis):
            raise RecipeError(f"--basis {self.basis[:80]!r}: lower-case letters, digits and dashes, such as copyright")
        if not self.selectors:
            raise RecipeError("nothing says what to take down: give --url, --domain, --text-file or another selector")
        if not 0 < self.near <= 1:
            raise RecipeError(f"--near {self.near}: above 0, at most 1")
        for name, date in (("received", self.received), ("decided", self.decided)):
            if date is not None and not DATE.fullmatch(date):
                raise RecipeError(f"--{name} {date[:40]!r} is no day; write it as 2026-11-28")


def planned(store: Store, run: RunRecord, order: Order) -> Plan:
    """Return what an order takes; errors as `make_plan`."""
    texts = [one.value for one in order.selectors if one.kind == "text"]
    return make_plan(store, run, order.selectors, order.near, files=texts)


def decided(store: Store, order: Order) -> tuple[Pending, Plan]:
    """Return what is to be carried out, and what it takes.

    Raises:
        RecipeError: nothing is selected, the case was taken down before, or the tree is too old to have roots.
        AuditError: run.json is damaged, or a file has other bytes than it names: it would be hashed anew as it is.
    """
    run = load_run(store)
    if any(entry["case"] == order.case for entry in run.value.get(FIELD, [])):
        raise RecipeError(f"{store.url}: case {order.case} was taken down before; give what is left a case of its own")
    if ROOTS not in run.value:
        raise RecipeError(
            f"{store.url} has no Merkle roots: it was made before there were any; run with --rebuild first"
        )
    plan = planned(store, run, order)
    _refuse_damaged(store, run, plan)
    ends = [(one.was, one.stage, one.reason) for one in plan.documents.values()]
    taken = taken_counts(run.stages, ends, plan.removed_notes)
    data = store.read(RUN)
    told = _told(run, order, plan, sha256(data), taken)
    if order.mode == STABLE:
        told["gaps"] = left_gaps(store, run, plan)
    pending = Pending(
        case=order.case,
        run=run.value,
        run_sha256=sha256(data),
        position=_position(run),
        report=store.size(PAGE) is not None,
        stone=told,
        rows=plan.rows,
        pointing=sorted(plan.pointing),
        counts=[one.json() for one in less(run.stages, taken)],
        documents=sorted(plan.documents),
    )
    return pending, plan


def _refuse_damaged(store: Store, run: RunRecord, plan: Plan) -> None:
    named = {file.name: file.sha256 for folder in run.value["files"] for file in run.files(folder)}
    apart = {index.name: ids for index, ids in index_files(run)}
    for name in sorted({*plan.rows, *plan.pointing, *(apart[one] for one in plan.rows if one in apart)}):
        if digest_of(store, name) != named[name]:
            raise AuditError(f"{store.url}/{name}: its bytes are not those that were published; restore it first")


def _position(run: RunRecord) -> int:
    """Return the number behind that of the last step."""
    return int(str(run.value["steps"][-1]["step"]).partition("-")[0]) + 1


def _told(run: RunRecord, order: Order, plan: Plan, run_sha256: str, taken: Sequence[StageCounts]) -> Told:
    """Return what is known before files are written; values are keyed, doc_ids are not."""
    selectors = [{"kind": str(one.kind), "hmac": keyed(order.key, one.kind, one.value)} for one in order.selectors]
    return {
        "yurai_tombstone": VERSION,
        "case": order.case,
        "case_hmac": keyed(order.key, "case", order.case),
        "basis": order.basis,
        "received": order.received,
        "decided": order.decided,
        "mode": order.mode,
        "near": f"{order.near:.4f}",
        "selectors": sorted(selectors, key=lambda one: (one["kind"], one["hmac"])),
        "documents": [_document(order.key, plan.documents[name]) for name in sorted(plan.documents)],
        "rows": plan.counted,
        "tokens": plan.tokens,
        "before": {"run_sha256": run_sha256, "digest": run.digest, "root": cast("str", run.value[ROOTS]["run"])},
        "counts": [one.json() for one in taken],
        "limits": LIMITS,
    }


def _document(key: bytes, one: Document) -> TakenDocument:
    return {
        "doc_id": one.doc_id,
        "verdict": one.verdict,
        "was": one.was,
        "url": None if one.url is None else keyed(key, "url", one.url),
        "text": None if one.text is None else keyed(key, "text", one.text),
    }
