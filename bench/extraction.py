"""Quality and speed of extraction on labelled real pages: `python bench/extraction.py DATA [--pages N] [NAME...]`.

Prints, for each set and extractor, the mean score with its 95 % interval and the pages per CPU second, ours beside
stock trafilatura (modes recall and balanced) and resiliparse, all from the bytes of the page; behind the sets, for web,
docs and types, how many times trafilatura's (recall) pages per CPU second each gives. The scores of judged
and honbun are of pages that their weights were trained on: `bench/train_extractor.py DATA --folds 4` has those of
pages that they were not. The score is that of the data's README: F1 over the sets of character 5-grams, white space
removed, mean over pages; for pages that have segments instead of a full text, the share of wanted segments found and
unwanted ones absent; for pages with first words, whether they are there. `tests/extraction/test_extraction.py` takes
the sets, the samples and the score from here and holds them against `tests/extraction_floor.json`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import statistics
import time
import zlib
from collections import Counter
from dataclasses import replace
from email.message import Message
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.external import jt_stoplist_init
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders

from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.extraction.charset import decode_page
from yurai.extraction.resiliparse import resiliparse_text
from yurai.extraction.tree import parse, to_markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yurai.extraction.options import Mode

Gold = dict[str, Any]
_SPACE = re.compile(r"\s+")
SETS: dict[str, tuple[str, dict[str, str]]] = {
    **{name: (f"web/{name}", {}) for name in ("aeb", "readability", "udhr", "trafilatura", "postlight", "newspaper4k")},
    **{f"waddle-{lang}": ("web/waddle-daniel", {"lang": lang}) for lang in ("el", "en", "pl", "ru", "zh")},
    **{
        f"docs-{lang}-{family}": ("docs/core-0?", {"lang": lang, "family": family})
        for lang in ("ja", "en")
        for family in ("libreoffice-help", "gimp-help", "installation-guide")
    },
    "docs-all": ("docs/core-0?", {}),
    **{
        f"types-{kind}": ("types/wcxb-dev", {"page_type": kind})
        for kind in ("article", "collection", "documentation", "forum", "listing", "product", "service")
    },
}
"""Name of each set, the label files it is in, and what its rows have to say."""


def rows(data: Path, pattern: str) -> Iterator[Gold]:
    """Label rows of the files that a pattern names."""
    for path in sorted(data.glob(f"{pattern}.*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from (
                json.loads(line) | {"path": path.with_name(path.name.split(".")[0] + ".warc.gz")} for line in lines
            )


def sample(data: Path, name: str, pages: int) -> list[Gold]:
    """Up to `pages` labelled pages of a set, the same ones every time."""
    pattern, wanted = SETS[name]
    labelled = (row for row in rows(data, pattern) if row.get("gold_kind") or row.get("gold_text"))
    found = [row for row in labelled if all(row[key] == value for key, value in wanted.items())]
    found.sort(key=lambda row: row["url"])
    random.Random(7).shuffle(found)
    return found[:pages]


def read_page(row: Gold) -> Page:
    """The page of a label row, re-read at its offset."""
    with row["path"].open("rb") as stream:
        stream.seek(row["offset"])
        record = next(iter(ArchiveIterator(stream)))
        # one record of these files is a bare page without HTTP headers
        headers = record.http_headers or StatusAndHeaders("", [])
        raw = record.raw_stream
        chunked = (headers.get_header("transfer-encoding") or "").lower() == "chunked"
        body = _inflated((ChunkedDataReader(raw) if chunked else raw).read(), headers.get_header("content-encoding"))
        date = record.rec_headers.get_header("WARC-Date")
    declared = headers.get_header("content-type")
    message = Message()
    message["content-type"] = declared or ""
    charset = message.get_param("charset")
    mime = message.get_content_type() if declared else None
    return Page(hashlib.sha256(body).hexdigest(), body, mime, str(charset) if charset else None, row["url"], date)


def _inflated(body: bytes, coding: str | None) -> bytes:
    try:
        if coding == "br":
            return bytes(brotli.decompress(body))
        return zlib.decompress(body, 47) if coding in {"gzip", "deflate"} else body
    except (zlib.error, brotli.error):
        return body  # the header lies, as some do


def score(row: Gold, text: str) -> float:
    """Score of one extracted text against its gold, 0.0 to 1.0."""
    if row.get("gold_text"):
        return f1(row["gold_text"], text)
    squeezed = _SPACE.sub("", text)
    wanted = [_SPACE.sub("", segment) in squeezed for segment in row.get("gold_with") or ()]
    unwanted = [_SPACE.sub("", segment) not in squeezed for segment in row.get("gold_without") or ()]
    return sum(wanted + unwanted) / len(wanted + unwanted)


def f1(gold: str, text: str) -> float:
    """F1 over the sets of character 5-grams of two texts, white space removed."""
    left, right = grams(gold), grams(text)
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 1.0


def grams(text: str) -> set[str]:
    squeezed = _SPACE.sub("", text)
    return {squeezed[at : at + 5] for at in range(max(len(squeezed) - 4, 1))} if squeezed else set()


def _measure(
    pages: list[tuple[Gold, Page]], extractors: dict[str, Callable[[Page], str]]
) -> dict[str, tuple[float, float, float]]:
    """Mean score, half the width of its 95 % interval, and CPU seconds.

    Extractors take turns at each page, and at being the first, which pays for what the next finds in the caches.
    """
    scores: dict[str, list[float]] = {name: [] for name in extractors}
    seconds = dict.fromkeys(extractors, 0.0)
    turns = list(extractors)
    for row, page in pages:
        for name in turns:
            start = time.process_time()
            text = extractors[name](page)
            seconds[name] += time.process_time() - start
            scores[name].append(score(row, text))
        turns.append(turns.pop(0))
    return {
        name: (
            statistics.fmean(values),
            1.96 * statistics.pstdev(values) / len(values) ** 0.5,
            seconds[name],
        )
        for name, values in scores.items()
    }


def _ours(options: ExtractOptions, page: Page) -> str:
    return extract_page(page, options).text


def _stock(mode: Mode, page: Page) -> str:
    tree, _ = parse(to_markup(decode_page(page.body, page.http_charset).text), 512)
    return "" if tree is None else stock_text(tree, page.url, mode)


def stock_text(tree: HtmlElement, url: str, mode: Mode) -> str:
    """Text by trafilatura as it is installed, without what speeds it up."""
    document: Any = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        include_formatting=False,
        fast=mode == "fast",
        favor_precision=mode == "precision",
        favor_recall=mode == "recall",
    )
    return "" if document is None else document.text or ""


def _resiliparse(page: Page) -> str:
    return resiliparse_text(to_markup(decode_page(page.body, page.http_charset).text))


PLAIN = ExtractOptions(evidence=False, titles=False)
EXTRACTORS: dict[str, Callable[[Page], str]] = {
    "judged": partial(_ours, replace(PLAIN, extractor="judged")),
    "honbun": partial(_ours, replace(PLAIN, extractor="honbun")),
    "trafilatura": partial(_stock, "recall"),
    "balanced": partial(_stock, "balanced"),
    "resiliparse": _resiliparse,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", default=list(EXTRACTORS), metavar="extractor")
    parser.add_argument("--pages", type=int, default=60)
    arguments = parser.parse_args()
    extractors = {name: EXTRACTORS[name] for name in arguments.names}
    jt_stoplist_init()  # the word lists of trafilatura's last resort are read once in the life of a process
    for extract in extractors.values():
        extract(Page("warm", b"<p>A page on which to warm up.</p>", "text/html", None, "", None))
    print(f"{'set':26}", *(f"{name:>13} pages/s" for name in extractors))
    spent: dict[str, Counter[str]] = {folder: Counter() for folder in ("web", "docs", "types")}
    for name, (pattern, _) in SETS.items():
        pages = [(row, read_page(row)) for row in sample(arguments.data, name, arguments.pages)]
        found = _measure(pages, extractors)
        cells = (f"{mean:.3f}+-{half:.3f} {len(pages) / took:8.1f}" for mean, half, took in found.values())
        print(f"{name:26}", *(f"{cell:>21}" for cell in cells), flush=True)
        spent[pattern.partition("/")[0]].update({one: took for one, (_, _, took) in found.items()})
    for folder, seconds in spent.items() if "trafilatura" in extractors else ():
        cells = (f"{seconds['trafilatura'] / seconds[name]:20.2f}x" for name in extractors)
        print(f"{folder + ' together':26}", *cells)


if __name__ == "__main__":
    main()
