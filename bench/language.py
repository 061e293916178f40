"""What language stage `language` finds, by the model alone and with `scripts`: `bench/language.py DATA [--cost N]`.

DATA holds `langid/`, `docs/` and `web/`. For each labelled set: right, `und` and wrong before and after, by language
where anything moved: sentences whole, their first ten and six letters, texts of pages of more than 100 letters, and
titles of Chinese characters alone (first lines of pages), with the URL of their page, with its attribute `lang`, with
both and without; and the first five letters of texts in other scripts, with the attribute and without. A text whose
label is no code of the model is left out. `--cost`: CPU milliseconds a page of the stage before and after, and of
extraction.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from extraction import read_page, rows
from yurai.declare.language.identify import identifier
from yurai.declare.models import LID_176, model_digest
from yurai.extraction import ExtractOptions, extract_page
from yurai.extraction.charset import decode_page
from yurai.extraction.declared_language import declared_language
from yurai.extraction.tree import parse, to_markup
from yurai.stages.language import Language, label
from yurai_manifests.schema import DOCUMENT

BEFORE, AFTER = Language(scripts=False), Language()
LONG = 100
_HAN = re.compile("[\u3400-\u9fff々]{2,}")
_PATTERNS = ("docs/core-0?", "web/*")


class Text(NamedTuple):
    """A text with the language that it is in."""

    lang: str
    text: str
    url: str | None = None
    html_lang: str | None = None


class Score(NamedTuple):
    """Texts of one language: right, `und` and wrong."""

    right: int
    und: int
    wrong: int


def sentences(data: Path, letters: int | None) -> Iterator[Text]:
    """Yield the sentences of `langid`, or their first letters."""
    with gzip.open(data / "langid/lingua_sentences.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Text(row["lang"], _first(row["text"], letters) if letters else row["text"])


def _first(text: str, letters: int) -> str:
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    return text[: places[min(letters, len(places)) - 1] + 1] if places else text


def declared(row: dict[str, Any]) -> str | None:
    """Return the language that the page of a row of labels declares."""
    page = read_page(row)
    tree, _ = parse(to_markup(decode_page(page.body, page.http_charset).text), ExtractOptions().max_depth)
    return None if tree is None else declared_language(tree)


def labelled(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of labels of pages of more than 100 letters, whose label another identifier agrees with."""
    for row in (row for pattern in _PATTERNS for row in rows(data, pattern)):
        text, lang = row.get("gold_text") or "", row.get("lang")
        if sum(map(str.isalpha, text)) > LONG and lang and row.get("lang_pred") in (None, lang):
            yield row


def pages(data: Path) -> Iterator[Text]:
    """Yield gold texts of pages."""
    return (Text(row["lang"], row["gold_text"], row["url"]) for row in labelled(data))


def titles(data: Path) -> list[Text]:
    """Return the different first lines, in Chinese characters alone, of Japanese and Chinese pages."""
    found = {}
    for row in labelled(data):
        line = re.sub(r"[\d\W_]", "", row["gold_text"].partition("\n")[0])
        if row["lang"] in {"ja", "zh"} and _HAN.fullmatch(line) and (row["lang"], line) not in found:
            found[row["lang"], line] = Text(row["lang"], line, row["url"], declared(row))
    return list(found.values())


def beginnings(data: Path) -> list[Text]:
    """Return the first five letters of every 20th page with letters of a script that many languages share."""
    chosen = [row for row in labelled(data) if row["lang"] not in {"ja", "zh", "ko"}][::20]
    return [Text(row["lang"], _first(row["gold_text"], 5), html_lang=declared(row)) for row in chosen]


def without(texts: Iterable[Text], *fields: str) -> list[Text]:
    """Return texts of which some of what stands around them is not known."""
    return [one._replace(**dict.fromkeys(fields)) for one in texts]


def labels(texts: Iterable[Text], settings: Language) -> list[str]:
    """Return the codes that the stage gives."""
    made = [{"text": one.text, "url": one.url, "html_lang": one.html_lang} for one in texts]
    batch = label(pa.RecordBatch.from_pylist(made, DOCUMENT), settings)
    return [str(code) for code in batch.column("lang").to_pylist()]


def scores(texts: list[Text], codes: list[str]) -> dict[str, Score]:
    """Return what is right, `und` and wrong, by language."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, code in zip(texts, codes, strict=True):
        counts[one.lang]["right" if code == one.lang else "und" if code == "und" else "wrong"] += 1
    return {lang: Score(found["right"], found["und"], found["wrong"]) for lang, found in sorted(counts.items())}


def table(name: str, texts: Iterable[Text]) -> None:
    """Print the figures of one set, and what the letters moved."""
    known = identifier(LID_176, model_digest(LID_176, "")).codes
    kept = [one for one in texts if one.lang in known]
    codes = [labels(kept, settings) for settings in (BEFORE, AFTER)]
    before, after = (scores(kept, one) for one in codes)
    print(f"\n{name}: {len(kept)} texts in {len(before)} languages; right, und, wrong before -> after")
    total = [Score(*map(sum, zip(*found.values(), strict=True))) for found in (before, after)]
    for lang, old, new in [("all", *total), *((lang, before[lang], after[lang]) for lang in before)]:
        if old != new or lang in {"all", "ja", "zh", "ko"}:
            print(f"  {lang:>4} {old.right:6} {old.und:4} {old.wrong:5} -> {new.right:6} {new.und:4} {new.wrong:5}")
    worse = [lang for lang in before if after[lang].right < before[lang].right]
    taken = sum(one.lang == "zh" and code == "ja" for one, code in zip(kept, codes[1], strict=True))
    print(f"  languages with fewer right: {', '.join(worse) or 'none'}; zh taken for ja: {taken}")


def cost(data: Path, count: int) -> None:
    """Print CPU milliseconds a page of both settings, and of extraction."""
    chosen = [row for pattern in _PATTERNS for row in rows(data, pattern)]
    read = [read_page(row) for row in chosen[:: max(1, len(chosen) // count)]]
    options = ExtractOptions()
    begun = time.process_time()
    texts = [Text("", extract_page(page, options).text, page.url) for page in read]
    extracting = time.process_time() - begun
    spent = {settings: min(_seconds(texts, settings) for _ in range(7)) for settings in (BEFORE, AFTER)}
    old, new, whole = (1000 * one / len(read) for one in (spent[BEFORE], spent[AFTER], extracting))
    print(f"\n{len(read)} pages, CPU ms a page: extract {whole:.2f}, language {old:.3f} -> {new:.3f}: ", end="")
    print(f"{(new - old) / (whole + old):+.1%} of both stages")


def _seconds(texts: list[Text], settings: Language) -> float:
    begun = time.process_time()
    labels(texts, settings)
    return time.process_time() - begun


def main() -> None:
    """Print the tables, and what the letters cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cost", type=int, default=0, metavar="N", help="measure the cost on N pages")
    given = parser.parse_args()
    for letters in (None, 10, 6):
        table(f"sentences, first {letters} letters" if letters else "sentences", sentences(given.data, letters))
    table("pages of more than 100 letters", pages(given.data))
    lines, short = titles(given.data), beginnings(given.data)
    table("titles in Chinese characters, with URL and attribute lang", lines)
    table("titles in Chinese characters, with URL", without(lines, "html_lang"))
    table("titles in Chinese characters, with attribute lang", without(lines, "url"))
    table("titles in Chinese characters alone", without(lines, "url", "html_lang"))
    table("first five letters, with attribute lang", short)
    table("first five letters alone", without(short, "html_lang"))
    if given.cost:
        cost(given.data, given.cost)


if __name__ == "__main__":
    main()
