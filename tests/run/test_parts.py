"""A run that reads its inputs in ranges delivers the bytes of one that does not, whoever dies between."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import yurai as api
from run_helpers import YURAI
from warc_samples import gz, pack, response
from yurai.engine.local import LocalRunner
from yurai.plan.selected import by_task
from yurai.run.gc import collect
from yurai.run.recipe import make_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai_manifests.audit import audit
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract", "retry_with": "off"},
    {"use": "language"},
    {"use": "measure"},
    {"use": "dedup"},
]
TABLES = {"name": "small", "stage": STAGES}
SPLIT = 7000
FAILPOINTS = ("in 00-extract.cut", "in 00-extract", "after-manifest")


def page(number: int) -> bytes:
    text = "".join(
        f"<p>{number}番目の頁の{n}番目の段落です。本を読んで聞かせました。</p>" for n in range(number % 7 + 1)
    )
    return f"<html><title>{number}</title><body>{text}</body></html>".encode()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    records = [response(number, page(number % 30)) for number in range(24)]
    (folder / "a.warc").write_bytes(pack(records, bytes).data)
    (folder / "b.warc.gz").write_bytes(pack(records[4:], gz).data)
    texts = [f"{number}行目の文です。" * (number % 9 + 3) for number in range(80)]
    lines = (json.dumps({"text": text, "url": f"https://example.jp/{n}"}) for n, text in enumerate(texts))
    (folder / "c.jsonl").write_text("\n".join(lines))
    (folder / "d.jsonl.gz").write_bytes(gz((folder / "c.jsonl").read_bytes()))
    pq.write_table(pa.table({"text": texts[::-1]}), folder / "e.parquet", row_group_size=20)
    return folder


def ended(inputs: Path, out: Path, split: int, workers: int = 1) -> RunRecord:
    runner = LocalRunner(workers)
    try:
        sources = find_sources([str(path) for path in sorted(inputs.iterdir())])
        run_recipe(make_recipe(TABLES, where="test"), sources, str(out), runner, split=split)
    finally:
        runner.close()
    said = audit(open_store(str(out)), full=True)
    assert [one for one in said.findings if one.severity == "error"] == []
    return load_run(open_store(str(out)))


def sums(out: Path) -> dict[str, int]:
    store = open_store(str(out))
    totals: dict[str, int] = next(load_run(store).steps(store)).value["totals"]["bytes"]
    return totals


def tasks(out: Path) -> int:
    store = open_store(str(out))
    count: int = next(load_run(store).steps(store)).value["totals"]["tasks"]
    return count


@pytest.fixture(scope="module")
def whole(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    ended(inputs, out, 0)
    return out


@pytest.mark.parametrize(("split", "workers"), [(3000, 1), (SPLIT, 2)])
def test_the_bytes_delivered_are_those_of_the_unsplit_run(
    split: int, workers: int, inputs: Path, whole: Path, tmp_path: Path
) -> None:
    run, other = ended(inputs, tmp_path / "out", split, workers), load_run(open_store(str(whole)))
    assert run.digest == other.digest
    same = ("counts", "totals", "files", "sources", "recipe", "fingerprint")
    assert {name: run.value[name] for name in same} == {name: other.value[name] for name in same}
    assert sums(tmp_path / "out") == sums(whole)
    assert sums(whole)["files"] == sum(path.stat().st_size for path in inputs.iterdir())
    assert tasks(whole) == 5 < tasks(tmp_path / "out")
    told = by_task(find_sources([str(path) for path in sorted(inputs.iterdir())]), split)
    assert sum(source.size for source in told) == sums(whole)["files"]
    assert len(told) >= tasks(tmp_path / "out"), "where a record or row group is longer than a range, there are fewer"
    assert not any(collect(open_store(str(tmp_path / "out")), dry_run=True).files.values()), "cuts are needed to resume"
    assert [one.check for one in verify_tree(open_store(str(tmp_path / "out"))).findings] == ["unsigned"]


def test_lines_are_cut_into_as_many_tasks_as_plan_says(inputs: Path, tmp_path: Path) -> None:
    only = tmp_path / "in"
    only.mkdir()
    for name in ("c.jsonl", "d.jsonl.gz"):
        (only / name).write_bytes((inputs / name).read_bytes())
    ended(only, tmp_path / "out", 1000)
    told = by_task(find_sources([str(path) for path in sorted(only.iterdir())]), 1000)
    assert len(told) == tasks(tmp_path / "out") > 3


def test_the_command_and_the_call_of_stage_extract_alone_read_ranges_too(
    inputs: Path, yurai: Callable[..., Said], tmp_path: Path
) -> None:
    given = [word for path in sorted(inputs.iterdir()) for word in ("--input", path)]
    for split in (0, SPLIT):
        out = tmp_path / f"{split}"
        said = yurai("extract", *given, "--output", out, "--runner", "local", "--no-report", "--split-size", split)
        assert said.code == 0, said.err
    recipe = {"name": "extract", "stage": [{"use": "read"}, {"use": "extract"}]}
    built = api.build(recipe, sorted(inputs.iterdir()), tmp_path / "built", split_size=SPLIT, report=False)
    assert load_run(open_store(str(tmp_path / "0"))).digest == load_run(open_store(str(tmp_path / f"{SPLIT}"))).digest
    assert tasks(tmp_path / "0") < tasks(tmp_path / f"{SPLIT}") == tasks(tmp_path / "built")
    assert built.digest == load_run(open_store(str(tmp_path / "0"))).digest


def test_what_cannot_be_cut_is_told(inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    only = tmp_path / "in"
    only.mkdir()
    (only / "d.jsonl.gz").write_bytes((inputs / "d.jsonl.gz").read_bytes())
    ended(only, tmp_path / "out", 100)
    said = " ".join(capfd.readouterr().err.split())
    assert "d.jsonl.gz" in said
    assert "packed lines cannot be read from their middle" in said
    assert tasks(tmp_path / "out") == 1


@pytest.mark.slow
@pytest.mark.parametrize("place", FAILPOINTS)
def test_a_killed_run_resumes_to_the_same_bytes(place: str, inputs: Path, whole: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "small.toml", tmp_path / "out"
    stages = "".join(f"[[stage]]\n{_toml(stage)}" for stage in STAGES)
    recipe.write_text(f'name = "small"\n{stages}')
    line = ["run", str(recipe), "--runner", "local", "--output", str(out), "--no-report", "--split-size", str(SPLIT)]
    line += [word for path in sorted(inputs.iterdir()) for word in ("--input", str(path))]
    died = subprocess.run(
        [*YURAI, *line], env=os.environ | {"YURAI_FAILPOINT": place}, capture_output=True, check=False
    )
    assert died.returncode == -9, died.stderr.decode()
    subprocess.run([*YURAI, *line], check=True, capture_output=True)
    assert load_run(open_store(str(out))).digest == load_run(open_store(str(whole))).digest


def _toml(stage: dict[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in stage.items())
