"""Define `yurai history`: what became of one URL over its captures."""

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from yurai.cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.report.history import History
    from yurai.report.history.changes import Change, Told

INDENT: Final = "  "
NOT_SEEN: Final = 1


def history(
    out: Annotated[str, typer.Argument(metavar="OUT", help="finished output tree")],
    url: Annotated[str, typer.Argument(metavar="URL", help="URL of the page; www., http, a final slash alike")],
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[OUT2]...", help="further trees, such as other crawls")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="show the lines that changed, redacted")] = False,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Tell every capture of a URL, kept or not, oldest first, and what changed from one to the next.

    Exit 1 where no tree has a capture of it. Example: `yurai history OUT https://e.example/ OLDER-OUT --diff`.
    """
    from yurai.api.tree import open as open_tree
    from yurai.terminal import put_json

    found = open_tree(out).history(url, *(more or ()), diff=diff)
    if format == "json":
        put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        _say(found, trees=len(more or ()) + 1)
    raise typer.Exit(0 if found.captures else NOT_SEEN)


def _say(found: "History", trees: int) -> None:
    from yurai.cli.table_shapes import fitted
    from yurai.report.safe_text import shown_url
    from yurai.terminal import say

    say((shown_url(found.url), "bold"))
    for line in _lines(found, trees):
        for part in fitted(line, INDENT * 3):
            say(part)


def _lines(found: "History", trees: int) -> "Iterator[str]":
    from yurai_manifests.words import plural

    if not found.captures:
        yield f"never seen: no capture in {plural(trees, 'tree')}"
        return
    dated = f", {found.first_seen} to {found.last_seen}" if found.first_seen else ""
    yield f"{plural(len(found.captures), 'capture')}, {plural(found.texts, 'text')}{dated}"
    for one in found.captures:
        yield from _capture(one, named=trees > 1)


def _capture(told: "Told", *, named: bool) -> "Iterator[str]":
    from yurai.cli.table_shapes import bytes_of
    from yurai.report.safe_text import shown

    one, page = told.version, told.version.page
    outcome = "kept" if one.outcome == "kept" else f"{one.outcome} by {one.stage}: {shown(one.reason)}"
    where = f"{INDENT}{one.tree}" if named else ""
    yield f"{one.capture.capture_date or 'no date':<20}  {outcome}{where}"
    if one.differs:
        yield f"{INDENT}another URL ({one.differs})"
    if page is not None:
        licence = shown(one.concluded_spdx or page.declared_spdx) or "no licence"
        title = shown(page.title) or "(no title)"
        yield f"{INDENT}{page.lang or 'und'}, {bytes_of(page.text_bytes)}, {licence}, {title}"
    yield f"{INDENT}{one.capture.doc_id}  {shown(one.capture.source)} at {one.capture.warc_offset:,}"
    if told.change:
        yield from _change(told.change)


def _change(change: "Change") -> "Iterator[str]":
    from yurai.report.safe_text import shown

    for field in change.fields:
        yield f"{INDENT}{field.name}: {shown(field.before) or 'none'} -> {shown(field.after) or 'none'}"
    if change.same_text:
        yield f"{INDENT}the same text as the capture before"
        return
    lines = f"{change.added:,} of {change.lines:,} lines are new, {change.removed:,} are gone"
    yield f"{INDENT}text: similarity {change.similarity:g} to the capture before, {lines}"
    for line in change.diff:
        yield f"{INDENT}{line}"
