"""End a command that made a tree: what it made, what is wrong with that, and the exit code."""

import typer

from yurai.cli import tables
from yurai.terminal import tell
from yurai_manifests.audit import Audit
from yurai_manifests.names import ranked

NOTHING_KEPT = 3
"""Exit code of a run that is whole and of no use."""
_CAUSES = 3


def end(ended: Audit, out: str, *, report: bool, allow_empty: bool, strict: bool) -> None:
    """Print the end of a run, and exit 3 where nothing was kept, or with `strict` where a source failed whole."""
    tables.summary(ended, out, report=report)
    failed = [finding for finding in ended.findings if finding.check == "source"]
    if failed:
        names = f"{len(failed):,} sources" if len(failed) > 1 else "1 source"
        tell(f"warning: {names} failed whole, first {failed[0].where.partition(' ')[2]}: {failed[0].message}")
    empty = not ended.totals["kept"]
    if empty:
        tell(f"warning: nothing was kept; {_causes(ended)}; to see such pages: yurai sample {out} --dropped-by REASON")
    if (empty and not allow_empty) or (failed and strict):
        raise typer.Exit(NOTHING_KEPT)


def _causes(ended: Audit) -> str:
    """The most frequent reasons, with how many candidates each took."""
    counts = {
        f"{stage} {reason}": rows
        for outcome in (ended.dropped_by, ended.failed_by)
        for stage, reasons in outcome.items()
        for reason, rows in reasons.items()
    }
    named = [f"{rows:,} by {name}" for name, rows in ranked(counts)[:_CAUSES]]
    return f"of {ended.totals['candidates']:,} candidates went {', '.join(named)}"
