"""Define `yurai diff`, which compares two finished runs."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from yurai.cli.options import Format
from yurai.cli.table_shapes import fitted
from yurai.terminal import Table, put_json, put_table, say
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yurai.report.changes import Compared, Difference

INDENT = " " * 10
SHOWN = 50
"""Lines of a table that are shown; JSON has all."""


def diff(
    old: Annotated[str, typer.Argument(metavar="OUT1", help="output tree of the older run")],
    new: Annotated[str, typer.Argument(metavar="OUT2", help="output tree of the newer run")],
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Compare two runs: recipe, versions, models, inputs, documents, and what caused what; exit 1 if they differ.

    Documents are the same where input file and place in it are: a file of another name is another input.
    """
    from yurai.api.tree import open as open_tree

    found = open_tree(old).diff(new)
    if format == "json":
        put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        _say(found, old, new)
    raise typer.Exit(0 if found.equal else 1)


def _say(found: "Compared", old: str, new: str) -> None:
    for label, out, run in (("old", old, found.old), ("new", new, found.new)):
        kept, tokens = plural(run.value["totals"]["kept"], "document"), plural(run.value["totals"]["tokens"], "token")
        say((f"{label}  {out}", "bold"), f"  {kept}, {tokens}, digest {run.digest}")
    for name, files in found.inputs.items():
        more = f" and {files.files - len(files.names):,} more" if files.files > len(files.names) else ""
        _line(f"{plural(files.files, 'input')} {name}: {', '.join(files.names)}{more}")
    _differences("made by", [*found.side, *found.made])
    _differences("code; no difference by itself", found.code)
    _changes(found)
    say((_verdict(found), "bold"))


def _verdict(found: "Compared") -> str:
    if found.equal:
        return "equal"
    if found.old.digest == found.new.digest:
        damaged = "rows differ, though both runs name one digest: yurai verify says which tree was changed"
        return damaged if found.changes else "the same content, made differently"
    if not found.changes:
        return "different in columns other than texts, tokens, verdicts and decisions, or in how files are cut"
    return "different"


def _differences(title: str, found: "Sequence[Difference]") -> None:
    from yurai.report.changes.causes import short

    if not found:
        return
    table = Table(title=title)
    for name in ("stage", "what", "old", "new"):
        table.column(name)
    for one in found[:SHOWN]:
        table.row(one.stage, one.what, short(one.old), short(one.new))
    put_table(table)
    _more(len(found))


def _changes(found: "Compared") -> None:
    for change, cause in found.changes[:SHOWN]:
        before = _where(change.old_outcome, change.old_stage, change.old_reason)
        now = _where(change.new_outcome, change.new_stage, change.new_reason)
        ways = before if before == now else f"{before} -> {now}"
        tokens = f", {change.old_tokens:,} -> {plural(change.new_tokens, 'token')}" if change.kind != "decision" else ""
        first, *more = fitted(f"{change.kind:<8}  {plural(change.documents, 'document')}{tokens}: {ways}", INDENT)
        say((change.kind, "bold"), first.removeprefix(change.kind))
        for line in (*more, f"{INDENT}cause: {cause}", f"{INDENT}such as {', '.join(change.examples)}"):
            _line(line, INDENT)
    _more(len(found.changes))


def _where(outcome: str | None, stage: str | None, reason: str | None) -> str:
    return " ".join(filter(None, (outcome, stage, reason))) or "no candidate"


def _more(count: int) -> None:
    if count > SHOWN:
        _line(f"{count - SHOWN:,} more: --format json has all")


def _line(text: str, indent: str = "  ") -> None:
    for part in fitted(text, indent):
        say(part)
