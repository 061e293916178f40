"""What the gate keeps, what it stops, and what that costs: `python bench/gate.py DATA [--step N] [--labels FILE]`.

Pages are those of DATA's `docs` and `web`. A page is wanted for a language if the pipeline, without a gate, gives it
that language with a score of .5. Printed: recall of wanted pages and the share of pages in other languages that are
stopped, by language and by made class (`bench/gate_data.py`); how the kept set of a whole recipe changes; CPU of a
stopped page, from bytes to verdict, as a multiple of the lxml parse that it saves, beside Swallow's rule. `--choose`
prints the limits that `yurai/extraction/gate/thresholds.py` holds.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Literal

from gate_data import CLASSES, Labelled, made, pages
from gate_limits import choose

from yurai.extraction import ExtractOptions
from yurai.extraction.charset import decode_page
from yurai.extraction.gate.levels import levels_of
from yurai.extraction.gate.windows import scores
from yurai.extraction.tree import parse, to_markup

Mode = Literal["tight", "loose"]
MODES: tuple[Mode, ...] = ("loose", "tight")
FEW = 100
TARGETS = (("en",), ("ja",), ("zh",), ("ko",), ("de",), ("en", "ja"))
_SWALLOW = re.compile(rb"<html[^>]{0,1000}?\blang\s*=\s*[\"']?ja\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_KANA = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gate did with one page, and CPU seconds: its own, with decoding, and those of one parse."""

    stopped: bool
    by: str = ""
    cost: float = 0.0
    parse: float = 0.0


def ask(page: Labelled, languages: tuple[str, ...], mode: Mode) -> Asked:
    """Ask both levels about one page; the parse between them is no cost of level 1, and one of level 2."""
    levels, begun = levels_of(languages, mode), time.process_time()
    markup = to_markup(decode_page(page.page.body, page.page.http_charset).text)
    verdict = levels.of_markup(markup)
    first = time.process_time()
    tree, _ = parse(markup, 512)
    parsed = time.process_time()
    cost = first - begun
    if mode == "tight" and not verdict.sure and tree is not None:
        verdict = levels.of_tree(tree)
        cost = time.process_time() - begun
    return Asked(verdict.stopped, verdict.by, cost, parsed - first)


def swallow(page: Labelled) -> Asked:
    """Ask as Swallow does: `lang=ja` in the raw bytes, or a title in Japanese (arXiv:2404.17733, section 3.2)."""
    begun = time.process_time()
    kept = _SWALLOW.search(page.page.body) is not None
    if not kept:
        title = _TITLE.search(decode_page(page.page.body, page.page.http_charset).text)
        words = unescape(title[1]) if title else ""
        kept = _KANA.search(words) is not None or scores([words]).get("ja", 0.0) > scores([words[:0]]).get("ja", 0.5)
    cost = time.process_time() - begun
    return Asked(not kept, "swallow", cost, ask(page, ("ja",), "loose").parse)


def line(name: str, wanted: Sequence[Asked], others: Sequence[Asked]) -> str:
    """Return one row: recall, share of others stopped, CPU of those, by which measure."""
    kept = sum(not one.stopped for one in wanted) / max(len(wanted), 1)
    gone = [one for one in others if one.stopped]
    cost = 1000 * sum(one.cost for one in gone) / max(len(gone), 1)
    ratio = sum(one.cost for one in gone) / max(sum(one.parse for one in gone), 1e-9)
    by = " ".join(f"{name} {count / max(len(others), 1):.3f}" for name, count in Counter(o.by for o in gone).items())
    share = len(gone) / max(len(others), 1)
    return f"{name:<14} {len(wanted):>5} {kept:>7.4f} {share:>6.3f} {cost:>6.2f} ms {ratio:>5.2f}x   {by}"


def table(found: list[Labelled], languages: tuple[str, ...], function: Callable[[Labelled], Asked], name: str) -> None:
    """Print the row of one way to ask for some languages."""
    asked = [(one, function(one)) for one in found if one.lang]
    wanted = [said for one, said in asked if one.kept(set(languages))]
    print(line(name, wanted, [said for one, said in asked if one.lang not in languages]))


def by_class(found: list[Labelled], count: int, options: ExtractOptions) -> None:
    """Print recall by language and made class."""
    print("\nrecall by made class        ", *(f"{mode:>8}" for mode in MODES))
    for name in CLASSES:
        for language in ("ja", "zh", "ko", "en"):
            some = made(found, language, name, count, options)
            kept = [sum(not ask(one, (language,), mode).stopped for one in some) for mode in MODES]
            shares = (f"{number / max(len(some), 1):>8.4f}" for number in kept)
            print(f"{name:<14} {language} {len(some):>5} pages", *shares)


def kept_sets(found: list[Labelled]) -> None:
    """Print by how much of the kept set a gate changes it; it can only take pages away."""
    print("\nkept set smaller by         ", *(f"{mode:>8}" for mode in MODES))
    for languages in (*TARGETS, ("ar", "de", "en", "fr", "ja", "ko", "th", "zh")):
        kept = [one for one in found if one.kept(set(languages))]
        lost = [sum(ask(one, languages, mode).stopped for one in kept) / len(kept) for mode in MODES]
        print(f"{','.join(languages):<27}", *(f"{share:>8.4%}" for share in lost))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--step", type=int, default=1, help="take every N-th page")
    parser.add_argument("--labels", type=Path, help="file that keeps the labels")
    parser.add_argument("--extractor", default="judged", help="judged, or fineweb: trafilatura as that recipe has it")
    parser.add_argument("--made", type=int, default=200, help="real pages that each made class is made of")
    parser.add_argument("--choose", action="store_true", help="print limits, and nothing else")
    given = parser.parse_args()
    options = replace(ExtractOptions(titles=False, evidence=False), extractor="judged")
    if given.extractor == "fineweb":
        options = replace(options, extractor="trafilatura", mend=False, mode="precision", whole_page_links=0)
    found = list(pages(given, options))
    if given.choose:
        choose(found)
        return
    print(f"{len(found):,} pages\ngate           pages  recall   gone  cost of a stopped page; share gone by measure")
    for languages in TARGETS:
        for mode in MODES:
            table(found, languages, lambda one: ask(one, languages, mode), f"{','.join(languages)} {mode}")  # noqa: B023 - called at once
    table(found, ("ja",), swallow, "ja swallow")
    kept_sets(found)
    by_class(found, given.made, options)


if __name__ == "__main__":
    main()
