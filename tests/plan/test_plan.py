"""`yurai plan`: samples are whole units of every container, and predictions are those of the run they stand for."""

from __future__ import annotations

import itertools
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_helpers import SMALL
from sample_expectations import SAMPLE
from yurai.plan import cut as cut_module
from yurai.plan.cut import cut, windows
from yurai.plan.trial import disk_bytes, tree
from yurai.sources.find import Source, find_sources
from yurai.sources.warc import Gap, read_file
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said


def source(path: Path) -> Source:
    (found,) = find_sources([str(path)])
    return found


def records(path: Path) -> list[tuple[str, str | None, bytes]]:
    """Kind, URL and body of each record; fails when the file has unreadable bytes."""
    parts = list(read_file(path))
    assert not [part for part in parts if isinstance(part, Gap) and part.kind == "unreadable"]
    return [(part.kind, part.url, part.body) for part in parts if not isinstance(part, Gap)]


@given(st.integers(1, 10**9), st.floats(1e-6, 1))
def test_windows_lie_apart_inside_the_file_and_hold_the_share(size: int, share: float) -> None:
    found = list(windows(size, share))
    assert all(0 <= start < stop <= size + 1 for start, stop in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))
    held = sum(stop - start for start, stop in found)
    assert held >= min(size * share, size) - len(found) or held == len(found)
    assert held <= size * share + len(found)


@pytest.mark.parametrize("name", ["sample-00.warc.gz", "sample-02.warc.zst", "sample.arc", "sample-03.warc.wet.gz"])
@pytest.mark.parametrize("share", [0.02, 0.3, 1.0])
def test_a_sample_holds_whole_records_of_its_source(name: str, share: float, tmp_path: Path) -> None:
    whole, target = source(SAMPLE / name), tmp_path / name
    found = cut(whole, target, share)
    everything = records(SAMPLE / name)
    some = records(target)
    assert some
    assert all(record in everything for record in some)
    assert found.whole == whole.size
    if share == 1:
        assert some == everything


def test_samples_of_a_big_archive_spread_and_weigh_what_they_should(shared_data: Path, tmp_path: Path) -> None:
    name = "core-00.warc.gz"
    found = cut(source(shared_data / "docs" / name), tmp_path / name, 0.02)
    assert 0.015 < found.copied / found.whole < 0.03
    assert (tmp_path / name).stat().st_size == found.copied
    assert {kind for kind, _, _ in records(tmp_path / name)} == {"request", "response"}
    assert len({url and url.split("/")[3] for _, url, _ in records(tmp_path / name)}) > 3


def test_every_container_can_be_sampled(shared_data: Path, tmp_path: Path) -> None:
    """Also those of one member, of which only the beginning can be had."""
    for path in sorted((shared_data / "edge").glob("cont*warc*")):
        whole = source(path)
        if not whole.size:
            continue
        cut(whole, tmp_path / path.name, 0.5)
        if any(not isinstance(part, Gap) for part in read_file(path)):
            assert [part for part in read_file(tmp_path / path.name) if not isinstance(part, Gap)], path.name


def test_lines_and_rows_are_sampled_whole(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"line {number} " * (number % 90)}) for number in range(20_000)]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    found = cut(source(tmp_path / "rows.jsonl"), tmp_path / "some.jsonl", 0.01)
    some = (tmp_path / "some.jsonl").read_text("utf-8").splitlines()
    assert 0.005 < found.copied / found.whole < 0.03
    assert set(some) <= set(lines)
    assert some[0] != lines[0]

    pq.write_table(pa.table({"text": lines}), tmp_path / "rows.parquet", row_group_size=1000)
    found = cut(source(tmp_path / "rows.parquet"), tmp_path / "some.parquet", 0.01)
    assert (found.copied, found.whole) == (200, 20_000)
    assert set(pq.read_table(tmp_path / "some.parquet").column("text").to_pylist()) <= set(lines)


def test_memory_counts_children_and_disk_counts_links_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1000)
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert disk_bytes(tmp_path) == 1000
    mine = next(one for one in tree(os.getpid()) if one.process == os.getpid())
    assert mine.memory > 20e6
    assert mine.cpu > 0
    assert [one.memory for one in tree(2**22 + 1)] == [0]


@pytest.mark.slow
def test_a_plan_from_the_whole_input_is_what_the_run_gives(
    yurai: Callable[..., Said], tmp_path: Path, demo_tree: Path
) -> None:
    """With a share of 1 the sample is the input: pages, tokens and the units of each are those of the run."""
    said = yurai("plan", "demo", "--input", SAMPLE, "--share", 1, "--workers", 1, "--format", "json")
    assert said.code == 0, said.err
    needs = {need["name"]: need for need in json.loads(said.out)["needs"]}
    totals = json.loads((demo_tree / "run.json").read_text("utf-8"))["totals"]
    for name, key in (("candidates", "candidates"), ("kept", "kept"), ("tokens", "tokens")):
        assert needs[name]["predicted"] == pytest.approx(totals[key], rel=0.01)
    assert needs["disk"]["predicted"] == pytest.approx(needs["disk"]["sample"], rel=0.01)
    assert needs["memory"]["predicted"] >= needs["memory"]["sample"] > 50e6
    assert 0 < needs["wall"]["predicted"] < 600


def test_a_recipe_that_does_not_run_is_refused_with_its_reason(tmp_path: Path) -> None:
    from yurai.plan import make_plan

    (tmp_path / "no.warc.gz").write_bytes(b"nothing at all")
    with pytest.raises(RecipeError, match="holds a row or a response"):
        make_plan("plain", find_sources([str(tmp_path / "no.warc.gz")]), share=1, workers=1, runner="local")


@pytest.mark.slow
def test_a_small_input_is_tried_whole_and_verbose_says_what_was_done(
    yurai: Callable[..., Said], small_tree: Path
) -> None:
    """A percent of it would hold nothing: the sample is a megabyte at least."""
    inputs = [option for path in SMALL for option in ("--input", path)]
    said = yurai("plan", "demo", *inputs, "--workers", 1, "-v")
    assert said.code == 0, said.err
    assert "count: " in said.err
    assert "try sample: " in said.err
    assert "low to high: holds" in said.out
    assert "100.00% of the bytes" in said.out
    kept = json.loads((small_tree / "run.json").read_text("utf-8"))["totals"]["kept"]
    assert re.search(rf"^kept +{kept} +{kept} *$", said.out, re.MULTILINE)


def test_few_bytes_are_read_of_a_big_archive(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def counted(*place: object) -> bytes:
        data = real(*place)
        read.append(len(data))
        return data

    real = cut_module._read
    monkeypatch.setattr(cut_module, "_read", counted)
    name = "core-00.warc.gz"
    cut(source(shared_data / "docs" / name), tmp_path / name, 0.01)
    assert sum(read) - cut_module.OPENING < 0.06 * (shared_data / "docs" / name).stat().st_size


def test_damage_in_parquet_is_told_or_left_out(tmp_path: Path) -> None:
    table = pa.table({"text": [f"Row {number} of the table. " * 40 for number in range(400)]})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=100, compression="none", use_dictionary=False)
    data = bytearray((tmp_path / "rows.parquet").read_bytes())
    (tmp_path / "footer.parquet").write_bytes(data[:-20] + bytes(20))
    start = pq.ParquetFile(tmp_path / "rows.parquet").metadata.row_group(1).column(0).data_page_offset
    data[start : start + 12] = b"\xff" * 12
    (tmp_path / "group.parquet").write_bytes(data)
    (source,) = find_sources([str(tmp_path / "group.parquet")])
    sample = cut(source, tmp_path / "sample.parquet", 0.1)
    assert (sample.copied, sample.whole) == (30, 400)
    assert pq.read_table(tmp_path / "sample.parquet").num_rows == 30
    (source,) = find_sources([str(tmp_path / "footer.parquet")])
    with pytest.raises(RecipeError, match=r"footer\.parquet is damaged"):
        cut(source, tmp_path / "sample.parquet", 0.1)
