"""An audit costs about as much per row in a large tree as in a small one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cost import grows_linearly
from rights_corpora import EXACT
from run_helpers import run
from yurai.run.recheck import means_of
from yurai.run.recipe import make_recipe
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract"},
    {"use": "measure"},
    EXACT,
    {"use": "select"},
    {"use": "tokenize", "tokenizer": "bytes"},
]


def test_rows_cost_the_same_however_many(tmp_path: Path) -> None:
    """Copies, verdicts, licences, tokens: every fifth row is a copy of another one."""

    def prepare(size: int) -> Callable[[], object]:
        source, out = tmp_path / f"{size}.jsonl", tmp_path / f"{size}"
        lines = ({"text": f"Row {n - n % 5} says it. " * 9, "url": f"https://e.example/{n}"} for n in range(size))
        source.write_text("\n".join(json.dumps(line) for line in lines))
        table = {"match": source.name, "name": "rows", "licence": "CC-BY-4.0"}
        value = {"name": "t", "stage": STAGES, "source": [table]}
        run(out, [source], recipe=make_recipe(value, where="t"))
        store = open_store(str(out))

        def work() -> None:
            assert audit(store, full=True, means=lambda record: means_of(store, record)).ok

        return work

    assert grows_linearly(prepare, 2_000, times=4)
