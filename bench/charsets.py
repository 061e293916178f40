"""Charset decisions that are right, by kind of page: `python bench/charsets.py DATA [--sites N] [--pages N] [--wrong]`.

Two kinds of undeclared Latin pages are made of the first N sites of `web` that have one: the page in the charset that
its language was written in before UTF-8, and the page in seven bits with one sentence that holds a single symbol; each
with the page's `lang` and without one. Beside them stand all labelled pages of `encoding`, `edge`, `web` and `docs` as
they are, and pages of `docs` in other scripts, undeclared and in their old charsets, whole or under a header of
UTF-8 or of a server's default. A decision is right where the text is: charsets that read the same bytes alike are one.
"""

from __future__ import annotations

import argparse
import codecs
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from extraction import Gold, read_page, rows
from yurai.extraction.charset import decode_page
from yurai.extraction.labels import codec_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SYMBOLS = {
    "copyright": "Copyright © 2024 Example Ltd",
    "nbsp": "It takes 5\u00a0km to the harbour",
    "half": "Take 1½ cups of flour",
    "trademark": "The Example™ harbour guide",
    "apostrophe": "It\u2019s the harbour guide",
    "pound": "Entry costs £5 a day",
    "degree": "It was 20° in the harbour",
}
"""One sentence with a single symbol, by its name."""
_CENTRAL = ("windows-1250", "iso-8859-2")
_OLD_CHARSETS = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), _CENTRAL),
    **dict.fromkeys(("et", "lt", "lv"), ("windows-1257",)),
    "tr": ("windows-1254",),
    "vi": ("windows-1258",),
    "ja": ("euc-jp", "cp932"),
    "zh": ("gb18030", "big5"),
    "ko": ("cp949",),
    **dict.fromkeys(("ru", "uk", "bg"), ("windows-1251", "koi8-r", "iso-8859-5")),
    "el": ("windows-1253", "iso-8859-7"),
    "he": ("windows-1255",),
    "th": ("cp874",),
}
_OTHER_SCRIPTS = frozenset(("ja", "zh", "ko", "ru", "uk", "bg", "el", "he", "th"))
_WESTERN = ("windows-1252",)
_DECLARED = re.compile(r"<meta[^>]{0,200}?charset[^>]{0,200}>|<\?xml[^>]{0,200}\?>", re.IGNORECASE)
_LANG = re.compile(r"\s(?:xml:)?lang\s*=\s*[\"']?[\w-]+[\"']?", re.IGNORECASE)
_NOT_LATIN = re.compile("[\u0250-\u02af\u0370-\u1dff\u2c00-\ua71f\ua800-\ud7ff\uf900-\ufaff]")
_BODY_END = re.compile(r"</body\s*>|\Z", re.IGNORECASE)


class Case(NamedTuple):
    """A page with its right text; `kind` is the line of the table that counts it."""

    kind: str
    name: str
    body: bytes
    http: str | None
    text: str


def made(kind: str, name: str, text: str, codec: str, http: str | None = None) -> Case:
    """Make a page of a text, what the codec lacks as character references."""
    body = text.encode(codec, "xmlcharrefreplace")
    return Case(kind, name, body, http, body.decode(codec))


def undeclared(row: Gold) -> str:
    """Return the markup of a page that is UTF-8, without what it says of its charset; "" for other pages."""
    try:
        return _DECLARED.sub("", read_page(row).body.decode("utf-8"))
    except UnicodeDecodeError:
        return ""


def language(row: Gold, markup: str) -> str:
    """Return the language of a page by its labels or its own word."""
    said = re.search(r"<html[^>]{0,1000}?\slang\s*=\s*[\"']?([a-zA-Z]{2})", markup)
    return str(row.get("lang") or row.get("lang_pred") or (said and said[1].lower()) or "en")


def latin_pages(data: Path, sites: int) -> Iterator[tuple[str, str, str]]:
    """Yield URL, language and markup of the first page of each of the first sites with one in Latin letters."""
    seen: set[str] = set()
    for row in rows(data, "web/*"):
        host = urlsplit(row["url"]).netloc
        if host in seen or "udhr" in row["path"].name:
            continue
        markup = undeclared(row)
        lang = language(row, markup)
        if markup and lang not in _OTHER_SCRIPTS and not _NOT_LATIN.search(markup):
            seen.add(host)
            yield row["url"], lang, markup
        if len(seen) == sites:
            return


def latin(data: Path, sites: int) -> Iterator[Case]:
    """Yield undeclared Latin pages: whole ones, and those with a single symbol."""
    for url, lang, markup in latin_pages(data, sites):
        for said, page in (("lang", markup), ("no lang", _LANG.sub("", markup))):
            for codec in _OLD_CHARSETS.get(lang, _WESTERN):
                yield made(f"Latin page, {said}, {codec}", url, page, codec)
            plain = page.encode("ascii", "xmlcharrefreplace").decode()
            for symbol, sentence in SYMBOLS.items():
                whole = _BODY_END.sub(lambda end, line=sentence: f"<p>{line}</p>{end[0]}", plain, count=1)
                yield made(f"one symbol, {said}, {symbol}", url, whole, "windows-1252")


def as_labelled(data: Path) -> Iterator[Case]:
    """Yield all labelled pages as they are."""
    for pattern in ("edge/transcoded", "encoding/chardet", "web/*", "docs/core-0?"):
        for row in rows(data, pattern):
            label = codec_of(row.get("gold_codec") or row.get("charset") or "")
            if label is None:
                continue
            page = read_page(row)
            text = page.body.decode(codecs.lookup(label).name, "replace").removeprefix("\ufeff")
            yield Case(f"as labelled, {pattern}", row["url"], page.body, page.http_charset, text)


def old_pages(data: Path, pages: int) -> Iterator[Case]:
    """Yield pages of docs in their old charsets: undeclared, under a header that is wrong, and with a broken byte."""
    taken: Counter[str] = Counter()
    for row in rows(data, "docs/core-0?"):
        lang = language(row, "")
        if taken[lang] == pages or not (markup := undeclared(row)):
            continue
        taken[lang] += 1
        name, script = row["url"], lang if lang in _OTHER_SCRIPTS else "Latin"
        for codec in _OLD_CHARSETS.get(lang, _WESTERN):
            yield made(f"docs, undeclared, {script}", f"{codec} {name}", _LANG.sub("", markup), codec)
            yield made(f"docs, undeclared, lang, {script}", f"{codec} {name}", markup, codec)
            for http in ("utf-8", "iso-8859-1"):
                yield made(f"docs, header {http}, {script}", f"{codec} {name}", markup, codec, http)


def damaged(data: Path, pages: int) -> Iterator[Case]:
    """Yield pages of docs that declare UTF-8 with one byte that is not."""
    for row in [row for row in rows(data, "docs/core-00") if row["charset"] == "utf-8"][: 10 * pages]:
        page = read_page(row)
        middle = page.body.find(b"<", len(page.body) // 2)
        body = page.body[:middle] + b"\xa9" + page.body[middle:]
        yield Case("docs, header utf-8, a stray byte", row["url"], body, "utf-8", body.decode("utf-8", "replace"))


def table(cases: Iterable[Case], *, wrong: bool) -> None:
    """Print the counts of each kind, and with `wrong` each decision that is none of the right ones."""
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for case in cases:
        decoded = decode_page(case.body, case.http)
        seen[case.kind] += 1
        right[case.kind] += decoded.text == case.text
        if wrong and decoded.text != case.text:
            said = {"kind": case.kind, "page": case.name, "got": decoded.charset, "by": decoded.by}
            print(json.dumps(said, ensure_ascii=False))
    print("| kind | pages | right | wrong |\n|---|---|---|---|")
    for kind in sorted(seen):
        print(f"| {kind} | {seen[kind]} | {right[kind]} | {seen[kind] - right[kind]} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--pages", type=int, default=20, help="pages of docs for each language")
    parser.add_argument("--wrong", action="store_true", help="print each wrong decision as a line of JSON")
    given = parser.parse_args()
    kinds = (
        latin(given.data, given.sites),
        as_labelled(given.data),
        old_pages(given.data, given.pages),
        damaged(given.data, given.pages),
    )
    table((case for cases in kinds for case in cases), wrong=given.wrong)


if __name__ == "__main__":
    main()
