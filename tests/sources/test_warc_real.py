"""The reading layer on real archives: every file as `expected.jsonl` says, and no record fewer than warcio finds."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from warc_samples import read
from yurai.sources.warc import CANDIDATES

EXPECTED = [json.loads(line) for line in (Path(__file__).parents[1] / "expected.jsonl").read_text().splitlines()]
KNOWN_MISMATCHES = {"wild/pywb/example-extra.warc": 1}


@pytest.mark.slow
@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["file"])
def test_each_file_reads_as_expected(row: dict[str, object], shared_data: Path) -> None:
    name = str(row["file"])
    records, gaps = read(shared_data / name)
    assert Counter(r.kind for r in records) == row["records"]
    assert Counter(r.error for r in records if r.error) == row["errors"]
    assert [[g.offset, g.bytes] for g in gaps if g.kind == "unreadable"] == row["unreadable"]
    assert sum(r.digest_ok is False for r in records) == KNOWN_MISMATCHES.get(name, 0)


@pytest.mark.slow
def test_every_real_file_has_its_expectation(shared_data: Path) -> None:
    files = (p for folder in ("wild", "edge") for p in (shared_data / folder).rglob("*") if p.is_file())
    names = {p.relative_to(shared_data).as_posix() for p in files if ".json" not in p.name}
    assert names == {row["file"] for row in EXPECTED}


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["docs", "web", "encoding"])
def test_sound_files_lose_nothing(folder: str, shared_data: Path) -> None:
    for path in sorted((shared_data / folder).glob("*.warc.gz")):
        records, gaps = read(path)
        with path.open("rb") as stream:
            theirs = Counter(record.rec_type for record in ArchiveIterator(stream, no_record_parse=True))
        assert Counter(r.kind for r in records) == theirs
        assert not gaps
        assert not [r.url for r in records if r.error or (r.kind in CANDIDATES and r.digest_ok is not True)]
