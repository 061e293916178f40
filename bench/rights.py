"""How right evidence of rights is on labelled real pages: `python bench/rights.py DATA [--labels FILE...] [--wrong]`.

`bench/rights_labels.jsonl` says of 413 pages of DATA's `web` and `docs`, read one by one, whether the main text is
openly licensed (`open`; null: the page does not tell), by what (`spdx`; `OR` between licences to choose from), whether
the page contradicts itself (`conflict`) and which opt-outs from training it states (`reservation`). The pages go
through stage extract; printed are recall of open text and precision of `declared_spdx` with Wilson's 95 % interval,
the share of pages that are right in all (licence, reservation, no false claim for the page), the same by class, and
what becomes of planted opt-outs of `edge/optout`. Of `rights_blind.jsonl` (150 pages), `rights_blind2.jsonl` (80) and
`rights_blind3.jsonl` (85 that hold a word of licences, two at most of a host) the labels were written before any of
this ran on them. `--wrong` lists pages that are not right. `--calibration` prints on how many pages the claims of each
channel and scope name the licence of the main text; pipeline/yurai/rights/calibration.csv is what it prints for all
four files.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from rights_data import LABELS, PLANTED, UNSURE, Judged, judged, pages, reserves

from yurai.report.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator


def share(name: str, hits: int, count: int) -> str:
    """Return a line: a share with its interval."""
    low, high = wilson(hits, count)
    return f"{name:<28} {hits:>4} of {count:<4} {hits / max(count, 1):.3f}  [{low:.3f}, {high:.3f}]"


def summary(found: list[Judged]) -> Iterator[str]:
    """Yield the lines of a set of pages."""
    opened = [one for one in found if one.label["open"] and one.label["spdx"]]
    declared = [one for one in found if one.declared and one.label["open"] is not None]
    told = [one for one in found if one.label["open"] is not None]
    yield share("recall of open text", sum(one.found for one in opened), len(opened))
    yield share("precision of declared", sum(one.found for one in declared), len(declared))
    yield share("wholly right", sum(one.right for one in told), len(told))
    yield share("reserved by mistake", sum(one.reserves and not one.label["reservation"] for one in found), len(found))
    yield f"reservations lost            {sum(bool(one.label['reservation']) and not one.reserves for one in found)}"


def planted(data: Path) -> str:
    """Return a line on `edge/optout`: planted opt-outs from training that are lost, and other marks taken for one."""
    with gzip.open(data / "edge/optout.labels.jsonl.gz", "rt", encoding="utf-8") as lines:
        marks = {row["offset"]: row["mark"].lower() for row in map(json.loads, lines)}
    counts: Counter[str] = Counter()
    for record, one in pages(data / "edge/optout.warc.gz", "optout"):
        mark, is_found = marks[record.offset], reserves(one.evidence)
        if not UNSURE.search(mark):
            counts[("found" if is_found else "lost") if PLANTED.search(mark) else "false" if is_found else "none"] += 1
    lost, false = counts["lost"], counts["false"]
    return f"planted opt-outs             {lost} lost of {lost + counts['found']}, {false} taken for one by mistake"


def calibration(found: list[Judged], form: str) -> Iterator[str]:
    """Yield lines: pages with claims of each channel and scope, on how many all name the licence of the main text."""
    cells: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in found:
        norms: dict[tuple[str, str], list[str]] = defaultdict(list)
        for channel, scope, norm in one.claims if one.label["open"] is not None else ():
            if norm is not None:  # a link to a page of the site's own names none
                norms[channel, scope].append(norm)
        for cell, named in norms.items():
            cells[cell].append(all(map(one.names, named)))
    if form == "csv":
        yield "channel,scope,n,right"
    for (channel, scope), hits in sorted(cells.items()):
        if form == "csv":
            yield f"{channel},{scope},{len(hits)},{sum(hits)}"
            continue
        low, high = wilson(sum(hits), len(hits))
        yield f'[[cell]]\nchannel = "{channel}"\nscope = "{scope}"\nn = {len(hits)}\nright = {sum(hits)}'
        yield f"low = {low:.4f}\nhigh = {high:.4f}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--labels", type=Path, nargs="+", default=[LABELS], help="labels in JSON lines (default: rights_labels.jsonl)"
    )
    parser.add_argument("--wrong", action="store_true", help="list the pages that are not right")
    parser.add_argument(
        "--calibration",
        nargs="?",
        const="toml",
        choices=("toml", "csv"),
        help="print the calibration table alone: toml, with intervals, or csv, as pipeline/yurai/rights reads it",
    )
    given = parser.parse_args()
    found = [one for path in given.labels for one in judged(given.data, path)]
    if given.calibration:
        print("\n".join(calibration(found, given.calibration)))
        return
    print(f"{len(found)} pages", *summary(found), planted(given.data), sep="\n")
    classes: dict[str, list[Judged]] = defaultdict(list)
    for one in found:
        classes[one.label["class"]].append(one)
    print("\nclass                      pages open found right")
    for name, some in sorted(classes.items(), key=lambda item: -len(item[1])):
        counts = (sum(bool(one.label["open"]) for one in some), sum(one.found for one in some))
        print(f"{name:<26} {len(some):>5} {counts[0]:>4} {counts[1]:>5} {sum(one.right for one in some):>5}")
    for one in found if given.wrong else ():
        if not one.right and one.label["open"] is not None:
            what = f"{one.declared} for {one.label['spdx']}; {', '.join(sorted(one.false_claims)) or 'no false claim'}"
            print(f"{one.label['file']} {one.label['url']} ({one.label['class']}): {what}")


if __name__ == "__main__":
    main()
