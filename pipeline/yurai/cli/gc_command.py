"""Define `yurai gc`, which removes from a tree what nobody needs."""

import json
from typing import Annotated

import typer

from yurai.cli.options import Format, Tree


def gc(
    out: Tree,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would go, and change nothing")] = False,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Remove what nobody needs from OUT: what the dead left, spent work, and what its ended run does not name.

    What a run that has not ended wrote stays: the same command goes on from it. `yurai gc OUT --dry-run` first.
    """
    from yurai.cli.table_shapes import bytes_of, new_table
    from yurai.run.gc import WHY, collect
    from yurai.terminal import put_json, put_table, say
    from yurai_manifests.store import open_store

    found = collect(open_store(out), dry_run=dry_run)
    if format == "json":
        put_json(json.dumps(found.json()))
        return
    table = new_table("why", "count", "bytes", "what")
    for why, what in WHY.items():
        table.row(why, f"{found.files[why]:,}", bytes_of(found.bytes[why]), what)
    put_table(table)
    if not found.ended:
        say("its run has not ended, so all that tasks wrote stays: the same command goes on from it")
    verb = "may go" if dry_run else "went"
    say(f"{bytes_of(sum(found.bytes.values()))} in {sum(found.files.values()):,} files {verb}")
