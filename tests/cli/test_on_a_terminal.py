"""What people see on a terminal: lines fold at blanks, so no word is broken that fits; in a pipe they stay whole."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from run_helpers import YURAI
from yurai.terminal.table import cells_of

if TYPE_CHECKING:
    from pathlib import Path

STYLE = re.compile(r"\x1b\[[0-9;]*m")
URL = "https://niwa.example/shiokaze"
CALLS = [("audit",), ("explain", "--token", "00000:5000"), ("explain", URL), ("status",), ("rights", "review")]


def seen(width: int, *words: str) -> list[str]:
    """The lines that a terminal of so many columns gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    with subprocess.Popen([*YURAI, *words], stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        data = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.returncode == 0
    return STYLE.sub("", data.decode().replace("\r\n", "\n")).splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: the other end is closed
        return b""


@pytest.mark.parametrize("width", [50, 80, 132])
@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_no_line_is_wider_than_the_terminal(words: tuple[str, ...], width: int, demo_tree: Path) -> None:
    command = 2 if words[0] == "rights" else 1
    lines = seen(width, *words[:command], str(demo_tree), *words[command:])
    assert lines
    assert [line for line in lines if cells_of(line) > width and " " in line.strip()] == []


def test_nothing_is_lost_where_lines_fold(demo_tree: Path) -> None:
    name = pq.read_table(demo_tree / "documents")["doc_id"][3].as_py()
    whole = subprocess.run([*YURAI, "explain", demo_tree, name], capture_output=True, text=True, check=True).stdout
    for width in (40, 60, 80, 200):
        assert "".join(" ".join(seen(width, "explain", str(demo_tree), name)).split()) == "".join(whole.split())
