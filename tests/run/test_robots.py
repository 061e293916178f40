"""robots.txt and warcinfo in a run: from the inputs, from --side, from both; counted, resumed, extended, carried on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from run_helpers import Watching, assert_whole
from warc_samples import gz, http, pack, response, warc_record
from yurai.cli.arguments import spread_inputs
from yurai.cli.cluster_commands import _spelled
from yurai.engine.local import LocalRunner
from yurai.evidence.robots import COLUMNS, Captures
from yurai.run.recipe import load_recipe, make_recipe
from yurai.run.run import run_recipe
from yurai.run.side import find_sides
from yurai.sources.find import find_sources
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from run_helpers import Said
    from yurai.engine.engine import Runner
    from yurai_manifests.run import RunRecord

PAGE = (
    b"<html><body><article><p>"
    + b"The tide comes in twice a day, and the mill turns with it. " * 20
    + b"</p></article>"
)
DENIES = b"User-agent: GPTBot\nDisallow: /\n"
INFO = (
    b"software: Crawler 3 \r\nformat: WARC File Format 1.1\r\nhttp-header-user-agent: TideBot/1.0\r\n"
    b" (+https://tide.example/bot)\r\noperator: Ann Other (ann@tide.example)\r\nrobots: obey\r\nip: 192.0.2.7\r\n"
    b"isPartOf: TIDE-2024-01\r\nhostname: crawl7\r\nlicense: none\r\n"
)


def robots(number: int, body: bytes, host: str = "a.example", status: str = "HTTP/1.1 200 OK", **more: str) -> bytes:
    url = more.pop("url", f"https://{host}/robots.txt")
    headers = [f"{name.replace('_', '-')}: {more.pop(name)}" for name in ("Location",) if name in more]
    block = http(body, "Content-Type: text/plain", *headers, status=status)
    return warc_record("response", number, block, WARC_Target_URI=url, **more)


def page(number: int, host: str = "a.example") -> bytes:
    return response(number, PAGE + str(number).encode(), WARC_Target_URI=f"https://{host}/{number}")


def info(number: int = 0) -> bytes:
    return warc_record("warcinfo", number, INFO, WARC_Target_URI="", Content_Type="application/warc-fields")


def write(folder: Path, **files: Sequence[bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in files.items():
        (folder / f"{name}.warc.gz").write_bytes(pack(list(records), gz).data)
    return folder


def ran(out: Path, inputs: Path, *sides: Path, runner: Runner | None = None, rebuild: bool = False) -> RunRecord:
    found = find_sides([f"robots={side}" for side in sides])
    used = runner or LocalRunner(1)
    try:
        return run_recipe(
            load_recipe("plain"), find_sources([str(inputs)]), str(out), used, sides=found, rebuild=rebuild
        )
    finally:
        used.close()


def rows(out: Path, folder: str = "robots") -> list[dict[str, Any]]:
    return pq.read_table(out / folder).to_pylist() if (out / folder).exists() else []


def captures(out: Path) -> Captures:
    return Captures(pq.read_table(out / "robots", columns=list(COLUMNS)).to_pylist())  # type: ignore[arg-type]


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    return write(
        tmp_path / "crawl",
        one=[
            info(),
            page(1),
            robots(2, DENIES),
            robots(3, b"", "b.example", "HTTP/1.1 404 Not Found"),
            page(4, "b.example"),
        ],
        two=[
            info(5),
            robots(6, b"", "c.example", "HTTP/1.1 500 Oops"),
            page(7, "c.example"),
            robots(8, b"", "d.example"),
        ],
    )


def test_records_of_the_inputs_stay_candidates_and_become_captures(crawl: Path, tmp_path: Path) -> None:
    record = ran(tmp_path / "out", crawl)
    totals = record.value["totals"]
    assert (totals["candidates"], totals["kept"], totals["dropped"], totals["failed"]) == (7, 3, 4, 0)
    assert totals["other_records"] == {"warcinfo": 2}
    found = rows(tmp_path / "out")
    assert [(one["host"], one["outcome"], one["http_status"], one["given"]) for one in found] == [
        ("a.example", "rules", 200, "input"),
        ("b.example", "none", 404, "input"),
        ("c.example", "unknown", 500, "input"),
        ("d.example", "rules", 200, "input"),
    ]
    dropped = {one["doc_id"]: one["reason"] for one in rows(tmp_path / "out", "dropped")}
    reasons = ["robots-txt", "http-status:404", "http-status:500", "empty-body"]
    assert [dropped[one["doc_id"]] for one in found] == reasons
    notes = record.stages[0].notes
    assert {name: notes[name] for name in notes if name.startswith("robots:")} == {
        "robots:none": 1,
        "robots:rules": 2,
        "robots:unknown": 1,
    }
    assert len(rows(tmp_path / "out", "warcinfo")) == 2
    assert_whole(tmp_path / "out", record.digest)


def test_the_place_of_a_capture_is_that_of_its_record(crawl: Path, tmp_path: Path) -> None:
    ran(tmp_path / "out", crawl)
    for one in rows(tmp_path / "out"):
        data = (crawl / one["source"]).read_bytes()[one["warc_offset"] :][: one["warc_length"]]
        assert data[:2] == b"\x1f\x8b"
        assert one["warc_record_id"]
    (denies,) = [one for one in rows(tmp_path / "out") if one["host"] == "a.example"]
    assert (denies["rules"], denies["agents_denied"], denies["agents_named"]) == (
        DENIES.decode(),
        ["GPTBot"],
        ["GPTBot"],
    )


def test_warcinfo_is_kept_without_addresses(crawl: Path, tmp_path: Path) -> None:
    ran(tmp_path / "out", crawl)
    first, second = rows(tmp_path / "out", "warcinfo")
    assert (first["source"], second["source"]) == ("one.warc.gz", "two.warc.gz")
    assert first["software"] == "Crawler 3"
    assert first["user_agent"] == "TideBot/1.0 (+https://tide.example/bot)"
    assert first["operator"] == "Ann Other (<|EMAIL|>)"
    assert (first["robots"], first["is_part_of"], first["hostname"]) == ("obey", "TIDE-2024-01", "crawl7")
    assert first["capture_date"] == "2024-05-06T07:08:09Z"
    assert "192.0.2.7" not in str(first)


@pytest.mark.parametrize(
    ("block", "software"),
    [
        (b"", None),
        (b"no fields here", None),
        (b"software:\r\n", None),
        (b"SOFTWARE: loud\r\nsoftware: second\r\n", "loud"),
        (b"software: a\n b\n\tc\nformat: x", "a b c"),
        (b"software: caf\xe9\r\n", "caf\ufffd"),
        (b" goes on from nothing\r\nsoftware: x", "x"),
        (b"software: " + b"x" * 100_000, "x" * 1024),
        (b"<xml><software>x</software></xml>", None),
    ],
)
def test_odd_warcinfo_records(block: bytes, software: str | None, tmp_path: Path) -> None:
    record = warc_record("warcinfo", 1, block, WARC_Target_URI="")
    ran(tmp_path / "out", write(tmp_path / "in", one=[record, page(1)]))
    (found,) = rows(tmp_path / "out", "warcinfo")
    assert found["software"] == software


def test_an_arc_file_says_who_made_it(tmp_path: Path) -> None:
    block = http(PAGE, "Content-Type: text/html")
    version = b"1 0 Tide Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    head = f"filedesc://x.arc 0.0.0.0 20080430204825 text/plain {len(version)}\n".encode() + version + b"\n"
    body = f"http://a.example/1 192.0.2.7 20080430204826 text/html {len(block)}\n".encode() + block + b"\n"
    (tmp_path / "x.arc").write_bytes(head + body)
    ran(tmp_path / "out", tmp_path / "x.arc")
    (found,) = rows(tmp_path / "out", "warcinfo")
    assert (found["publisher"], found["format"], found["capture_date"]) == (
        "Tide Archive",
        "ARC version 1",
        "2008-04-30T20:48:25Z",
    )


def test_a_tree_without_either_has_no_such_folder(tmp_path: Path) -> None:
    record = ran(tmp_path / "out", write(tmp_path / "in", one=[page(1)]))
    assert not (tmp_path / "out/robots").exists()
    assert not (tmp_path / "out/warcinfo").exists()
    assert "side" not in record.value["sources"]
    assert_whole(tmp_path / "out", record.digest)


def side_of(tmp_path: Path, name: str = "side", **files: Sequence[bytes]) -> Path:
    return write(tmp_path / name, **files)


def test_side_robots_are_in_no_total_and_reach_the_pages(crawl: Path, tmp_path: Path) -> None:
    away = robots(20, b"", "c.example", "HTTP/1.1 301 Moved", Location="https://www.c.example/robots.txt")
    side = side_of(
        tmp_path,
        r1=[info(9), away, robots(21, b"User-agent: *\nDisallow: /", "www.c.example")],
        r2=[robots(22, b"<html>home</html>", url="https://b.example/home"), robots(23, b"User-agent: *\nAllow: /")],
    )
    alone, both = ran(tmp_path / "alone", crawl), ran(tmp_path / "both", crawl, side)
    assert alone.value["totals"] == both.value["totals"]
    assert alone.files("documents") == both.files("documents")
    assert alone.digest != both.digest
    assert both.value["sources"]["side"]["robots"]["count"] == 2
    assert [one["given"] for one in rows(tmp_path / "both")] == ["input"] * 4 + ["side"] * 4
    assert len(rows(tmp_path / "both", "warcinfo")) == 2
    known = captures(tmp_path / "both")
    assert known.strictest("https://c.example/7").status == "rules"
    assert known.strictest("https://c.example/7", ("CCBot",)).denied == ("CCBot",)
    assert known.strictest("https://a.example/1", ("GPTBot", "CCBot")).denied == ("GPTBot",)
    assert_whole(tmp_path / "both", both.digest)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_writes_the_same(workers: int, crawl: Path, tmp_path: Path) -> None:
    side = side_of(tmp_path, **{f"r{n}": [robots(30 + n, DENIES, f"h{n}.example")] for n in range(4)})
    one = ran(tmp_path / "one", crawl, side)
    assert ran(tmp_path / "more", crawl, side, runner=LocalRunner(workers)).digest == one.digest


def test_the_order_of_side_paths_is_irrelevant(crawl: Path, tmp_path: Path) -> None:
    left, right = side_of(tmp_path, "s1", r1=[robots(30, DENIES)]), side_of(tmp_path, "s2", r2=[robots(31, DENIES)])
    assert ran(tmp_path / "one", crawl, left, right).digest == ran(tmp_path / "other", crawl, right, left).digest


def test_side_files_extend_a_tree_and_are_not_lost(crawl: Path, tmp_path: Path) -> None:
    first = side_of(tmp_path, "s1", r1=[robots(30, DENIES)])
    more = side_of(tmp_path, "s2", r2=[robots(31, DENIES, "b.example")])
    out, watching = tmp_path / "out", Watching()
    ran(out, crawl)
    ran(out, crawl, first)
    extended = ran(out, crawl, first, more, runner=watching)
    assert watching.ran["00-extract"] == 0
    assert watching.ran["00-robots"] == 1
    assert extended.digest == ran(tmp_path / "fresh", crawl, first, more).digest
    assert_whole(out, extended.digest)
    with pytest.raises(DriftError, match="no longer named: 1 file of --side robots, the first r1"):
        ran(out, crawl, more)
    assert ran(out, crawl, more, rebuild=True).digest == ran(tmp_path / "less", crawl, more).digest


def test_a_changed_side_file_is_read_again(crawl: Path, tmp_path: Path) -> None:
    side = side_of(tmp_path, r1=[robots(30, b"User-agent: *\nAllow: /\n")])
    ran(tmp_path / "out", crawl, side)
    side_of(tmp_path, r1=[robots(30, DENIES, "e.example")])
    again = ran(tmp_path / "out", crawl, side)
    assert {one["host"] for one in rows(tmp_path / "out") if one["given"] == "side"} == {"e.example"}
    assert_whole(tmp_path / "out", again.digest)


def test_damage_in_a_side_file_is_a_warning(crawl: Path, tmp_path: Path) -> None:
    side = side_of(tmp_path, r1=[robots(30, DENIES), robots(31, DENIES, "e.example")])
    data = (side / "r1.warc.gz").read_bytes()
    (side / "r1.warc.gz").write_bytes(data[:-40] + b"\0" * 40)
    (side / "r2.warc.gz").write_bytes(b"no archive")
    record = ran(tmp_path / "out", crawl, side)
    found = audit(open_store(str(tmp_path / "out")), full=True)
    warnings = [finding.message for finding in found.findings if finding.severity == "warning"]
    assert any("side input robots" in message for message in warnings)
    assert record.value["totals"]["candidates"] == 7
    assert_whole(tmp_path / "out", record.digest)


def test_a_truncated_robots_txt_counts_whole_lines(tmp_path: Path) -> None:
    cut = robots(1, b"User-agent: *\nDisallow: /p/\nDisallow: /", WARC_Truncated="length")
    ran(tmp_path / "out", write(tmp_path / "in", one=[cut, page(2)]))
    (one,) = rows(tmp_path / "out")
    assert one["content_truncated"]
    assert captures(tmp_path / "out").asof("https://a.example/2", "2024-05-06T07:08:09Z").denied == ()


WRONG = {
    "unknown name": (["robotz=x"], "no side input is called 'robotz'; did you mean 'robots'"),
    "no name": (["robots.warc.gz"], "is not NAME=PATH"),
    "nothing there": (["robots=/nowhere/at/all.warc.gz"], "--side robots=/nowhere/at/all.warc.gz does not exist"),
    "empty": (["robots="], "--side robots= is empty"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_sides_are_refused(name: str) -> None:
    given, message = WRONG[name]
    with pytest.raises(RecipeError, match=message):
        find_sides(given)


def test_rows_are_no_robots(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "x"}\n')
    with pytest.raises(RecipeError, match=r"rows.jsonl holds rows; give web archives"):
        find_sides([f"robots={tmp_path}/rows.jsonl"])


STAGES = [{"use": "read"}, {"use": "extract"}]


def recipe_with(side: object) -> dict[str, object]:
    return {"name": "tide", "stage": STAGES, "side": side}


@pytest.mark.parametrize("side", [{"robots": ["DIR"]}, {"robots": "DIR"}])
def test_a_recipe_names_side_inputs_but_no_manifest_says_where_they_lie(
    side: dict[str, object], crawl: Path, tmp_path: Path
) -> None:
    folder = side_of(tmp_path, r1=[robots(30, DENIES)])
    named = json.loads(json.dumps(side).replace("DIR", str(folder)))
    recipe = make_recipe(recipe_with(named), where="here")
    sides = find_sides([], recipe.side)
    assert [source.name for source in sides["robots"]] == ["r1.warc.gz"]
    runner = LocalRunner(1)
    run_recipe(recipe, find_sources([str(crawl)]), str(tmp_path / "out"), runner, sides=sides)
    for name in ("run.json", "plan.json"):
        assert str(tmp_path) not in (tmp_path / "out" / name).read_text()


@pytest.mark.parametrize("side", [["x"], {"robots": 1}, {"robots": [1]}, {"robotz": ["x"]}, {"robots": {"a": 1}}])
def test_wrong_side_tables_of_a_recipe_are_refused(side: object) -> None:
    with pytest.raises(RecipeError, match=r"side"):
        make_recipe(recipe_with(side), where="here")


def test_commands_take_many_paths_and_carry_captures_on(
    yurai: Callable[..., Said], crawl: Path, tmp_path: Path
) -> None:
    side = side_of(tmp_path, r1=[robots(30, DENIES)], r2=[robots(31, DENIES, "e.example")])
    files = sorted(side.iterdir())
    local = ("--runner", "local", "--no-report")
    said = yurai(
        "run",
        "plain",
        "--input",
        crawl,
        "--side",
        f"robots={files[0]}",
        files[1],
        "--output",
        tmp_path / "whole",
        *local,
    )
    assert said.code == 0, said.err
    before = crawl
    recipe = load_recipe("plain")
    for use in recipe.stages[1:]:
        more = ["--side", f"robots={side}"] if use.name == "extract" else []
        said = yurai(use.name, "--input", before, "--output", tmp_path / use.name, "--recipe", "plain", *more, *local)
        assert said.code == 0, said.err
        before = tmp_path / use.name
    assert yurai("digest", before).out == yurai("digest", tmp_path / "whole").out
    assert [one["given"] for one in rows(before)] == ["input"] * 4 + ["side"] * 2
    assert yurai("audit", before, "--full").code == 0


def test_where_evidence_is_off_nothing_is_looked_for(crawl: Path, tmp_path: Path) -> None:
    recipe = make_recipe(
        {"name": "bare", "stage": [{"use": "read"}, {"use": "extract", "evidence": False}]}, where="here"
    )
    run_recipe(recipe, find_sources([str(crawl)]), str(tmp_path / "out"), LocalRunner(1))
    assert rows(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("--side robots=a b --input c", "--side robots=a --side robots=b --input c"),
        ("--side robots=a robots=b", "--side robots=a --side robots=b"),
        ("--side robots=a --side robots=b c", "--side robots=a --side robots=b --side robots=c"),
        ("--input a b --side robots=c --output d", "--input a --input b --side robots=c --output d"),
        ("--side a b", "--side a --side b"),
        ("--side robots=https://h.example/?x=1 https://h.example/?y=2", None),
    ],
)
def test_a_side_takes_several_paths(typed: str, read: str | None) -> None:
    words = ["--side", "robots=https://h.example/?x=1", "--side", "robots=https://h.example/?y=2"]
    assert spread_inputs(typed.split()) == (words if read is None else read.split())


@pytest.mark.parametrize("value", ["robots=s3://bucket/key", "robots", "robots="])
def test_a_job_is_given_urls_as_they_are(value: str) -> None:
    assert _spelled("--side", value) == value


def test_a_job_is_given_whole_paths() -> None:
    assert _spelled("--side", "robots=a/b.warc.gz").endswith("/a/b.warc.gz")
    assert _spelled("--side", "robots=a/b.warc.gz").startswith("robots=/")


def test_tdmrep_ai_txt_and_payment_are_rows_of_their_own(tmp_path: Path) -> None:
    """They are read from the inputs and from --side, and deny or cast doubt on the pages of their hosts."""
    tdm = robots(5, b'[{"location": "/1", "tdm-reservation": 1}]', url="https://a.example/.well-known/tdmrep.json")
    ai = robots(6, b"User-agent: *\nDisallow: /", url="https://b.example/ai.txt")
    paid = robots(7, b"pay", url="https://c.example/x", status="HTTP/1.1 402 Payment Required")
    missing = robots(8, b"none", url="https://d.example/.well-known/tdmrep.json", status="HTTP/1.1 404 Not Found")
    hosts = ("a.example", "b.example", "c.example", "d.example")
    pages = [page(number, host) for number, host in enumerate(hosts, 1)]
    inputs = write(tmp_path / "crawl", pages=[*pages, tdm, paid, missing])
    side = write(tmp_path / "side", beside=[ai])
    record = ran(tmp_path / "out", inputs, side)
    found = {(row["host"], row["outcome"], row["given"]) for row in rows(tmp_path / "out")}
    assert found == {
        ("a.example", "tdmrep", "input"),
        ("b.example", "ai-txt", "side"),
        ("c.example", "payment-required", "input"),
    }
    said = [[norm for _, norm, _ in captures(tmp_path / "out").strictest(f"https://{host}/{number}").beside]
            for number, host in enumerate(hosts, 1)]  # fmt: skip
    assert said == [["tdm-reservation=1"], ["disallow:*"], ["payment-required"], []]
    assert_whole(tmp_path / "out", record.digest)
