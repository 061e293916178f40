"""What recipe `demo` has to make of the sample crawl, read from `examples/sample/expected.jsonl`.

The lines were thought out page by page in `examples/pages.toml`; no run of the pipeline wrote them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

EXAMPLES: Final = Path(__file__).resolve().parents[1] / "examples"
SAMPLE: Final = EXAMPLES / "sample"
# Words of the sites' templates; a kept text that contains one has boilerplate in it.
BOILERPLATE: Final = (
    "クッキーを使用しています",
    "サイトマップ",
    "開館カレンダー",
    "よく読まれた記事",
    "購読のお申し込み",
    "このページは役に立ちましたか",
    "最近の記事",
    "山小屋の予約はこちら",
    "We use cookies",
    "Next meeting",
    "You may also like",
)


def _lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / "expected.jsonl").read_text(encoding="utf-8").splitlines()]


def load_expectations() -> list[dict[str, Any]]:
    """One dict for every candidate, in input order.

    Always: file, url, outcome (kept, dropped, failed), why. Kept: lang and holds (a phrase of the text), maybe charset
    and charset_by, flag, truncated. Else: stage, reason.
    """
    return [line for line in _lines() if "outcome" in line]


def expected_totals() -> dict[str, Any]:
    """`totals` and `dropped_by` as `yurai audit --format json` gives them (no tokens, no shards), and `failed_by`."""
    candidates = load_expectations()
    outcomes = Counter(line["outcome"] for line in candidates)
    others: Counter[str] = Counter()
    unreadable = []
    for line in _lines():
        others.update(line.get("other_records", {}))
        unreadable += [{"file": line["file"], **gap} for gap in line.get("unreadable", [])]
    totals: dict[str, Any] = {
        "candidates": len(candidates),
        **{name: outcomes[name] for name in ("kept", "dropped", "failed")},
    }
    totals |= {"other_records": dict(others), "unreadable": unreadable}
    return {"totals": totals, "dropped_by": _reasons("dropped"), "failed_by": _reasons("failed")}


def _reasons(outcome: str) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in load_expectations():
        if line["outcome"] == outcome:
            counts[line["stage"]][line["reason"]] += 1
    return {stage: dict(reasons) for stage, reasons in counts.items()}
