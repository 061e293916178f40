r"""Text of others is shown escaped: nothing in it acts on a terminal, hides, or reorders what stands beside it."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai_manifests.visible import JOINERS, cell, escaped, escaped_json, escaped_lines

ANY = st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs", "Lo", "Ll", "So", "Mn"]))
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def acts(text: str, *, allowed: str = JOINERS) -> list[str]:
    return [letter for letter in text if unicodedata.category(letter) in HIDDEN and letter not in allowed]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("由来\u3000と\u00a0d\u00e9j\u00e0", "由来\u3000と\u00a0d\u00e9j\u00e0"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("nul\x00", "nul\\x00"),
        ("back\x08space\x7f", "back\\x08space\\x7f"),
        ("two\nlines\r\n", "two\\nlines\\r\\n"),
        ("a\tb", "a\\tb"),
        ("\x85\u2028\u2029", "\\x85\\u2028\\u2029"),
        ("gnp\u202eexe\u202c", "gnp\\u202eexe\\u202c"),
        ("\u2066\u2067\u2068\u2069", "\\u2066\\u2067\\u2068\\u2069"),
        ("\u200e\u200f\u061c", "\\u200e\\u200f\\u061c"),
        ("zero\u200bwidth\u2060\ufeff", "zero\\u200bwidth\\u2060\\ufeff"),
        ("a\u200db\u200cc", "a\\u200db\\u200cc"),
        ("\u200da", "\\u200da"),
        ("soft\u00adhyphen", "soft\\xadhyphen"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("half \ud83d pair", "half \\ud83d pair"),
        ("\ud83d\ude00", "\\ud83d\\ude00"),
        ("name-\udcff.warc", "name-\\xff.warc"),
        ("\ue000", "\\ue000"),
        ("می\u200cکنم", "می\u200cکنم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("می\u200c\u200c\u200c", "می\u200c\\u200c\\u200c"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(ANY)
def test_no_character_acts_and_nothing_is_escaped_twice(text: str) -> None:
    shown = escaped(text)
    assert acts(shown) == []
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert escaped(shown) == shown


@given(st.lists(ANY.map(lambda text: text.replace("\n", "")), min_size=1, max_size=5))
def test_lines_stay_lines(lines: list[str]) -> None:
    shown = escaped_lines("\n".join(lines)).split("\n")
    assert len(shown) == len(lines)
    for line, text in zip(shown[:-1], lines[:-1], strict=True):
        assert line in (escaped(text), escaped(text[:-1]) + "\r")
    assert shown[-1] == escaped(lines[-1])


def test_line_ends_of_csv_stay_and_a_lone_return_does_not() -> None:
    assert escaped_lines("a,b\r\nc,d\r\n") == "a,b\r\nc,d\r\n"
    assert escaped_lines("100 %\rforged\nlast\r") == "100 %\\rforged\nlast\\r"


@given(ANY, st.sampled_from([None, 2]))
def test_json_means_the_same(text: str, indent: int | None) -> None:
    written = json.dumps({text: [text, 1]}, ensure_ascii=False, indent=indent)
    shown = escaped_json(written)
    assert json.loads(shown) == json.loads(written)
    assert acts(shown, allowed=JOINERS + "\n") == []
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=HYPERLINK(0)", "'=HYPERLINK(0)"),
        ("+81 3", "'+81 3"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("'tis", "''tis"),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ("1-1", "1-1"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula(text: str, shown: str) -> None:
    assert cell(text) == shown


@given(ANY)
def test_a_cell_is_its_text_but_for_one_apostrophe(text: str) -> None:
    shown = cell(text)
    assert (shown.removeprefix("'") if shown != escaped(text) else shown) == escaped(text)
    assert not shown.startswith(("=", "+", "-", "@"))
