"""Say lines, show tables and put whole texts, each escaped."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, TypeAlias

from yurai.terminal.log import Value, event_of, line_of, logged
from yurai.terminal.table import Table
from yurai_manifests.visible import escaped, escaped_json, escaped_lines

if TYPE_CHECKING:
    from rich.console import Console

Piece: TypeAlias = "str | tuple[str, str]"
"""Text of a line, or text and its style."""


def console(*, stderr: bool = False) -> Console:
    """Return a console of one of the two streams that takes text as text; for `say`, tables and bars of progress."""
    from rich.console import Console  # noqa: PLC0415 - as below: `tell` and help go without rich

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


@functools.cache
def _stream(*, stderr: bool) -> Console:
    return console(stderr=stderr)


def say(*pieces: Piece, stderr: bool = False) -> None:
    """Print one line; an end of line inside it is shown as such."""
    from rich.text import Text  # noqa: PLC0415

    styled = [(piece, "") if isinstance(piece, str) else piece for piece in pieces]
    _stream(stderr=stderr).print(Text.assemble(*((escaped(text), style) for text, style in styled)), soft_wrap=True)


def tell(line: str, event: str = "note", **fields: Value) -> None:
    """Print one line to standard error at once; where logs are asked for, `event` with `line` as its message."""
    sys.stderr.write(f"{line_of(event, line, fields) if logged() else escaped(line)}\n")
    sys.stderr.flush()


def log(event: str, message: str, **fields: Value) -> None:
    """Print an event to standard error, where logs are asked for; people are not told of it."""
    if logged():
        tell(message, event, **fields)


def warn(what: str) -> None:
    """Print a warning to standard error."""
    tell(what if logged() else f"warning: {what}", "warning")


def note(what: str) -> None:
    """Print something to know to standard error."""
    tell(what if logged() else f"note: {what}")


def tell_lines(text: str, event: str, **fields: Value) -> None:
    """Print a text of many lines to standard error; as a log it is one event."""
    for line in [text] if logged() else text.split("\n"):
        tell(line, event, **fields)


def relay(lines: str) -> None:
    """Print what another process said: to standard output, or its events, and its other lines as events, as logs."""
    if not logged():
        put(lines, end="")
        return
    for line in lines.split("\n"):
        if event_of(line):
            sys.stderr.write(f"{escaped_json(line)}\n")
            sys.stderr.flush()
        elif line.strip():
            tell(line, "job")


def put(text: str, *, end: str = "\n") -> None:
    """Print a text of many lines; line ends stay, so the caller has escaped what may not bring any."""
    sys.stdout.write(escaped_lines(text) + end)
    sys.stdout.flush()


def put_json(text: str) -> None:
    """Print JSON; it decodes to the same values."""
    sys.stdout.write(f"{escaped_json(text)}\n")


def put_table(table: Table, *, stderr: bool = False) -> None:
    """Print a table as wide as the terminal, or as `COLUMNS` says."""
    from rich.text import Text  # noqa: PLC0415 - as above

    stream = _stream(stderr=stderr)
    for line, heading in table.lines(stream.width):
        stream.print(Text(line, "bold" if heading else ""), soft_wrap=True)
