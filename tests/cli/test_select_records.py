"""`yurai select-records` as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crawl_layout import CRAWL, make_crawl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said


def test_it_says_what_reading_costs(tmp_path: Path, yurai: Callable[..., Said]) -> None:
    crawl = make_crawl(tmp_path / "crawl", files=1)
    out = tmp_path / "out"
    words = ("select-records", CRAWL, "--root", crawl.root, "--output", out, "--where", "fetch_status = 200")
    said = yurai(*words)
    assert said.code == 0, said.err
    assert "36 records of " in said.out
    assert "2 of 2 index files" in said.err
    again = yurai(*words)
    assert "nothing to do" in again.out
    facts = json.loads(yurai(*words, "--requests-per-second", "0.5", "--format", "json").out)
    assert facts["hours"] == round(facts["requests"] / 0.5 / 3600, 4)
    assert facts["digest"] in said.out


def test_a_wrong_share_and_a_wrong_column_are_told(tmp_path: Path, yurai: Callable[..., Said]) -> None:
    crawl = make_crawl(tmp_path / "crawl", files=1, pages=8)
    words = ("select-records", CRAWL, "--root", crawl.root, "--output", tmp_path / "out")
    for share in ("0", "101%", "x", "1%%", "nan"):
        assert "--sample is a share" in yurai(*words, "--sample", share).err
    said = yurai(*words, "--where", "langs = 'x'")
    assert said.code == 2
    assert "columns of this index: url_surtkey, url, " in said.err
    assert yurai(*words, "--sample", "100%").code == 0
