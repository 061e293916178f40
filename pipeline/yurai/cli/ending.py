"""Begin and end a command that makes a tree: who shows steps, what it made, what is wrong with it, the exit code."""

import typer

from yurai.api.words import doubts_of
from yurai.cli import tables
from yurai.engine.meter import Meter
from yurai.engine.metrics_file import MetricsFile
from yurai.engine.progress import Reporter
from yurai.terminal import logged, warn
from yurai_manifests.audit import Audit

NOTHING_KEPT = 3
"""Exit code of a run that is whole and of no use."""


def reporter(*, quiet: bool, verbose: bool, metrics: str | None = None, log_format: str = "text") -> Reporter:
    """Return who shows the steps of a run, and its metrics; raises BadParameter where both are asked for."""
    if quiet and verbose:
        raise typer.BadParameter("--quiet and --verbose exclude each other")
    meter = Meter(MetricsFile(metrics)) if metrics else None
    return Reporter(quiet=quiet, verbose=verbose, meter=meter, logs=log_format == "json")


def end(
    ended: Audit, out: str, *, report: bool, allow_empty: bool = False, strict: bool = False, quiet: bool = False
) -> None:
    """Print the end of a run, and exit 3 where nothing was kept, or with `strict` where a source failed whole."""
    if not quiet and not logged():
        tables.summary(ended, out, report=report)
    doubts = doubts_of(ended, out)
    for words in filter(None, doubts):
        warn(words)
    if (doubts.empty and not allow_empty) or (doubts.failed and strict):
        raise typer.Exit(NOTHING_KEPT)
