"""Personal data: recall, precision, false redactions and speed: `python bench/pii.py DATA [--pages FILE...] [--list]`.

DATA holds `pii/` (synthetic English texts with spans, and example phone numbers), see its README. Recall and precision
by kind on these and on the written set of the tests, with Wilson 95 % intervals. A span counts as found if what was
found overlaps it, and as right if it overlaps a labelled one. `--pages`: Parquet files with a column `text`, such as
`documents/*.parquet` of `yurai run plain`; prints redactions per million letters by kind, megabytes per
CPU second, and with `--list` every redaction with the letters around it, for people to judge: keep that from
others. Last, seconds for 1 MB of text made to be slow, pattern by pattern.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from yurai.report.intervals import wilson as interval
from yurai_filters.pii import KINDS, Kind, Span, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Labelled = tuple[str, list[tuple[str, int, int]]]
_NAMES: dict[str, Kind] = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
}
_WRITTEN = Path(__file__).resolve().parents[1] / "tests" / "data" / "pii.jsonl"
SLOW = (
    *("x@a-", "@a.co", "a@", "a.", "0", "4", "9-", "1.", "+", "+1 2 3 4 5 6 7 ", "+1111111", "tel 03-1234-5678 "),
    *(
        "00 ",
        "03 1 ",
        "4111 1111 1111 1111 ",
        "+81 90-1234-5678 4111 1111 1111 1111 ",
        "::",
        "2:",
        "2000::1 ",
        "8.8.8.8 ",
        "1.2.3.4.",
        "GB82 ",
        "DE89370400440532013000 ",
        "4111111111111111 ",
    ),
    *("4111-", "-", "%40", "<|EMAIL|>", "\u200b", "０", "é"),  # noqa: RUF001 - full-width
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


def written(path: Path) -> Iterator[Labelled]:
    for line in path.read_text("utf-8").splitlines():
        row, last = json.loads(line), 0
        spans = []
        for kind, value in row["found"]:
            start = row["text"].index(value, last)
            last = start + len(value)
            spans.append((kind, start, last))
        yield row["text"], spans


def phones(path: Path, form: str, before: str, region: str | None = None) -> Iterator[Labelled]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if region in (None, row["region"]):
            yield f"{before}{row[form]} .", [("phone", len(before), len(before) + len(row[form]))]


def overlaps(span: Span, start: int, end: int) -> bool:
    return span.start < end and start < span.end


def score(name: str, texts: Iterable[Labelled]) -> None:
    wanted, hit, given, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for text, labels in texts:
        found = find(text)
        for kind, start, end in labels:
            wanted[kind] += 1
            hit[kind] += any(span.kind == kind and overlaps(span, start, end) for span in found)
        for span in found:
            given[span.kind] += 1
            right[span.kind] += any(kind == span.kind and overlaps(span, start, end) for kind, start, end in labels)
    for kind in KINDS:
        if wanted[kind] or given[kind]:
            recall, precision = wilson(hit[kind], wanted[kind]), wilson(right[kind], given[kind])
            print(f"{name:34} {kind:6} recall {recall:34} precision {precision}")


def pages(paths: list[Path], *, listing: bool) -> None:
    texts: list[str] = [text for path in paths for text in pq.read_table(path, columns=["text"])["text"].to_pylist()]
    find("warm")
    began = time.process_time()
    found = [find(text) for text in texts]
    seconds = time.process_time() - began
    size, letters = sum(len(text.encode()) for text in texts), sum(map(len, texts))
    print(f"{len(texts)} pages, {letters / 1e6:.1f} M letters, {size / seconds / 1e6:.1f} MB per CPU second")
    counts = Counter(span.kind for spans in found for span in spans)
    for kind in KINDS:
        print(f"  {kind:6} {counts[kind]:6} redactions, {counts[kind] / letters * 1e6:.2f} per million letters")
    for text, spans in zip(texts, found, strict=True) if listing else ():
        for span in spans:
            around = (
                text[max(0, span.start - 40) : span.start],
                text[span.start : span.end],
                text[span.end : span.end + 20],
            )
            print(span.kind, *map(repr, around), sep="\t")


def slow() -> None:
    for piece in SLOW:
        text = piece * (1_000_000 // len(piece.encode()))
        began = time.process_time()
        count = len(find(text))
        print(f"{piece!r:28} {time.process_time() - began:.3f} s, {count} found")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=Path, nargs="*", default=[])
    parser.add_argument("--list", action="store_true")
    given: Any = parser.parse_args()
    folder = given.data / "pii"
    for name in ("synth_dataset_v2", "generated_small"):
        score(name, synthetic(folder / f"{name}.json"))
    numbers = folder / "phones_examples.jsonl"
    for form in ("intl", "e164", "rfc3966"):
        score(f"phones {form}", phones(numbers, form, "a "))
    for region in ("JP", "US"):
        for before, how in (("Tel: ", "in context"), ("a ", "alone")):
            score(f"phones {region} national {how}", phones(numbers, "national", before, region))
    score("written", written(_WRITTEN))
    if given.pages:
        pages(given.pages, listing=given.list)
    slow()


if __name__ == "__main__":
    main()
