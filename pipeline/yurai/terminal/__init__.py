"""Write to the terminal: whatever a command says, on either stream, leaves through here and is escaped on its way.

Nothing else in Yurai prints (`tests/test_output.py` reads the source for it), so nothing that a crawl, a file name or
an error text holds can move a cursor, forge a line or turn a name around.
"""

from yurai.terminal.log import logged, logging_json
from yurai.terminal.out import (
    Piece,
    console,
    log,
    note,
    put,
    put_json,
    put_table,
    relay,
    say,
    tell,
    tell_lines,
    warn,
)
from yurai.terminal.table import Table

__all__ = [
    "Piece",
    "Table",
    "console",
    "log",
    "logged",
    "logging_json",
    "note",
    "put",
    "put_json",
    "put_table",
    "relay",
    "say",
    "tell",
    "tell_lines",
    "warn",
]
