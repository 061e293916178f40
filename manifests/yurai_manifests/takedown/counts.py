"""Take documents out of the counts of a run, and put them back, so that both laws hold before and after.

After a takedown, `counts` of run.json are those of the documents that are left: the steps, which are as they were, say
the sum of these and of what the tombstones count.
"""

from collections.abc import Iterable, Mapping, Sequence

from yurai_manifests.counts import EVIDENCE_NOTE, StageCounts
from yurai_manifests.errors import AuditError
from yurai_manifests.names import OTHER

REDACT = "redact"
PII_NOTE = "pii:"
"""Beginning of what `taken_counts` is told of personal data, by kind; stage redact notes the kind alone."""
Ended = tuple[str, str | None, str | None]
"""(kept, dropped or failed; the stage that decided; its reason)."""


def taken_counts(stages: Sequence[StageCounts], ends: Iterable[Ended], notes: Mapping[str, int]) -> list[StageCounts]:
    """Return what these documents were counted as, by stage, in the order of `stages`.

    Raises:
        AuditError: a row says that a stage dropped it for a reason that the counts do not have.
    """
    taken = [StageCounts(one.stage) for one in stages]
    for was, stage, reason in ends:
        last = len(stages) if was == "kept" else _place(stages, taken, was, str(stage), str(reason))
        for one in taken[:last]:
            one.seen += 1
            one.kept += 1
        if last < len(stages):
            taken[last].seen += 1
            there, gone = _outcome(stages[last], was), _outcome(taken[last], was)
            gone[str(reason) if str(reason) in there else OTHER] += 1
    for name, count in notes.items():
        _note(stages, taken, name, count)
    return taken


def _outcome(counts: StageCounts, was: str) -> dict[str, int]:
    return counts.failed if was == "failed" else counts.dropped


def _place(stages: Sequence[StageCounts], taken: Sequence[StageCounts], was: str, stage: str, reason: str) -> int:
    """Return which of the stages of a name dropped a row: the first that has more of the reason than are taken."""
    for at, (counts, gone) in enumerate(zip(stages, taken, strict=True)):
        there = _outcome(counts, was)
        name = reason if reason in there else OTHER
        if counts.stage == stage and there.get(name, 0) > _outcome(gone, was).get(name, 0):
            return at
    raise AuditError(
        f"a row of dropped/ is {was} by {stage} as {reason}, which run.json does not count; audit the tree"
    )


def _note(stages: Sequence[StageCounts], taken: Sequence[StageCounts], name: str, count: int) -> None:
    """Take a note from the stage that has it; of personal data the last stage redact has it."""
    wanted, pii = name.removeprefix(PII_NOTE), name.startswith(PII_NOTE)
    for at in reversed(range(len(stages))):
        if stages[at].notes.get(wanted, 0) >= count and (not pii or stages[at].stage == REDACT):
            taken[at].notes[wanted] += count
            return
    if name.startswith(EVIDENCE_NOTE):
        raise AuditError(f"evidence/ holds {count} rows that no stage noted as {name}; audit the tree")


def less(stages: Sequence[StageCounts], taken: Sequence[StageCounts]) -> list[StageCounts]:
    """Return the counts of what is left."""
    return [_moved(one, gone, -1) for one, gone in zip(stages, taken, strict=True)]


def more(stages: Sequence[StageCounts], taken: Sequence[StageCounts]) -> list[StageCounts]:
    """Return the counts as they were before."""
    return [_moved(one, gone, 1) for one, gone in zip(stages, taken, strict=True)]


def _moved(one: StageCounts, by: StageCounts, sign: int) -> StageCounts:
    made = StageCounts.of(one.json())
    made.seen += sign * by.seen
    made.kept += sign * by.kept
    for name in ("dropped", "failed", "notes"):
        counter = getattr(made, name)
        for key, count in getattr(by, name).items():
            counter[key] += sign * count
            if not counter[key]:
                del counter[key]
    return made
