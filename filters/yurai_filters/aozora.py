"""Define editor "aozora", which takes the readings and the editor's notes out of texts in the form of Aozora Bunko."""

from __future__ import annotations

import re

import pyarrow as pa

from yurai_filters.declare import editor

RULES = ("readings", "notes")

_KANA = "\u3041-\u309f\u30a0-\u30ff"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇〻仝〆ヶ"  # noqa: RUF001 - as they are written
_READINGS = rf"(?:《[{_KANA}\u3000 ]{{1,40}}》)+"
_AFTER_BAR = re.compile(rf"｜([^｜《》［］＃\n]{{1,40}}){_READINGS}")  # noqa: RUF001 - the marks of the form
_AFTER_KANJI = re.compile(rf"(?<=[{_HAN}]){_READINGS}")
_NOTE_EDGE = re.compile("［＃|［|］|\n")  # noqa: RUF001 - as above


@editor("aozora", version=1, cites="https://www.aozora.gr.jp/annotation/")
def aozora(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Remove readings and notes as Aozora Bunko writes them.

    What it changes: `readings`, a reading of kana in double angle brackets (U+300A, 300B) right behind a kanji, or
    behind what a full-width bar (U+FF5C) begins, whose bar goes too; `notes`, what stands between a full-width opening
    bracket with a full-width number sign and its closing one in the same line, other notes inside it too.
    Brackets of titles and quotations, which hold more than kana or stand behind no kanji, stay, as do bars that begin
    no reading, and the mark U+203B of a letter that a note describes.
    Why: a reading in the middle of a sentence says each word twice, and notes are no text of the author.
    Source: Aozora Bunko, rules of annotation.
    """
    rows = [(value, 0, 0) if value is None else _edited(value) for value in text.to_pylist()]
    counts = {rule: pa.array([row[at] for row in rows], pa.int32()) for at, rule in enumerate(RULES, 1)}
    return pa.array([row[0] for row in rows], pa.string()), counts


def _edited(text: str) -> tuple[str, int, int]:
    text, notes = _without_notes(text) if "［＃" in text else (text, 0)  # noqa: RUF001 - as above
    if "《" not in text:
        return text, 0, notes
    text, behind_bars = _AFTER_BAR.subn(r"\1", text)
    text, behind_kanji = _AFTER_KANJI.subn("", text)
    return text, behind_bars + behind_kanji, notes


def _without_notes(text: str) -> tuple[str, int]:
    """Remove notes that are closed in their line, and count them; one that holds another is one."""
    kept: list[str] = []
    notes = at = 0
    for start, end in _notes(text):
        kept.append(text[at:start])
        notes, at = notes + 1, end
    return "".join([*kept, text[at:]]), notes


def _notes(text: str) -> list[tuple[int, int]]:
    """Return where the outermost notes begin and end."""
    found: list[tuple[int, int]] = []
    opened: list[tuple[int, bool]] = []
    for edge in _NOTE_EDGE.finditer(text):
        if edge[0] == "\n":
            opened.clear()
        elif edge[0] != "］":  # noqa: RUF001 - as above
            opened.append((edge.start(), len(edge[0]) > 1))
        elif opened:
            start, is_note = opened.pop()
            # behind another bracket it stays: what is left could read as a note that nobody wrote
            if is_note and text[start - 1 : start] != "［":  # noqa: RUF001 - as above
                while found and found[-1][0] > start:
                    found.pop()
                found.append((start, edge.end()))
    return found
