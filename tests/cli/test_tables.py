"""Tables fold at blanks: no word is broken, no line ends in blanks, and counts have the right form of their noun."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.terminal import Table, put_table
from yurai.terminal.table import cells_of, folded
from yurai_manifests.words import noun, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

COMMANDS = (
    ("list", "stages"),
    ("list", "filters"),
    ("list", "recipes"),
    ("list", "exports"),
    ("audit", "OUT"),
    ("status", "OUT"),
    ("doctor",),
    ("rights", "--help"),
    ("policy", "list"),
    ("policy", "show", "evidence-only"),
    ("rights", "review", "OUT"),
)
ONE = re.compile(r"(?<![\d.,])1 +(sources|tasks|shards|ranges|candidates|tokens|pages|files|nodes|domains|claims)\b")


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    from yurai.terminal import out

    out._stream.cache_clear()


@pytest.mark.parametrize("words", COMMANDS)
def test_every_table_fits_80_columns_by_folding_at_blanks(
    yurai: Yurai, small_tree: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    given_ = [str(small_tree) if word == "OUT" else word for word in words]
    if words[-1] == "review":
        given_ += ["--output", str(tmp_path / "rulings.toml")]
    said = yurai(*given_)
    assert said.code in (0, 1), said.err
    for line in said.out.split("\n"):
        assert line == line.rstrip(" ")
    assert ONE.search(said.out) is None


@pytest.mark.parametrize("what", ["stages", "filters", "recipes", "exports"])
def test_a_list_breaks_no_word_of_what_it_lists(yurai: Yurai, what: str) -> None:
    said = yurai("list", what)
    listed = json.loads(yurai("list", what, "--format", "json").out)
    assert all(cells_of(line) <= 80 for line in said.out.split("\n"))
    assert listed["broken"] == []
    for one in listed[what]:
        for value in one.values():
            for word in str(value).split() if isinstance(value, str) else value if isinstance(value, list) else ():
                assert word in said.out


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp", "Cs"]), min_size=1, max_size=30
)
CELL = st.lists(WORDS, max_size=8).map(" ".join)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5), st.integers(10, 120), st.booleans())
def test_no_word_is_broken_or_lost_at_any_width(rows: list[tuple[str, str, str]], width: int, whole: bool) -> None:
    from yurai_manifests.visible import escaped

    table = Table()
    for number, name in enumerate(("one", "two", "three")):
        table.column(name, "right" if number == 1 else "left", whole=whole and number == 2)
    for row in rows:
        table.row(*row, below=row[0])
    lines = [line for line, _ in table.lines(width)]
    said = [word for line in lines for word in line.split(" ")]
    for row in rows:
        for cell in row:
            for word in filter(None, escaped(cell).split(" ")):
                assert word in said
    longest = max((cells_of(word) for word in said), default=0)
    assert all(
        cells_of(line)
        <= max(width, longest + 4 + len("three: "), *(cells_of(escaped(row[2])) + 11 for row in rows) if whole else [0])
        for line in lines
    )
    assert all(line == line.rstrip(" ") for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("a b c", 5, ["a b c"]),
        ("a b c", 3, ["a b", "c"]),
        ("too-few-letter-words , x", 10, ["too-few-letter-words", ", x"]),
        ("川が流れる 水", 10, ["川が流れる", "水"]),
        ("one  two", 4, ["one", "two"]),
    ],
)
def test_folding(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width) == lines


def test_columns_that_cannot_stand_side_by_side_stand_below_another(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table()
    for name in ("node", "passed", "FAILED"):
        table.column(name)
    table.row("n" * 60, "a-check-with-a-long-name", "")
    table.row("short", "", "x")
    put_table(table)
    assert capsys.readouterr().out.split("\n") == [
        "n" * 60,
        "    passed: a-check-with-a-long-name",
        "short",
        "    FAILED: x",
        "",
    ]


@pytest.mark.parametrize(
    ("count", "one", "many", "said"),
    [
        (0, "source", None, "0 sources"),
        (1, "source", None, "1 source"),
        (2, "source", None, "2 sources"),
        (1_000, "task", None, "1,000 tasks"),
        (1, "copy", "copies", "1 copy"),
        (3, "copy", "copies", "3 copies"),
        (-1, "step", None, "-1 steps"),
    ],
)
def test_plural(count: int, one: str, many: str | None, said: str) -> None:
    assert plural(count, one, many) == said
    assert said.endswith(noun(count, one, many))
