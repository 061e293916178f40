"""A corpus of rows whose fates are planted, and texts that look like some."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from run_helpers import run
from yurai.run.recipe import make_recipe

if TYPE_CHECKING:
    from pathlib import Path

IN, SHORT, COPIES, NEAR, FAILED = range(20), range(20), range(12), range(12, 20), range(6)
FIRST, LATER = "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"
"""Dedup keeps the oldest."""
STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract"},
    {"use": "language"},
    {"use": "measure"},
    {"use": "filter", "rules": [{"use": "length", "min_characters": 300}]},
    {"use": "dedup", "method": "exact"},
    {"use": "near-dedup", "keep": "oldest", "spare": 0},
    {"use": "tokenize"},
]


def words(name: str, count: int) -> list[str]:
    """Words that no other name has."""
    return [hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:7] for number in range(count)]


def text(name: str, count: int = 150) -> str:
    """Lines of ten such words each."""
    found = words(name, count)
    return "\n".join(" ".join(found[at : at + 10]) for at in range(0, count, 10))


def near(name: str) -> str:
    """The text of a name with one word changed, which says so."""
    return text(name).replace(words(name, 150)[75], f"changed-{name}", 1)


def rows() -> list[dict[str, Any]]:
    """Rows as they are planted, copies behind what they copy."""
    return [
        *({"url": f"https://in{n}.example/page", "text": text(f"in{n}"), "date": FIRST} for n in IN),
        *({"url": f"https://short{n}.example/page", "text": text(f"short{n}", 30)} for n in SHORT),
        *({"url": f"https://copy{n}.example/page", "text": text(f"in{n}"), "date": LATER} for n in COPIES),
        *({"url": f"https://near{n}.example/page", "text": near(f"in{n}"), "date": LATER} for n in NEAR),
        *({"url": f"https://failed{n}.example/page", "text": 7} for n in FAILED),
    ]


def planted(folder: Path) -> Path:
    """Run a recipe over the planted rows; return the tree."""
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows()), "utf-8")
    run(folder / "out", [folder / "rows.jsonl"], recipe=make_recipe({"name": "planted", "stage": STAGES}, where="test"))
    return folder / "out"


def many(folder: Path, count: int) -> Path:
    """Run a bare recipe over `count` rows, delivered in files of equal size; return the tree."""
    folder.mkdir()
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for n in range(count):
            file.write(json.dumps({"url": f"https://h{n}.example/", "text": text(f"many{n}", 20)}) + "\n")
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "tokenize"}]
    recipe = make_recipe({"name": "many", "stage": stages, "deliver": {"text_bytes": 32_000}}, where="test")
    run(folder / "out", [folder / "rows.jsonl"], recipe=recipe)
    return folder / "out"
