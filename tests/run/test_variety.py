"""A crawl that names thousands of record types, schemes and media types: rows keep them, sums name the most frequent."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from run_helpers import run
from warc_samples import http, warc_record
from yurai.engine.local import LocalRunner
from yurai.run.earlier import of_tree
from yurai.run.recipe import Recipe, make_recipe
from yurai.run.run import continue_tree
from yurai_manifests import names
from yurai_manifests.audit import audit
from yurai_manifests.canonical import canonical
from yurai_manifests.names import OTHER
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from run_helpers import Said

MANY = 2_500


def recipe() -> Recipe:
    return make_recipe({"name": "variety", "stage": [{"use": "read"}, {"use": "extract"}]}, where="variety")


def various(count: int, seed: int = 3) -> list[bytes]:
    """Records of about `count` types, as many schemes and media types; a few of them are frequent."""
    rng, made = random.Random(seed), list[bytes]()
    for number in range(count):
        often = int(rng.paretovariate(1.2)) % 9
        for name in {f"n{number}", f"often-{often}"}:
            made.append(warc_record(f"type-{name}", number, b"x"))
            made.append(warc_record("resource", number, b"x", WARC_Target_URI=f"s{name}://host.example/"))
            block = http(b"\x7fELF" * 9, f"Content-Type: application/x-{name}")
            made.append(warc_record("response", number, block, WARC_Target_URI=f"https://host.example/{name}"))
    rng.shuffle(made)
    return made


def write(folder: Path, made: Sequence[bytes], files: int) -> Path:
    folder.mkdir()
    for number in range(files):
        (folder / f"{number}.warc").write_bytes(b"".join(made[number::files]))
    return folder


def counted(found: RunRecord) -> list[Any]:
    return [found.value["totals"], [(counts["stage"], counts["dropped"]) for counts in found.value["counts"]]]


def test_sums_name_a_thousand_and_the_law_closes(tmp_path: Path, yurai: Callable[..., Said]) -> None:
    made = various(MANY)
    out = tmp_path / "out"
    found = run(out, [write(tmp_path / "in", made, 2)], recipe=recipe())
    gone = pq.read_table(out / "dropped", columns=["reason"])["reason"].to_pylist()
    sums = {counts.stage: counts.dropped for counts in found.stages}
    assert len([reason for reason in set(gone) if reason.startswith("scheme:")]) > MANY, "rows keep their reasons"
    for stage, beginning in (("read", "scheme:"), ("extract", "no-handler:")):
        every = Counter(reason for reason in gone if reason.startswith(beginning))
        best = sorted(every.items(), key=lambda item: (-item[1], item[0]))[:1000]
        assert sums[stage] == dict(best) | {OTHER: every.total() - sum(count for _, count in best)}
    assert len(found.value["totals"]["other_records"]) == 1001
    assert sum(found.value["totals"]["other_records"].values()) == sum(b"Type: type-" in record for record in made)
    assert (out / "run.json").stat().st_size < 200_000
    assert audit(open_store(str(out)), full=True).findings == []
    said = yurai("audit", out)
    assert (said.code, said.err) == (0, "")
    assert sum("  dropped" in line for line in said.out.splitlines()) == 1 + 2 * 1001
    assert said.out.count("\n") < 2_700
    page = yurai("audit", out, "--format", "html").out
    assert page.count("scheme:sn") < 1001
    rare = min(reason for reason in set(gone) if reason.startswith("scheme:") and reason not in sums["read"])
    drawn = json.loads(yurai("sample", out, "--dropped-by", rare, "--format", "json").out)
    assert [page["reason"] for page in drawn] == [rare]
    unknown = yurai("sample", out, "--dropped-by", "scheme:nobody")
    assert (unknown.code, unknown.out) == (2, "")
    assert "what there is: extract no-handler:" in unknown.err


def test_sums_are_the_same_for_any_files_and_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SUM_NAMES", 7)
    made = various(60)
    seen = []
    for files, workers in ((1, 1), (3, 2), (9, 1)):
        runner = LocalRunner(workers)
        rng = random.Random(files)
        folder = write(tmp_path / f"in-{files}", rng.sample(made, len(made)), files)
        found = run(tmp_path / f"out-{files}", [folder], runner=runner, recipe=recipe())
        assert audit(open_store(str(tmp_path / f"out-{files}")), full=True).findings == []
        seen.append(counted(found))
    assert all(one == seen[0] for one in seen)
    assert len(seen[0][0]["other_records"]) == 8


def test_a_tree_is_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SUM_NAMES", 7)
    first, second = tmp_path / "first", tmp_path / "second"
    before = run(first, [write(tmp_path / "in", various(40), 2)], recipe=recipe())
    more = make_recipe({"name": "more", "stage": [{"use": "read"}, {"use": "extract"}, {"use": "language"}]}, where="x")
    more = replace(more, stages=more.stages[2:])
    continue_tree(more.stages, of_tree(str(first)), more, str(second), LocalRunner(1))
    assert audit(open_store(str(second)), full=True).findings == []
    after = load_run(open_store(str(second)))
    assert after.value["totals"]["other_records"] == before.value["totals"]["other_records"]
    assert after.value["counts"][:2] == before.value["counts"]


def test_a_tree_that_names_all_still_adds_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions before wrote every name."""
    folder = write(tmp_path / "in", various(30), 2)
    run(tmp_path / "out", [folder], recipe=recipe())
    monkeypatch.setattr(names, "SUM_NAMES", 7)
    result = audit(open_store(str(tmp_path / "out")), full=True)
    assert result.findings == []
    assert len(result.dropped_by["read"]) == 8
    assert len(result.totals["other_records"]) == 8


def test_a_wrong_sum_under_other_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SUM_NAMES", 7)
    out = tmp_path / "out"
    run(out, [write(tmp_path / "in", various(30), 1)], recipe=recipe())
    value = json.loads((out / "run.json").read_bytes())
    value["totals"]["other_records"][OTHER] += 1
    (out / "run.json").write_bytes(canonical(value))
    assert {finding.check for finding in audit(open_store(str(out))).findings} == {"seal", "totals"}
