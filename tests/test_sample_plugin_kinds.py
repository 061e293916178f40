"""One of each kind that a package can add beside rules: handler, measuring stage, stage that reduces, export, command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from warc_samples import http, sha1, warc_record

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Plugged = Callable[..., subprocess.CompletedProcess[str]]

SUBTITLES = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>由来を\r\n確かめる</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nはい\r\n"
STAGES = ("extract", "exclamations", "longest-page")
# (URL, media type, body); of the three pages of one host the second is the longest
PAGES = (
    ("https://one.example/a", "text/plain", "short!"),
    ("https://one.example/b", "text/plain", "the longest page of this host"),
    ("https://one.example/c", "text/plain", "not so short"),
    ("https://two.example/a", "text/plain", "alone"),
    ("https://three.example/film.srt", "application/x-subrip", SUBTITLES),
    (
        "https://three.example/broken.srt",
        "application/x-subrip",
        "no times, no numbers, and very much longer than that film",
    ),
)


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two archives, so that pages of one host meet only in the exchange."""
    folder = tmp_path_factory.mktemp("crawl")
    for start in (0, 1):
        records = [
            warc_record(
                "response",
                number,
                http(body.encode(), f"Content-Type: {kind}; charset=utf-8"),
                WARC_Target_URI=url,
                WARC_Payload_Digest=sha1(body.encode()),
            )
            for number, (url, kind, body) in enumerate(PAGES)
            if number % 2 == start
        ]
        (folder / f"{start}.warc").write_bytes(b"".join(records))
    return folder


@pytest.fixture(scope="module")
def out(plugged: Plugged, crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tree of a recipe that uses all stages, made by two workers: they have to find the package too."""
    stages = "".join(f'\n[[stage]]\nuse = "{name}"\n' for name in ("read", *STAGES))
    (crawl / "kinds.toml").write_text(f'name = "kinds"\n{stages}', "utf-8")
    output = tmp_path_factory.mktemp("kinds") / "out"
    ran = plugged(
        "run", crawl / "kinds.toml", "--input", crawl, "--output", output, "--runner", "local", "--workers", 2
    )
    assert ran.returncode == 0, ran.stderr
    return output


def test_the_handler_reads_its_media_type_or_says_why_not(out: Path) -> None:
    texts = {row["url"]: row["text"] for row in pq.read_table(out / "documents", columns=["url", "text"]).to_pylist()}
    gone = {row["url"]: row["reason"] for row in pq.read_table(out / "dropped", columns=["url", "reason"]).to_pylist()}
    assert texts["https://three.example/film.srt"] == "由来を 確かめる\nはい"
    assert gone["https://three.example/broken.srt"] == "subrip-broken"


def test_the_measuring_stage_stores_its_score(out: Path) -> None:
    rows = pq.read_table(out / "extracted", columns=["url", "text", "quality"]).to_pylist()
    assert len(rows) == 5
    for row in rows:
        scores = {entry["name"]: entry["score"] for entry in row["quality"]}
        marks = row["text"].count("!")
        assert scores["exclamations"] == pytest.approx(marks / len(row["text"]), abs=1e-4)


def test_the_stage_that_reduces_keeps_the_longest_page_of_each_host(out: Path) -> None:
    kept = set(pq.read_table(out / "documents", columns=["url"]).column(0).to_pylist())
    gone = pq.read_table(out / "dropped", columns=["url", "reason", "kept_url"]).to_pylist()
    shorter = {row["url"]: row["kept_url"] for row in gone if row["reason"] == "shorter-page"}
    longest = "https://one.example/b"
    assert kept == {longest, "https://two.example/a", "https://three.example/film.srt"}
    assert shorter == {"https://one.example/a": longest, "https://one.example/c": longest}


def test_the_chain_of_its_commands_has_the_digest_of_the_run(
    out: Path, crawl: Path, plugged: Plugged, tmp_path: Path
) -> None:
    before = crawl
    for name in STAGES:
        ran = plugged(name, "--input", before, "--output", tmp_path / name, "--runner", "local")
        assert ran.returncode == 0, ran.stderr
        before = tmp_path / name
    assert plugged("digest", before).stdout == plugged("digest", out).stdout


def test_handler_and_package_are_part_of_the_fingerprint(out: Path) -> None:
    plan = json.loads((out / "plan.json").read_text("utf-8"))
    (extract,) = [stage for stage in plan["stages"] if stage["stage"] == "extract"]
    assert extract["packages"]["handler application/x-subrip"] == "1"
    assert extract["packages"]["kawara-filters"] == "1.2.0"


def test_the_export_and_the_command_are_there(out: Path, plugged: Plugged, tmp_path: Path) -> None:
    assert "outcomes" in plugged("list", "exports").stdout
    assert plugged("export", out, "outcomes", "--output", tmp_path / "outcomes.tsv").returncode == 0
    assert (tmp_path / "outcomes.tsv").read_bytes() == b"kept\t3\ndropped\t3\nfailed\t0\n"
    assert plugged("domains", out, "-n", 2).stdout == "     1 one.example\n     1 three.example\n"
    assert "Count the documents of each registrable domain" in plugged("domains", "--help").stdout
    assert plugged("audit", out).returncode == 0
