"""The sample crawl: freshly packed, small, wholly used, harmless, and with an expectation for every candidate."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tomllib
import zlib
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard

from sample_expectations import EXAMPLES, SAMPLE, expected_totals, load_expectations

MAGIC = b"\x1f\x8b\x08"
CANDIDATES = {"response", "resource", "conversion"}
PAGES = EXAMPLES / "pages"
CONTAINERS = sorted(SAMPLE.glob("sample*"))


def check(examples: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, examples / "pack.py", "--check"], capture_output=True, text=True, check=False
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def entries() -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = tomllib.loads((EXAMPLES / "pages.toml").read_text(encoding="utf-8"))["page"]
    return pages


def inflated(path: Path) -> bytes:
    """All that a container inflates to, found without the packer and without the pipeline."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()
    if path.suffix != ".gz":
        return data
    out, start = b"", data.find(MAGIC)
    while start >= 0:
        member = zlib.decompressobj(31)
        out += member.decompress(data[start:])
        start = data.find(MAGIC, len(data) - len(member.unused_data)) if member.eof else -1
    return out


def records(path: Path) -> list[tuple[str, str]]:
    """Type and URL of each record whose header can be read."""
    data = inflated(path)
    if path.suffix == ".arc":
        urls = re.findall(r"(?m)^(\S+://\S+) [\d.]+ \d{14} \S+ \d+$", data.decode("latin-1"))
        return [("warcinfo" if url.startswith("filedesc:") else "response", url) for url in urls]
    heads = re.findall(rb"WARC/1\.0\r\n(.*?)\r\n\r\n", data, re.DOTALL)
    fields = [dict(line.split(": ", 1) for line in head.decode().split("\r\n")) for head in heads]
    return [(field["WARC-Type"], field.get("WARC-Target-URI", "")) for field in fields]


def test_sample_is_what_the_pages_give() -> None:
    result = check(EXAMPLES)
    assert result.returncode == 0, result.stdout + result.stderr


def test_check_sees_a_changed_page(copied: Path) -> None:
    with (copied / "pages/wet-wind.txt").open("a", encoding="utf-8") as page:
        page.write("One more line.\n")
    result = check(copied)
    assert result.returncode == 1
    assert re.search(r"different +sample-03\.warc\.wet\.gz", result.stdout)
    assert re.search(r"equal +sample-00\.warc\.gz", result.stdout)


def test_check_forgives_another_compressor(copied: Path) -> None:
    path = copied / "sample/sample-03.warc.wet.gz"
    members = re.split(rb"(?=WARC/1\.0\r\n)", inflated(path))[1:]
    packers = [(member, zlib.compressobj(1, zlib.DEFLATED, 31)) for member in members]
    path.write_bytes(b"".join(packer.compress(member) + packer.flush() for member, packer in packers))
    result = check(copied)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"equal after inflating +sample-03\.warc\.wet\.gz", result.stdout)


def test_sample_is_small_enough_for_the_wheel() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 1_000_000


def test_every_page_and_site_is_used() -> None:
    assert {path.name for path in PAGES.iterdir() if path.is_file()} == {e["file"] for e in entries() if "file" in e}
    assert {path.stem for path in (PAGES / "sites").iterdir()} == {e["site"] for e in entries() if "site" in e}


@pytest.mark.parametrize("path", CONTAINERS, ids=lambda path: path.name)
def test_every_candidate_has_one_expectation(path: Path) -> None:
    found = [url for kind, url in records(path) if kind in CANDIDATES]
    assert found == [line["url"] for line in load_expectations() if line["file"] == path.name]
    assert len(found) == len(set(found))


def test_other_records_are_counted() -> None:
    others = Counter(kind for path in CONTAINERS for kind, _ in records(path) if kind not in CANDIDATES)
    assert dict(others) == expected_totals()["totals"]["other_records"]


def test_unreadable_range_is_one_whole_member() -> None:
    (gap,) = expected_totals()["totals"]["unreadable"]
    data = (SAMPLE / gap["file"]).read_bytes()
    lost = data[gap["offset"] : gap["offset"] + gap["bytes"]]
    assert MAGIC not in lost
    assert data[gap["offset"] + gap["bytes"] :].startswith(MAGIC)
    before = zlib.decompressobj(31)
    before.decompress(data[data[: gap["offset"]].rfind(MAGIC) : gap["offset"]])
    assert before.eof
    assert before.unused_data == b""


def test_totals_balance() -> None:
    totals = expected_totals()["totals"]
    assert totals["candidates"] == totals["kept"] + totals["dropped"] + totals["failed"]
    assert totals["kept"] >= 50


def test_expectations_are_whole() -> None:
    for line in load_expectations():
        told = {"stage", "reason"} & line.keys()
        assert told == (set() if line["outcome"] == "kept" else {"stage", "reason"}), line
        assert line["why"], line
        assert line["outcome"] != "kept" or {"lang", "holds"} <= line.keys(), line


def test_held_phrases_stand_in_the_pages() -> None:
    for entry in (e for e in entries() if "holds" in e):
        text = re.sub(r"<[^>]*>", "", (PAGES / entry["file"]).read_text(encoding="utf-8"))
        assert entry["holds"] in text, entry["url"]
        assert all(phrase in text for phrase in entry.get("gone", {}).values()), entry["url"]


def test_half_of_the_kept_pages_are_japanese() -> None:
    kept = Counter(line["lang"] for line in load_expectations() if line["outcome"] == "kept")
    assert set(kept) == {"ja", "en", "fr", "de", "zh", "ko", "ar", "th"}
    assert kept["ja"] >= kept.total() / 2


def test_hosts_addresses_and_numbers_are_reserved_ones() -> None:
    hosts = {urlsplit(entry["url"]).hostname for entry in entries() if entry.get("url", "").startswith("http")}
    assert all(host is not None and host.endswith(".example") for host in hosts)
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES.rglob("*") if path.suffix in {".html", ".txt"})
    assert set(re.findall(r"@([\w-]+\.[\w.]*\w)", text)) <= {"example.com", "example.org", "example.net"}
    assert all(address.startswith("192.0.2.") for address in re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text))
    assert set(re.findall(r"\b0\d{1,2}-(\d{4})-\d{4}\b", text)) == {"0000"}
    assert set(re.findall(r"\b(?:\d{4} ){3}\d{4}\b", text)) == {"4111 1111 1111 1111"}
