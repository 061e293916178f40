"""Personal data: recall, precision, false redactions and speed: `python bench/pii.py DATA [--pages FILE...] [--list]`.

DATA holds `pii/` (Japanese and English texts with spans, synthetic English ones, example phone numbers, addresses), see
its README. Recall and precision by kind on these and on the written sets of the tests, with Wilson 95 % intervals: core
tier and stretch tier apart, and the half of the set on which rules were tuned (by a hash of the id) apart from the
other. A span counts as found if what was found overlaps it, and as right if it overlaps a labelled one. `--pages`:
Parquet files with columns `text` and `lang`, such as `documents/*.parquet` of `yurai run plain`; prints redactions per
million letters by kind, for all pages and for Japanese ones, milliseconds of CPU per megabyte with the basic kinds and
with all, and with `--list` every redaction of Japanese pages (`--list-all`: of all) with the letters around it, for
people to judge: keep that from others. Last, seconds for 1 MB of text made to be slow, pattern by pattern.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from yurai.report.intervals import wilson as interval
from yurai_filters.pii import ALL, BASIC, KINDS, Kind, Span, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Labelled = tuple[str, list[tuple[str, int, int]]]
_NAMES: dict[str, Kind] = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "US_SSN": "ssn",
}
_TESTS = Path(__file__).resolve().parents[1] / "tests" / "data"
SLOW = (
    *("x@a-", "@a.co", "a@", "a.", "0", "4", "9-", "1.", "+", "+1 2 3 4 5 6 7 ", "+1111111", "tel 03-1234-5678 "),
    *("00 ", "03 1 ", "4111 1111 1111 1111 ", "+81 90-1234-5678 4111 1111 1111 1111 ", "::", "2:", "2000::1 "),
    *("8.8.8.8 ", "1.2.3.4.", "GB82 ", "DE89370400440532013000 ", "4111111111111111 ", "4111-", "-", "%40"),
    *("<|EMAIL|>", "\u200b", "０", "é", "電話0332345678受付番号", "123456789012 ", "口座番号1234567", "普通1234567 "),  # noqa: RUF001 - full-width
    *("マイナンバー 123456789012、", "SSN 219-44-8821 ", "TZ1234567（旅券）", "〒123-4567", "123-4567東京都"),  # noqa: RUF001 - as above
    *(
        "千代田区丸の内1丁目2番3号",
        "区あ1-",
        "a★b.jp",
        "a[at]b.jp ",
        "a at b dot com ",
        "03-1234-5678 ",
        "212-555-0123 ",
    ),
    *("予約番号0332345678", "tel0332345678fax", "口座12345678901", "免許証番号123456789012と", "旅券番号TZ1234567"),
    *("a@b.c ", "@a.b@", "a.b.c.", "a【at】b", "〒1", "〒〒", "市2番地3", "一二三四五六七八九十", "漢字", "12345漢"),
    *("12:34:", "ffff:", "1/2/3/", "(03)", "(03)1234-5678", "+81", "0120-123-456", "1 2 3 4 5 6 7 8 9 "),
    *(
        "1-2-3-4-5-6-7-",
        "1\u200b",
        "1é",
        "1、",
        "1,234,567",
        "番号123456",
        "12345678-1234567890 ",
        "電話",
        "マイナンバー1234",
        "a★",
        "[at]",
    ),
)


def wilson(hits: int, count: int) -> str:
    """Share with its Wilson 95 % interval."""
    if not count:
        return "-"
    low, high = interval(hits, count)
    return f"{hits / count:.3f} ({low:.3f}-{high:.3f}) n={count}"


def synthetic(path: Path) -> Iterator[Labelled]:
    for row in json.loads(path.read_text("utf-8")):
        spans = [(_NAMES.get(s["entity_type"], "other"), s["start_position"], s["end_position"]) for s in row["spans"]]
        yield row["full_text"], spans


def visible(path: Path, tier: str, half: str) -> Iterator[tuple[str, Labelled]]:
    """Yield (kind, text with spans) of a tier, of the half that rules were tuned on or the other."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            tuned = hashlib.sha256(f"half:{row['id']}".encode()).digest()[0] % 2 == 0
            if row["tier"] == tier and half in ("both", "tuned" if tuned else "other"):
                spans = [(kind.removesuffix("-us"), start, end) for start, end, kind in row["spans"]]
                yield row["kind"], (row["text"], spans)


def written(path: Path) -> Iterator[Labelled]:
    for line in path.read_text("utf-8").splitlines():
        row, last = json.loads(line), 0
        spans = []
        for kind, value in row["found"]:
            start = row["text"].index(value, last)
            last = start + len(value)
            spans.append((kind, start, last))
        yield row["text"], spans


def marked(path: Path) -> Iterator[Labelled]:
    """Yield texts of lines `kind, tab, text with marks around what is to be found`."""
    for line in path.read_text("utf-8").splitlines():
        kind, _, text = line.partition("\t")
        text, spans = text.replace("\\n", "\n").replace("\\t", "\t"), []
        while "⟦" in text:
            start, end = text.index("⟦"), text.index("⟧") - 1
            text = text.replace("⟦", "", 1).replace("⟧", "", 1)
            spans.append((kind, start, end))
        yield text, spans


def addresses(path: Path) -> Iterator[Labelled]:
    """Yield the addresses that go down to a number of a house."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["番地号"]:
                yield f"場所 {row['住所']}", [("address", 3, 3 + len(row["住所"]))]


def phones(path: Path, form: str, before: str, region: str | None = None) -> Iterator[Labelled]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if region in (None, row["region"]):
            yield f"{before}{row[form]} .", [("phone", len(before), len(before) + len(row[form]))]


def overlaps(span: Span, start: int, end: int) -> bool:
    return span.start < end and start < span.end


def score(name: str, texts: Iterable[Labelled], kinds: Iterable[Kind] = KINDS) -> None:
    wanted, hit, given, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for text, labels in texts:
        found = find(text, kinds)
        for kind, start, end in labels:
            wanted[kind] += 1
            hit[kind] += any(span.kind == kind and overlaps(span, start, end) for span in found)
        for span in found:
            given[span.kind] += 1
            right[span.kind] += any(kind == span.kind and overlaps(span, start, end) for kind, start, end in labels)
    for kind in KINDS:
        if wanted[kind] or given[kind]:
            print_row(name, kind, hit[kind], wanted[kind], right[kind], given[kind])


def score_visible(name: str, rows: Iterable[tuple[str, Labelled]]) -> None:
    """Score by the kind that a row was made for: what is found in its texts without spans counts against it."""
    wanted, hit, given, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for made_for, (text, labels) in rows:
        found = find(text)
        wanted[made_for] += len(labels)
        given[made_for] += len(found)
        for kind, start, end in labels:
            hit[made_for] += any(span.kind == kind and overlaps(span, start, end) for span in found)
        for span in found:
            right[made_for] += any(span.kind == kind and overlaps(span, start, end) for kind, start, end in labels)
    for made_for in wanted:
        print_row(name, made_for, hit[made_for], wanted[made_for], right[made_for], given[made_for])


def print_row(name: str, kind: str, hit: int, wanted: int, right: int, given: int) -> None:
    print(f"{name:34} {kind:11} recall {wilson(hit, wanted):34} precision {wilson(right, given)}")


def pages(paths: list[Path], *, listing: bool, listing_all: bool) -> None:
    texts: list[tuple[str, bool]] = []
    for path in paths:
        table = pq.read_table(path, columns=["text", "lang"], use_threads=False)
        texts += zip(table["text"].to_pylist(), (lang == "ja" for lang in table["lang"].to_pylist()), strict=True)
    for name, chosen in (("all pages", texts), ("Japanese pages", [one for one in texts if one[1]])):
        size, letters = sum(len(text.encode()) for text, _ in chosen), sum(len(text) for text, _ in chosen)
        basic, every, reported = (
            cost(chosen, kinds, wide=wide) for kinds, wide in ((BASIC, False), (KINDS, True), (ALL, True))
        )
        print(
            f"{name}: {len(chosen)}, {letters / 1e6:.1f} M letters; CPU ms per MB:",
            f"basic kinds {basic / size * 1e9:.1f},",
            f"all masked {every / size * 1e9:.1f},",
            f"names and special care too {reported / size * 1e9:.1f}",
        )
        counts = Counter(span.kind for text, _ in chosen for span in find(text, ALL))
        for kind in ALL:
            if counts[kind]:
                print(f"  {kind:12} {counts[kind]:6} found, {counts[kind] / letters * 1e6:.2f} per million letters")
    for text, is_japanese in texts:
        if listing_all or (listing and is_japanese):
            show(text)


def cost(texts: list[tuple[str, bool]], kinds: Iterable[Kind], *, wide: bool) -> float:
    """Return the least CPU seconds of three passes."""
    wanted, least = tuple(kinds), float("inf")
    for _ in range(3):
        began = time.process_time()
        for text, _ in texts:
            find(text, wanted, wide=wide)
        least = min(least, time.process_time() - began)
    return least


def show(text: str) -> None:
    for span in find(text):
        around = (
            text[max(0, span.start - 40) : span.start],
            text[span.start : span.end],
            text[span.end : span.end + 20],
        )
        print(span.kind, *map(repr, around), sep="\t")


def slow() -> None:
    """Print what 1 MB of each form costs, the slowest first."""
    rows = []
    for piece in SLOW:
        text = piece * (1_000_000 // len(piece.encode()))
        began = time.process_time()
        count = len(find(text))
        rows.append((time.process_time() - began, piece, count))
    for seconds, piece, count in sorted(rows, reverse=True):
        print(f"{piece!r:28} {seconds:.3f} s, {count} found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=Path, nargs="*", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--list-all", action="store_true")
    given: Any = parser.parse_args()
    folder = given.data / "pii"
    for tier in ("core", "stretch"):
        for half in ("tuned", "other", "both"):
            score_visible(f"{tier} tier, {half}", visible(folder / "ja_visible.jsonl.gz", tier, half))
    score("real addresses", addresses(folder / "addresses.csv"), ["address"])
    for name in ("synth_dataset_v2", "generated_small"):
        score(name, synthetic(folder / f"{name}.json"))
    numbers = folder / "phones_examples.jsonl"
    for form in ("intl", "e164", "rfc3966"):
        score(f"phones {form}", phones(numbers, form, "a "))
    for region in ("JP", "US"):
        for before, how in (("Tel: ", "in context"), ("a ", "alone")):
            score(f"phones {region} national {how}", phones(numbers, "national", before, region))
    score("written, basic kinds", written(_TESTS / "pii.jsonl"), BASIC)
    score("written, all kinds", marked(_TESTS / "pii_kinds.tsv"))
    if given.pages:
        pages(given.pages, listing=given.list, listing_all=given.list_all)
    slow()


if __name__ == "__main__":
    main()
