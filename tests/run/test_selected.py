"""A run over a selection has the rows of a run over whole files that were filtered afterwards, and reads little else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

import yurai as yurai_package
from crawl_layout import CRAWL, FILES, Crawl, make_crawl, record
from warc_samples import gz
from web_server import Web
from yurai.engine.local import LocalRunner
from yurai.run.recipe import make_recipe
from yurai.run.run import run_recipe
from yurai.run.side import find_sides
from yurai.sources.find import find_sources
from yurai.sources.selection import ranges as selected_ranges
from yurai.sources.selection.coalesce import READING, Reading
from yurai.sources.selection.cost import cost_of
from yurai.sources.selection.make import Wanted, make_selection
from yurai.sources.selection.manifest import load_selection
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, RecipeError, ShardError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

STAGES = [{"use": "read"}, {"use": "extract", "retry_with": "off"}, {"use": "language"}]
TABLES = {"name": "small", "stage": STAGES}
RECIPE = make_recipe(TABLES, where="test")
WHERE = "content_languages LIKE '%jpn%'"
ONLY_WHOLE = {"source_sha256", "index_digest"}


def ended(inputs: list[str], base: str, out: Path, workers: int = 1) -> list[dict[str, Any]]:
    """Run over inputs, hold the tree to its audit, and return its rows, kept and dropped."""
    runner = LocalRunner(workers)
    try:
        run_recipe(RECIPE, find_sources(inputs, base=base, reading=READING), str(out), runner)
    finally:
        runner.close()
    said = audit(open_store(str(out)), full=True)
    assert [one for one in said.findings if one.severity == "error"] == []
    return rows_of(out)


def rows_of(out: Path) -> list[dict[str, Any]]:
    run = load_run(open_store(str(out)))
    names = [file.name for folder in ("documents", "dropped") for file in run.files(folder)]
    return [row for name in names for row in pq.read_table(out / name).to_pylist()]


def bytes_of(out: Path) -> dict[str, int]:
    run = load_run(open_store(str(out)))
    first = next(run.steps(open_store(str(out))))
    sums: dict[str, int] = first.value["totals"]["bytes"]
    return sums


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return make_crawl(tmp_path_factory.mktemp("crawl"), files=2)


@pytest.fixture(scope="module")
def selection(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("selection") / "out"
    make_selection(Wanted((CRAWL,), WHERE, root=str(crawl.root)), str(out))
    return out


@pytest.fixture(scope="module")
def whole(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows of a run over whole files, of the records that the selection names."""
    folder = tmp_path_factory.mktemp("whole")
    listed = folder / "warc.paths"
    listed.write_text("\n".join(crawl.files))
    rows = ended([str(listed)], str(crawl.root), folder / "out")
    assert len(rows) == len(crawl.rows)
    named = (row for row in crawl.rows if "jpn" in (row["content_languages"] or ""))
    places = {(row["warc_filename"], row["warc_record_offset"]) for row in named}
    return [row for row in rows if (row["source"], row["warc_offset"]) in places]


def same(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ONLY_WHOLE}


def test_rows_are_those_of_a_whole_run_filtered(
    crawl: Crawl, selection: Path, whole: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = ended([str(selection)], str(crawl.root), tmp_path / "local")
    assert [same(row) for row in local] == [same(row) for row in whole]
    assert {row["source_sha256"] for row in local} == {None}
    said = {(row["warc_filename"], row["warc_record_offset"]): row["content_digest"] for row in crawl.rows}
    kept = [row for row in local if "reason" not in row]
    assert kept
    assert all(row["index_digest"] == said[row["source"], row["warc_offset"]] for row in kept)
    assert {row.get("index_digest") for row in whole} == {None}
    sums = bytes_of(tmp_path / "local")
    assert sums["files"] == sums["records"] + sums["padding"] + sums["unreadable"] + sums["not-selected"]
    assert sums["records"] == sum(row["warc_length"] for row in local)
    monkeypatch.setattr(selected_ranges, "TASK_RANGES", 7)
    with Web(crawl.root) as web:
        remote = ended([str(selection)], f"{web.url}/files", tmp_path / "remote")
        asked = [headers["Range"] for how, path, headers in web.seen if how == "GET" and "/warc/" in path]
        assert not any(how == "HEAD" and "/warc/" in path for how, path, _ in web.seen)
    assert remote == local
    assert bytes_of(tmp_path / "remote") == sums
    firsts, lasts = zip(*((int(one) for one in named[6:].split("-")) for named in asked), strict=True)
    assert sum(lasts) - sum(firsts) + len(asked) <= 1.5 * sums["records"]


def test_the_same_call_resumes_and_another_selection_is_refused(crawl: Crawl, selection: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    first = ended([str(selection)], str(crawl.root), out)
    times = {path: path.stat().st_mtime_ns for path in out.glob("stages/00-extract/*/tasks/*/*.json")}
    assert ended([str(selection)], str(crawl.root), out) == first
    assert times
    assert {path: path.stat().st_mtime_ns for path in out.glob("stages/00-extract/*/tasks/*/*.json")} == times
    make_selection(Wanted((CRAWL,), root=str(crawl.root)), str(other))
    with pytest.raises(DriftError, match="selections"):
        ended([str(other)], str(crawl.root), out)


def test_what_is_not_as_indexed_fails_and_is_counted(tmp_path: Path) -> None:
    name, records = "a.warc.gz", [gz(record(number)) for number in range(4)]
    records[3] = records[3][:20] + b"\0" * 40 + records[3][60:]
    (tmp_path / name).write_bytes(b"".join(records))
    lines, offset = [], 0
    for number, data in enumerate(records):
        url = f"https://www.host0.example/{number + (number == 0)}"
        digest = {"digest": "A" * 32} if number == 1 else {}
        place = {"url": url, "filename": name, "offset": str(offset), "length": str(len(data)), **digest}
        lines.append(f"example)/ 20240101000000 {json.dumps(place)}\n")
        offset += len(data)
    (tmp_path / "index.cdxj").write_text("".join(lines))
    make_selection(Wanted((str(tmp_path / "index.cdxj"),)), str(tmp_path / "selection"))
    rows = ended([str(tmp_path / "selection")], str(tmp_path), tmp_path / "out")
    reasons = {row["warc_offset"]: row.get("reason") for row in rows}
    places = [sum(map(len, records[:number])) for number in range(4)]
    assert reasons[places[0]] == "not-as-indexed:url"
    assert reasons[places[1]] == "not-as-indexed:digest"
    assert reasons[places[2]] is None
    assert reasons.get(places[3], "body-incomplete") == "body-incomplete"
    sums = bytes_of(tmp_path / "out")
    assert sums["records"] + sums["unreadable"] == offset
    (tmp_path / name).write_bytes(b"".join(records)[:-10])
    with pytest.raises(ShardError, match="is not the file that was indexed"):
        ended([str(tmp_path / "selection")], str(tmp_path), tmp_path / "short")


def test_where_a_selection_may_stand(selection: Path, crawl: Crawl, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="is a selection"):
        find_sources([str(selection)])
    line = '{"url": "http://example/", "filename": "../%s", "offset": "0", "length": "9"}\n'
    (tmp_path / "out.cdxj").write_text("example)/ 20240101000000 " + line % FILES)
    make_selection(Wanted((str(tmp_path / "out.cdxj"),)), str(tmp_path / "selection"))
    with pytest.raises(RecipeError, match="leads out of --base"):
        find_sources([str(tmp_path / "selection")], base=str(crawl.root), reading=READING)


def test_an_inquiry_names_the_place_of_a_selected_page(
    crawl: Crawl, selection: Path, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    rows = ended([str(selection)], str(crawl.root), tmp_path / "out")
    said = yurai("inquire", tmp_path / "out", "--url", rows[0]["url"])
    assert said.code == 0, said.err
    assert f"{rows[0]['source']} at {rows[0]['warc_offset']:,}" in said.out


def test_how_ranges_are_read_changes_no_byte(selection: Path, crawl: Crawl, tmp_path: Path) -> None:
    runner, said = LocalRunner(1), []
    try:
        for name, reading in (("near", READING), ("apart", Reading(gap=0, largest=1))):
            with Web(crawl.root) as web:
                sources = find_sources([str(selection)], base=f"{web.url}/files", reading=reading)
                run = run_recipe(RECIPE, sources, str(tmp_path / name), runner)
                said.append((run.digest, len(web.seen)))
    finally:
        runner.close()
    (near, few), (apart, many) = said
    assert near == apart
    facts = load_selection(open_store(str(selection))).facts
    assert (few, many) == (facts.requests, facts.records)
    cost = cost_of(sources, 0.5)
    assert cost
    assert (cost.requests, cost.read, cost.bytes, cost.tasks) == (many, facts.bytes, facts.bytes, facts.files)
    assert cost.hours == round(many / 0.5 / 3600, 4)


def test_a_script_says_how_ranges_are_read(selection: Path, crawl: Crawl, tmp_path: Path) -> None:
    with Web(crawl.root) as web:
        how = {"base": f"{web.url}/files", "report": False, "ranges": {"gap": 0, "waste": 0.0, "size": 1}}
        yurai_package.build(TABLES, selection, tmp_path / "out", **how)
        assert len(web.seen) == load_selection(open_store(str(selection))).facts.records
    for wrong in ({"gaps": 1}, {"gap": 0.5}, {"gap": True}, {"waste": 2}):
        with pytest.raises(RecipeError, match="gap"):
            yurai_package.build(TABLES, selection, tmp_path / "wrong", ranges=wrong)


def test_two_selections_of_one_file_are_refused(selection: Path, crawl: Crawl, tmp_path: Path) -> None:
    make_selection(Wanted((CRAWL,), root=str(crawl.root)), str(tmp_path / "all"))
    with pytest.raises(RecipeError, match="by selections that differ"):
        find_sources([str(selection), str(tmp_path / "all")], base=str(crawl.root), reading=READING)


def test_a_selection_in_a_bucket(
    crawl: Crawl, selection: Path, whole: list[dict[str, Any]], s3_server: str, tmp_path: Path
) -> None:
    import s3fs

    place = f"{s3_server}/selected-crawl"
    bucket = s3fs.S3FileSystem()
    bucket.put(str(crawl.root / "crawl-data"), f"{place}/crawl-data", recursive=True)
    bucket.put(str(selection), f"{place}/selection", recursive=True)
    rows = ended([f"{place}/selection"], place, tmp_path / "out")
    assert [same(row) for row in rows] == [same(row) for row in whole]


def test_a_selection_beside_the_input(crawl: Crawl, selection: Path, tmp_path: Path) -> None:
    """Selected archives of robots.txt give the captures of whole ones."""
    make_selection(Wanted((CRAWL,), subset="robotstxt", root=str(crawl.root)), str(tmp_path / "robots"))
    listed = tmp_path / "robotstxt.paths"
    listed.write_text(f"{FILES}/robotstxt/CC-MAIN-00000.warc.gz\n")
    found, runner = {}, LocalRunner(1)
    try:
        for side in (tmp_path / "robots", listed):
            how = {"base": str(crawl.root), "reading": READING}
            sources, sides = find_sources([str(selection)], **how), find_sides([f"robots={side}"], **how)
            run = run_recipe(RECIPE, sources, str(tmp_path / f"out-{side.name}"), runner, sides=sides)
            tables = [pq.read_table(tmp_path / f"out-{side.name}" / file.name) for file in run.files("robots")]
            found[side] = [same(row) for table in tables for row in table.to_pylist()]
            said = audit(open_store(str(tmp_path / f"out-{side.name}")), full=True)
            assert [one for one in said.findings if one.severity == "error"] == []
    finally:
        runner.close()
    assert found[listed]
    assert found[tmp_path / "robots"] == found[listed]


def test_a_run_over_a_selection_is_planned(crawl: Crawl, selection: Path, yurai: Callable[..., Said]) -> None:
    words = (
        "--input",
        selection,
        "--base",
        crawl.root,
        "--workers",
        1,
        "--requests-per-second",
        0.5,
        "--format",
        "json",
    )
    said = yurai("plan", "plain", *words)
    assert said.code == 0, said.err
    plan, facts = json.loads(said.out), load_selection(open_store(str(selection))).facts
    assert plan["reading"] == {
        "records": facts.records,
        "bytes": facts.bytes,
        "requests": facts.requests,
        "read": facts.read,
        "tasks": facts.files,
        "requests_per_second": 0.5,
        "hours": round(facts.requests / 0.5 / 3600, 4),
    }
    needs = {need["name"]: need for need in plan["needs"]}
    assert needs["candidates"]["low"] <= facts.records <= needs["candidates"]["high"]
