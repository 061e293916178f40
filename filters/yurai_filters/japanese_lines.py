"""Define editors "kutoten", "wide-letters", "kana-lines" and "footer-lines", which tidy Japanese pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

import pyarrow as pa

from yurai_filters.declare import editor
from yurai_filters.phrases import Manner, phrases
from yurai_filters.ranges import Count, Share
from yurai_filters.word_list import NO_WORDS, WordList

Edit: TypeAlias = Callable[[str], tuple[str | int, ...]]
"""Gives the new text and how often each rule applied."""

_WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_BEFORE_MARKS = "）」』］〕】〉》\u3041-\u3096\u30a1-\u30fa々〇〻\u3400-\u9fff\uf900-\ufaff"  # noqa: RUF001 - as below
_OF_MARK = {mark: re.compile(f"[{_BEFORE_MARKS}]{mark}+") for mark in "、，。．"}  # noqa: RUF001 - full-width marks are meant
_RUN = {mark: re.compile(f"(?<=[^{_WIDE}^]){mark}+") for mark in "，．"}  # noqa: RUF001 - as above
_SPACED = re.compile(f"(?<![{_WIDE}])[{_WIDE}](?:[ \u3000][{_WIDE}]){{2,}}(?![{_WIDE}])")
_GAPS = str.maketrans("", "", " \u3000")
_KANA = re.compile("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d]")


@editor("kutoten", version=2, cites="arXiv:2404.17733", languages={"ja"})
def kutoten(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Write full-width western commas and full stops as Japanese ones, each where most of a text's are western.

    What it changes: `commas` (U+FF0C to 3001) where more runs of U+FF0C than of U+3001 stand behind a Japanese letter
    or a closing bracket, and apart from them `full-stops` (U+FF0E to 3002) in the same way. A run right behind a
    full-width letter or digit stays, as in decimals, and one at the very beginning.
    Why: papers and reports of one language in two habits; a model should see one.
    Source: swallow-corpus (arXiv:2404.17733), kutoten.py.
    """
    return _counted(text, ("commas", "full-stops"), _with_japanese_marks)


@editor("wide-letters", version=1, languages={"ja"})
def wide_letters(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Join full-width letters and digits that stand apart, as headings have them.

    What it changes: `runs` of at least three full-width letters or digits with one space (U+0020, 3000) between each
    lose their spaces; a wider gap parts words and stays.
    Why: letters that stand apart are no word to a tokenizer.
    Source: this project.
    """
    return _counted(text, ("runs",), lambda page: _SPACED.subn(lambda run: run[0].translate(_GAPS), page))


@editor("kana-lines", version=2, cites="https://github.com/llm-jp/llm-jp-corpus", languages={"ja"})
def kana_lines(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Remove the lines of Japanese texts that hold no kana.

    What it changes: `lines` with characters other than white space, but no hiragana, katakana or half-width katakana,
    go. Blank lines stay. The middle dot (U+30FB) and voicing marks that stand alone are no kana.
    Why: such lines are menus, dates, addresses, code and other languages; but headings of kanji go as well.
    Source: llm-jp-corpus v1, extract_japanese_text, which joins the lines that it keeps without line feeds; here they
    stay lines.
    """
    return _counted(text, ("lines",), _with_kana)


@editor("footer-lines", version=1, cites="arXiv:2404.17733", languages={"ja"})
def footer_lines(
    text: pa.StringArray,
    *,
    words: WordList = NO_WORDS,
    last_lines: Count = 10,
    max_share: Share = 0.3,
    fold: bool = True,
    kana_boundary: bool = True,
) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Cut the footer off: among the last lines, from the first that is made of words of footers.

    What it changes: `lines` that go: of the `last_lines` lines with text, from the first of whose characters more than
    `max_share` belong to entries of the list `words`, to the end. Without a list nothing goes. `fold` and
    `kana_boundary` are those of `word-list`.
    Why: copyright, privacy and "to the top of the page" end every page of a site.
    Source: swallow-corpus (arXiv:2404.17733), footer.py, whose words are its own; a list is given as in `word-list`.
    Swallow looks for its words as they are written, in longer ones too: `fold = false, kana_boundary = false`.
    """
    manner = Manner(fold, kana_boundary, word_boundary=False)
    find = phrases(words, manner)

    def is_footer(line: str) -> bool:
        written = manner.written(line.strip())
        return sum(end - start for _, start, end in find(written)) > max_share * len(written)

    def cut(page: str) -> tuple[str, int]:
        lines = page.split("\n")
        filled = [at for at, line in enumerate(lines) if line.strip()]
        places = filled[len(filled) - min(last_lines, len(filled)) :]
        first = next((at for at in places if is_footer(lines[at])), len(lines))
        return "\n".join(lines[:first]), sum(at >= first for at in filled)

    return _counted(text, ("lines",), cut if len(words) else lambda page: (page, 0))


def _counted(
    text: pa.StringArray, rules: tuple[str, ...], edit: Edit
) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Return what `edit` makes of each text, and its counts by rule; a null stays."""
    rows = [(None, *(0 for _ in rules)) if page is None else edit(page) for page in text.to_pylist()]
    counts = {rule: pa.array([row[at] for row in rows], pa.int32()) for at, rule in enumerate(rules, 1)}
    return pa.array([row[0] for row in rows], pa.string()), counts


def _with_japanese_marks(page: str) -> tuple[str, int, int]:
    page, commas = _in_japanese(page, "，", "、")  # noqa: RUF001 - as above
    page, stops = _in_japanese(page, "．", "。")  # noqa: RUF001 - as above
    return page, commas, stops


def _in_japanese(page: str, western: str, japanese: str) -> tuple[str, int]:
    """Return the text with one mark of the two, where it has more of the western one, and how many changed."""
    if western not in page or len(_OF_MARK[western].findall(page)) <= len(_OF_MARK[japanese].findall(page)):
        return page, 0
    changed = _RUN[western].sub(lambda run: japanese * len(run[0]), page)
    return changed, page.count(western) - changed.count(western)


def _with_kana(page: str) -> tuple[str, int]:
    lines = page.split("\n")
    kept = [line for line in lines if not line.strip() or _KANA.search(line)]
    return "\n".join(kept), len(lines) - len(kept)
