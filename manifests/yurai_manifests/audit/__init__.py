"""Check every law of the manifests again over what lies there, and return findings.

A finding has a severity (error, warning, info), the check's name, where, what is wrong, and what to do. Only errors
mean that the corpus must not be published. Digests are compared with digests, and rows with rows: who changes a row and
hashes everything above it again is found by what other rows say.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any, Final

from yurai_manifests.audit.case import Case, Check, Means
from yurai_manifests.audit.documents import check_documents
from yurai_manifests.audit.dropped import check_beside, check_dropped
from yurai_manifests.audit.files import check_files, check_surroundings, check_work
from yurai_manifests.audit.identities import check_identities, check_plan
from yurai_manifests.audit.seals import check_seal, check_sealed
from yurai_manifests.audit.signatures import check_index
from yurai_manifests.audit.steps import SHAPELESS, check_steps
from yurai_manifests.audit.sums import Sums, check_rows, check_sums
from yurai_manifests.audit.tokens import check_tokens
from yurai_manifests.audit.tombstones import check_taken, check_tombstones
from yurai_manifests.counts import StageCounts
from yurai_manifests.derived_check import check_derived
from yurai_manifests.errors import AuditError, ContractError, ShardError
from yurai_manifests.findings import Finding, Severity
from yurai_manifests.merkle.check import check_roots
from yurai_manifests.names import most_frequent
from yurai_manifests.run import FOLDERS, RUN, RunRecord, load_run
from yurai_manifests.store import Store
from yurai_manifests.threads import many_at_once

__all__ = ["CHECKS", "OUTSIDE", "Audit", "Case", "Check", "Finding", "Means", "Severity", "audit"]
CHECKS: Final[tuple[Check, ...]] = (
    check_seal,
    check_tombstones,
    check_plan,
    check_steps,
    check_sealed,
    check_files,
    lambda case: check_sums(case.run, case.sums),
    lambda case: check_rows(case.run),
    check_taken,
    check_identities,
    check_work,
    check_dropped,
    check_beside,
    check_documents,
    check_tokens,
    check_index,
    lambda case: check_roots(case.store, case.run, case.recorded) if case.readable(*FOLDERS) else iter(()),
    lambda case: check_derived(case.store, case.run, hashing=case.hashing),
    check_surroundings,
)
"""All checks, in their order; a further one is a line here. It gets the case and yields what it finds."""
BESIDE: Final = frozenset((check_work,))
"""Checks that hash files, which leaves the interpreter to those that compare rows meanwhile; they leave nothing in the
case."""
OUTSIDE: Final = (
    "not checked: times, hosts and attempts (journal/), verdicts of limits (ledger/), the rendered report (report/), "
    "the dataset card (README.md); "
    "columns that nothing repeats (of clusters, and what captures of robots.txt say); "
    "who changes a page in extracted/, evidence/, documents/ and shards/ alike and hashes all again is found by "
    "`yurai verify` of a signed run, or by `yurai reproduce`"
)
"""What the audit says of itself."""
RECORDED: Final = (
    "Merkle roots are compared with the records of the tasks that made them; `yurai audit` computes them again"
)
"""What the audit at the end of a run says of itself besides."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Totals of a run and what was found; `outside` says what no audit looks at."""

    totals: dict[str, Any]
    dropped_by: dict[str, dict[str, int]]
    failed_by: dict[str, dict[str, int]]
    notes: dict[str, dict[str, int]]
    findings: list[Finding]
    digest: str
    outside: str = OUTSIDE

    @property
    def ok(self) -> bool:
        """No finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)

    def json(self) -> dict[str, Any]:
        """Return the audit as the command prints it."""
        return asdict(self)


def audit(
    store: Store, *, full: bool = False, means: Callable[[RunRecord], Means] | None = None, just_made: bool = False
) -> Audit:
    """Check the tree at `store`.

    Contents and rows are read when delivered files are 4 GiB or less together, or `full`; otherwise their sizes are
    compared. `means` gives what makes tokens, signatures and declared licences again; without, these are not compared.
    `just_made`: the run has ended this moment. Merkle roots, which its tasks computed from files of the digests that
    are checked here, are then compared with what these tasks recorded, and not computed from the rows again.

    Raises:
        RecipeError: there is no ended run.
        AuditError: run.json itself is damaged.
    """
    run = load_run(store)
    sums = Sums(run)
    case = Case(store, run, full, means(run) if means else Means(), sums, just_made)
    findings = _findings(case)
    return Audit(
        totals=run.value["totals"]
        | {"unreadable": sums.unreadable, "other_records": most_frequent(run.value["totals"]["other_records"])},
        dropped_by={name: most_frequent(sums) for name, sums in _sums(run, lambda one: one.dropped).items()},
        failed_by={name: most_frequent(sums) for name, sums in _sums(run, lambda one: one.failed).items()},
        notes={name: dict(sums) for name, sums in _sums(run, lambda one: one.notes).items()},
        findings=findings,
        digest=run.digest,
        outside=f"{RECORDED}; {OUTSIDE}" if just_made else OUTSIDE,
    )


def _findings(case: Case) -> list[Finding]:
    """Return what all checks find, in their order; those of `BESIDE` go on in a thread while the others do."""
    found: list[list[Finding] | Future[list[Finding]]] = []
    with many_at_once(len(BESIDE)) as pool:
        found.extend(
            pool.submit(_guarded, check, case) if check in BESIDE else _guarded(check, case) for check in CHECKS
        )
    return [finding for one in found for finding in (one.result() if isinstance(one, Future) else one)]


def _sums(run: RunRecord, counts: Callable[[StageCounts], Mapping[str, int]]) -> dict[str, Counter[str]]:
    """Sum counts by stage, in the order of the run: a recipe may have a stage twice."""
    sums: dict[str, Counter[str]] = {}
    for one in run.stages:
        if counts(one):
            sums.setdefault(one.stage, Counter()).update(counts(one))
    return sums


def _guarded(check: Check, case: Case) -> list[Finding]:
    """Return what a check finds; a file or manifest of another shape than checks rely on is an error that it found."""
    advice = "do not publish; restore it, or run with --rebuild"
    found: list[Finding] = []
    try:
        for finding in check(case):
            found.append(finding)  # noqa: PERF402 - what was found before an error stays
    except (AuditError, ShardError, ContractError, FileNotFoundError) as error:
        found.append(Finding("error", "damaged", case.store.url, str(error), advice))
    except SHAPELESS as error:
        message = f"a manifest of another shape than a run writes: {error!r}"
        found.append(Finding("error", "damaged", RUN, message, advice))
    return found
