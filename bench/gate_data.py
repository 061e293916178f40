"""Pages for bench/gate.py: real ones with the language that the pipeline gives them, and classes made of them.

The label of a page is what stages extract and language say of it without a gate. Each made class takes one thing away
that a gate might go by: the charset and language that a page declares, the right ones, the letters themselves, length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape, unescape
from typing import TYPE_CHECKING

import pyarrow as pa

from extraction import read_page, rows
from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.extraction.charset import decode_page
from yurai.stages.language import Language, label
from yurai_manifests.canonical import sha256
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from argparse import Namespace

PATTERNS = ("docs/core-0?", "web/*")
MIN_SCORE = 0.5
"""Score from which filter "language" keeps a page, unless a recipe says otherwise."""
_CODES = ("lang", "lang_score")
_CHARSETS = {"ja": ("euc-jp", "shift_jis"), "zh": ("gb18030",), "ko": ("cp949",), "ru": ("koi8-r",)}
_DECLARED = re.compile(
    r"<meta[^>]{0,200}?(?:charset|content-language)[^>]{0,200}>|\s(?:xml:)?lang\s*=\s*[\"']?[\w-]+[\"']?", re.IGNORECASE
)
_RUN = re.compile(r"(<(?:script|style)\b.*?</(?:script|style)>)|>([^<]+)<", re.IGNORECASE | re.DOTALL)
_SHORT = 160


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page with the language that the pipeline gives it, "" where it has no text."""

    page: Page
    lang: str
    score: float
    text: str = ""

    def kept(self, languages: set[str]) -> bool:
        """Tell whether filter "language" keeps the page."""
        return self.lang in languages and self.score >= MIN_SCORE


def labelled(page: Page, options: ExtractOptions) -> Labelled:
    """Label a page as the pipeline does."""
    text = extract_page(page, replace(options, gate="off")).text
    batch = label(pa.RecordBatch.from_pylist([{"text": text, "url": page.url}], DOCUMENT), Language())
    lang, score = (batch.column(name)[0].as_py() for name in _CODES)
    return Labelled(page, lang if text else "", score, text)


def pages(given: Namespace, options: ExtractOptions) -> Iterator[Labelled]:
    """Yield every `--step`-th page, labelled; labels are kept in the file `--labels`, since they cost minutes."""
    known = json.loads(given.labels.read_text()) if given.labels and given.labels.exists() else {}
    for pattern in PATTERNS:
        for row in list(rows(given.data, pattern))[:: given.step]:
            page = read_page(row)
            key = f"{page.key}:{page.url}"
            if key not in known:
                one = labelled(page, options)
                known[key] = (one.lang, one.score, one.text)
            yield Labelled(page, *known[key])
    if given.labels:
        given.labels.write_text(json.dumps(known))


def _page(one: Labelled, name: str, text: str, codec: str, http: str | None = None) -> Page:
    body = text.encode(codec, "xmlcharrefreplace")
    return replace(one.page, body=body, http_charset=http, key=sha256(body), url=f"{one.page.url}#{name}")


def _short(one: Labelled) -> Page:
    """Return a page with the beginning of the text alone."""
    return _page(one, "short", f"<html><body><p>{escape(one.text[:_SHORT])}</p></body></html>", "utf-8", "utf-8")


def _undeclared(one: Labelled) -> Page:
    """Return the page without any declaration, in a charset of the language that is not UTF-8."""
    codecs = _CHARSETS.get(one.lang, ("utf-8",))
    return _page(one, "undeclared", _DECLARED.sub("", _decoded(one)), codecs[int(one.page.key, 16) % len(codecs)])


def _mislabelled(one: Labelled) -> Page:
    """Return the page with declarations of another language and charset."""
    lang = "en" if one.lang != "en" else "ja"
    head = f'<html lang="{lang}"><meta http-equiv="content-language" content="{lang}">'
    return _page(one, "mislabelled", head + _DECLARED.sub("", _decoded(one)), "utf-8", "iso-8859-1")


def _entities(page: Labelled) -> Page:
    """Return the page with each letter of its text as a character reference, in decimal or hexadecimal."""
    form = "&#x{:x};" if int(page.page.key, 16) % 2 else "&#{};"

    def written(run: re.Match[str]) -> str:
        if run[1]:
            return run[1]
        letters = unescape(run[2])
        return f">{''.join(form.format(ord(one)) if one.isalpha() else escape(one) for one in letters)}<"

    return _page(page, "entities", _RUN.sub(written, _decoded(page)), "utf-8", "utf-8")


def _decoded(one: Labelled) -> str:
    return decode_page(one.page.body, one.page.http_charset).text


CLASSES: dict[str, Callable[[Labelled], Page]] = {
    "short": _short,
    "undeclared": _undeclared,
    "mislabelled": _mislabelled,
    "entities": _entities,
}
"""Made classes by name."""


def made(found: list[Labelled], language: str, name: str, count: int, options: ExtractOptions) -> list[Labelled]:
    """Return pages of a made class, labelled anew, that the pipeline keeps for a language; of `count` real ones."""
    real = [one for one in found if one.kept({language})]
    some = real[:: max(1, len(real) // count)][:count]
    return [one for one in (labelled(CLASSES[name](each), options) for each in some) if one.kept({language})]
