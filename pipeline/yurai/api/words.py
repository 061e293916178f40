"""Say what is worth a warning at the end of a run that is whole."""

from typing import NamedTuple

from yurai_manifests.audit import Audit
from yurai_manifests.counts import UNKNOWN_NOTE
from yurai_manifests.names import ranked
from yurai_manifests.words import plural

_CAUSES = 3


class Doubts(NamedTuple):
    """Sentences about a run that ended, each "" where there is nothing to say."""

    failed: str
    """Sources that failed whole."""
    empty: str
    """That nothing was kept, and what took most."""
    unknown: str
    """Tokens that stand for what the tokenizer does not know."""
    wrong: str
    """That the tree does not add up."""


def doubts_of(ended: Audit, out: str) -> Doubts:
    """Return what is worth a warning about the run that ended in the tree `out`."""
    empty = "" if ended.totals["kept"] else _empty(ended, out)
    return Doubts(_failed(ended), empty, _unknown(ended), _wrong(ended))


def _failed(ended: Audit) -> str:
    failed = [finding for finding in ended.findings if finding.check == "source"]
    if not failed:
        return ""
    first = f"first {failed[0].where.partition(' ')[2]}: {failed[0].message}"
    return f"{plural(len(failed), 'source')} failed whole, {first}"


def _empty(ended: Audit, out: str) -> str:
    """Name the most frequent reasons, with how many candidates each took."""
    counts = {
        f"{stage} {reason}": rows
        for outcome in (ended.dropped_by, ended.failed_by)
        for stage, reasons in outcome.items()
        for reason, rows in reasons.items()
    }
    named = [f"{rows:,} by {name}" for name, rows in ranked(counts)[:_CAUSES]]
    causes = f"of {plural(ended.totals['candidates'], 'candidate')} went {', '.join(named)}"
    return f"nothing was kept; {causes}; to see such pages: yurai sample {out} --dropped-by REASON"


def _unknown(ended: Audit) -> str:
    count = sum(notes.get(UNKNOWN_NOTE, 0) for notes in ended.notes.values())
    if not count:
        return ""
    stand = "stands" if count == 1 else "stand"
    tokens = plural(ended.totals["tokens"], "token")
    return f"{count:,} of {tokens} {stand} for what the tokenizer does not know; take one with byte fallback"


def _wrong(ended: Audit) -> str:
    errors = [finding for finding in ended.findings if finding.severity == "error"]
    if not errors:
        return ""
    first = f"{errors[0].check}: {errors[0].where}: {errors[0].message}"
    return f"the tree does not add up, do not publish it; {plural(len(errors), 'error')}, first {first}"
