"""A second extractor for texts that rules would drop: stored by extract, chosen by filter, redacted like the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from row_helpers import documents
from run_helpers import assert_whole
from warc_samples import gz, response
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.extraction import Extraction, ExtractOptions, Page, extract_page
from yurai.extraction.retry import dropped_by
from yurai.report.explain import explain
from yurai.run.recipe import make_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai_manifests.run import RunRecord
from yurai_manifests.store import open_store

TALK = (
    "I think that what you have done with the pump is of use to those who live near a river. My own garden was dry "
    "for most of May, and the neighbours lent me two barrels. Rain came in June; by then half of the beans had died. "
    "Next year there will be a tank under the shed, which my brother found in a barn and wants to be rid of."
)
REPLIES = "".join(
    f'<div class="post"><p>Reply {n}: and you have it with care. {TALK} Cafe\u0301. Write to reply{n}@site.example.org.</p></div>'
    for n in range(6)
)
FORUM = f"""<html lang=en><head><title>A question</title></head><body><nav><a href=/>Forum</a></nav>
<article><h1>A question of mine</h1><p>What is it to be, that you have with that?</p></article>
<div class="comments" id="comments">{REPLIES}</div></body></html>"""
GOOD = f"<html><body><article><h1>Good</h1><p>{TALK}</p></article></body></html>"
BAD = "<html><body><p>A short page with nothing more to say.</p></body></html>"


def extract(page: str, **settings: Any) -> Extraction:
    options = ExtractOptions(extractor="trafilatura", mode="precision", whole_page_links=0, **settings)
    return extract_page(Page("key", page.encode(), "text/html", "utf-8", "https://a.example/", None), options)


def test_a_text_that_a_rule_would_drop_has_a_second_one() -> None:
    found = extract(FORUM, retry_with="honbun")
    assert "Reply 5" not in found.text
    assert found.other_extractor == "honbun"
    assert found.other_text is not None
    assert "Reply 5" in found.other_text
    assert extract(FORUM).other_text is None
    assert extract(GOOD, retry_with="honbun").other_text is None
    assert extract(FORUM, retry_with="honbun", retry_rules=("length",)).other_text is None


def test_no_second_text_where_it_is_the_first() -> None:
    assert extract(BAD, retry_with="resiliparse").other_text is None


def test_rules_judge_what_they_can() -> None:
    rules = ("gopher-quality", "gopher-repetition")
    assert dropped_by(TALK, rules) is None
    assert dropped_by("Too short to stay.", rules) == "gopher-quality"
    assert dropped_by((TALK + "\n") * 5, rules) == "gopher-repetition"
    assert dropped_by("これは短い文です。", rules) is None, "what counts words does not judge it"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"retry_with": "judged"}, "is the extractor already"),
        ({"retry_with": "honbun", "retry_rules": ("gopher",)}, "no filter is called 'gopher' .there are: c4"),
        ({"retry_with": "honbun", "retry_rules": ("url-words",)}, "reads url, which extract does not know"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ExtractOptions(**settings)


def test_rules_are_in_the_fingerprint_where_they_are_asked() -> None:
    stage = STAGES["extract"]
    assert "rule gopher-quality" in stage.identity(ExtractOptions(retry_with="honbun"), "")["packages"]
    assert "rule gopher-quality" not in stage.identity(ExtractOptions(), "")["packages"]


def crawl(out: Path, folder: Path, **settings: Any) -> RunRecord:
    archive = folder / "pages.warc.gz"
    pages = [FORUM, GOOD, BAD]
    archive.write_bytes(
        b"".join(gz(response(n, page.encode(), "Content-Type: text/html")) for n, page in enumerate(pages))
    )
    stages: list[dict[str, Any]] = [
        {"use": "read"},
        {"use": "extract", "extractor": "trafilatura", "mode": "precision", "whole_page_links": 0, **settings},
        *({"use": name} for name in ("language", "redact", "measure")),
        {"use": "filter", "rules": [{"use": "nfc"}, {"use": "gopher-quality"}]},
    ]
    recipe = make_recipe({"name": "retry", "stage": stages}, where="test")
    return run_recipe(recipe, find_sources([str(archive)]), str(out), LocalRunner(1))


def test_the_filter_chooses_the_text_that_stays(tmp_path: Path) -> None:
    found = crawl(tmp_path / "out", tmp_path, retry_with="honbun")
    assert_whole(tmp_path / "out", found.digest)
    forum, good = documents(tmp_path / "out")
    assert (forum["extractor"], good["extractor"]) == ("honbun", "trafilatura")
    assert "Reply 5" in forum["text"]
    assert {"name": "filter:second-text", "count": 1} in forum["removed_spans"]
    assert forum["text"].count("<|EMAIL|>") == 6
    assert [row["other_text"] for row in (forum, good)] == [None, None]
    assert forum["word_count"] > 100, "measured again"
    assert found.stages[-1].notes["filter:second-text"] == 1
    assert found.stages[-1].notes["nfc:documents"] == 1, "what editors do to the text that stands is counted"
    assert "Caf\u00e9." in forum["text"]
    assert found.stages[-1].dropped["gopher-quality:too-few-words"] == 1, "the bad page"


def test_without_it_the_forum_is_dropped(tmp_path: Path) -> None:
    crawl(tmp_path / "out", tmp_path)
    assert [row["extractor"] for row in documents(tmp_path / "out")] == ["trafilatura"]


def test_nothing_personal_is_stored_beside(tmp_path: Path) -> None:
    crawl(tmp_path / "out", tmp_path, retry_with="honbun")
    stored = [row for file in (tmp_path / "out").rglob("*.parquet") for row in pq.read_table(file).to_pylist()]
    second = [row["other_text"] for row in stored if row.get("other_text")]
    assert second
    assert all("<|EMAIL|>" in text and "@site" not in text for text in second)


def test_explain_tells_of_both_texts(tmp_path: Path) -> None:
    crawl(tmp_path / "out", tmp_path, retry_with="honbun")
    [forum, _] = documents(tmp_path / "out")
    [life] = explain(open_store(str(tmp_path / "out")), forum["doc_id"])
    said = [(entry.get("rule"), entry["verdict"]) for entry in life["decisions"] if entry.get("rule")]
    assert said == [
        ("nfc", "unchanged"),
        ("gopher-quality", "dropped"),
        ("second-text", "edited"),
        ("nfc", "edited"),
        ("gopher-quality", "kept"),
    ]
