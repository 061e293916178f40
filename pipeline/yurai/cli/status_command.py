"""Define `yurai status`, which says how far a run is."""

import time
from typing import Annotated

import typer

from yurai.cli.options import Format, Tree

INDENT = " " * 9


def status(
    out: Tree,
    format: Format = "text",  # noqa: A002 - the option's name
    watch: Annotated[
        float | None, typer.Option(min=1, metavar="SECONDS", help="say it again after so long, until the run has ended")
    ] = None,
) -> None:
    """Say whether a run is running, dead or done: step, tasks, rate, last error, and the command that resumes it.

    Reads the output tree alone, so that it serves a job on a cluster too. Exit 1 if the run is dead, which the command
    shown brings on; 2 if no run has begun there.
    """
    from yurai.cli.table_shapes import fitted
    from yurai.run.status import lines, status_of
    from yurai.run.status.words import as_json
    from yurai.terminal import put_json, say
    from yurai_manifests.store import open_store

    store = open_store(out)
    while True:
        now = status_of(store)
        if format == "json":
            put_json(as_json(now))
        else:
            for line in lines(now):
                for part in fitted(line, INDENT):
                    say(part)
        if watch is None or now.life != "running":
            raise typer.Exit(1 if now.life == "dead" else 0)
        time.sleep(watch)
