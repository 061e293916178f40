"""`yurai reproduce`: from ranges of bytes to rows and tokens again; what differs is named, and why."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reproduce_samples import ARCHIVES, BYTES, CHAIN, columns, edit, edit_json, page, read, reasons, recipe
from run_helpers import SMALL, run
from tokenizer_helpers import train_bpe
from warc_samples import response
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from reproduce_samples import Yurai


def test_every_row_of_every_kind_of_source_comes_out_again(kinds: tuple[Path, Path], yurai: Yurai) -> None:
    folder, out = kinds
    said = yurai("reproduce", out, "--input", folder, "--sample", 5000, "--rows", "all", "--format", "json")
    found = read(said)
    assert (said.code, columns(found), found["changes"]) == (0, set(), []), said
    assert found["counts"]["equal"] == load_run(open_store(str(out))).value["totals"]["candidates"]
    counts = Counter(one["source"] for one in found["results"])
    assert counts.keys() == {*ARCHIVES, "rows.parquet"}
    assert min(counts.values()) > 5


def test_editors_redactors_and_second_texts_are_made_again(tmp_path: Path, yurai: Yurai) -> None:
    chain = [dict(stage) for stage in CHAIN]
    chain[1] = {"use": "extract", "retry_with": "resiliparse", "titles": True, "dates": True}
    bodies = [
        f"<p>Mail me at ship{n}@harbour.example.jp or 03-1234-567{n}. Cafe\u0301 {n}.</p>".encode() * 3
        for n in range(5)
    ]
    (tmp_path / "a.warc").write_bytes(b"".join(response(n, page(n)[:-14] + body) for n, body in enumerate(bodies)))
    run(tmp_path / "out", [tmp_path / "a.warc"], recipe=recipe(*BYTES, chain=chain))
    said = yurai("reproduce", tmp_path / "out", "--input", tmp_path, "--rows", "all")
    assert (said.code, said.out.splitlines()[0]) == (0, "5 pages: 5 equal, 0 differs, 0 cannot"), said


def test_the_sample_crawl_comes_out_again(small_tree: Path, yurai: Yurai) -> None:
    said = yurai("reproduce", small_tree, "--input", SMALL[0].parent, "--sample", 12, "--rows", "all")
    assert said.code == 0, said
    assert said.out.startswith("12 pages: 12 equal, 0 differs, 0 cannot\n")
    assert "passed by, since they ask other documents: dedup, near-dedup, select\n" in said.out


def test_a_seed_draws_the_same_pages_each_time(made: Path, crawl: Path, yurai: Yurai) -> None:
    def drawn(*more: object) -> list[str]:
        arguments = ("--input", crawl, "--sample", 3, "--format", "json", *more)
        return [one["doc_id"] for one in read(yurai("reproduce", made, *arguments))["results"]]

    assert drawn() == drawn() != drawn("--seed", 1)
    assert len(set(drawn("--rows", "dropped"))) == 3
    assert not {*drawn("--rows", "dropped")} & {*drawn("--sample", 500)}


def test_one_byte_of_a_source_is_named(made: Path, crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    moved = Path(shutil.copytree(crawl, tmp_path / "moved"))
    data = bytearray((moved / "plain.warc").read_bytes())
    places = {2: b"Page 2 tells", 4: b"ship 28,", 5: b"<title>Ship 5", 7: b"laden with salt. </p></body></html>"}
    for number, where in places.items():
        start = data.index(where, data.index(b"example.jp/%d\r\n" % number))
        data[start + len(where) // 2] ^= 1
    (moved / "plain.warc").write_bytes(data)
    said = yurai("reproduce", made, "--input", moved, "--sample", 500, "--format", "json")
    wrong = [one for one in read(said)["results"] if one["verdict"] == "differs"]
    assert (said.code, {one["url"] for one in wrong}) == (1, {f"https://example.jp/{number}" for number in places})
    for one in wrong:
        assert {"bytes.payload_sha256", "bytes.digest_ok"} <= columns({"results": [one]})
        assert "the source holds other bytes" in reasons({"results": [one]})


def test_a_byte_of_markup_is_named_though_the_text_is_the_same(
    made: Path, crawl: Path, tmp_path: Path, yurai: Yurai
) -> None:
    moved = Path(shutil.copytree(crawl, tmp_path / "moved"))
    data = (moved / "plain.warc").read_bytes()
    (moved / "plain.warc").write_bytes(data.replace(b"</body></html>", b"</body></htmL>", 1))
    found = read(yurai("reproduce", made, "--input", moved, "--sample", 500, "--format", "json"))
    assert "bytes.payload_sha256" in columns(found)
    assert "extracted.text" not in columns(found)


def test_sources_that_lost_their_beginning_or_end_differ(made: Path, crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    moved = Path(shutil.copytree(crawl, tmp_path / "moved"))
    for name, change in (
        ("plain.warc", lambda data: data[: len(data) // 2]),
        ("members.warc.gz", lambda data: data[7:]),
    ):
        (moved / name).write_bytes(change((crawl / name).read_bytes()))
    said = yurai("reproduce", made, "--input", moved, "--sample", 500, "--format", "json")
    assert (said.code, "bytes.record" in columns(read(said))) == (1, True)
    verdicts = Counter((one["source"], one["verdict"]) for one in read(said)["results"])
    assert verdicts["members.warc.gz", "equal"] == 0
    assert verdicts["plain.warc", "equal"] > 2 < verdicts["plain.warc", "differs"]


def test_another_tokenizer_is_named_by_its_digest(crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    place = tmp_path / "tokenizer.json"
    train_bpe("</s>").save(str(place))
    run(tmp_path / "out", [crawl], recipe=recipe({"use": "tokenize", "tokenizer": str(place)}))
    call = ("reproduce", tmp_path / "out", "--input", crawl, "--sample", 4, "--format", "json")
    assert yurai(*call).code == 0
    moved = place.rename(tmp_path / "moved.json")
    lost = read(yurai(*call))
    assert lost["counts"] == {"equal": 0, "differs": 0, "cannot": 4}
    assert str(place) in lost["results"][0]["why"]
    assert yurai(*call, "--tokenizer", moved).code == 0
    train_bpe("<pad>", "</s>").save(str(place))
    said = yurai(*call)
    assert (said.code, columns(read(said))) == (1, {"tokens.tokens"})
    assert re.search(
        rf"tokenize model {re.escape(str(place))}: [0-9a-f]{{64}} then, [0-9a-f]{{64}} now", reasons(read(said))
    )


def _extract(plan: dict[str, Any], name: str, version: object) -> None:
    plan["stages"][1]["packages"][name] = version


EDITS: dict[str, tuple[str, Callable[[dict[str, Any]], None], str]] = {
    "package of a stage": (
        "plan.json",
        lambda one: _extract(one, "lxml", "4.9.0"),
        r"extract lxml: 4\.9\.0 then, \S+ now",
    ),
    "Unicode": ("plan.json", lambda one: _extract(one, "unicode-python", "9.0"), "extract unicode-python: 9.0 then"),
    "weights": ("plan.json", lambda one: _extract(one, "honbun weights", "00ff"), "extract honbun weights: 00ff then"),
    "stage": ("plan.json", lambda one: one["stages"][0].update(version=1), "read version: 1 then, [0-9]+ now"),
    "model": (
        "plan.json",
        lambda one: one["stages"][2]["models"].update({"lid.176.ftz": "ab" * 32}),
        f"language model lid.176.ftz: {'ab' * 32} then",
    ),
    "rule": ("plan.json", lambda one: one["stages"][5]["rules"][1].update(version=77), "filter rule length: 77 then"),
    "setting": (
        "plan.json",
        lambda one: one["stages"][1]["settings"].update(max_depth=99),
        "extract setting max_depth: 99 then, 512 now",
    ),
    "Python": ("run.json", lambda one: one["code"].update(python="3.1"), r"python: 3\.1 then"),
    "Yurai": ("run.json", lambda one: one["code"].update(yurai="0.0.0"), r"yurai: 0\.0\.0 then"),
    "package of the run": ("run.json", lambda one: one["code"]["packages"].update(warcio="1.0"), r"warcio: 1\.0 then"),
    "package that is gone": (
        "run.json",
        lambda one: one["code"]["packages"].update(gone="1.0"),
        r"gone: 1\.0 then, not here now",
    ),
}


def test_recorded_versions_that_are_other_ones_are_the_reasons(out: Path, crawl: Path, yurai: Yurai) -> None:
    for file, change, _ in EDITS.values():
        edit_json(out / file, change)
    call = ("reproduce", out, "--input", crawl, "--sample", 3)
    said = yurai(*call)
    assert said.code == 0, said
    for _, _, sentence in EDITS.values():
        assert re.search(f"^version  {sentence}", said.out, re.MULTILINE), said.out
    assert len(re.findall("^version  ", said.out, re.MULTILINE)) == len(EDITS)
    edit(out / "extracted/00000.parquet", text=lambda text: text + " more")
    found = read(yurai(*call, "--format", "json"))
    assert "extracted.text" in columns(found)
    assert [name for name, (_, _, sentence) in EDITS.items() if not re.search(sentence, reasons(found))] == []


def test_a_plan_that_is_damaged_or_gone_is_told(out: Path, crawl: Path, yurai: Yurai) -> None:
    (out / "plan.json").write_bytes(b'{"stages": 3')
    assert "plan.json" in yurai("reproduce", out, "--input", crawl).out
    (out / "plan.json").unlink()
    said = yurai("reproduce", out, "--input", crawl)
    assert (said.code, "plan.json" in said.out) == (0, True)


STORED: dict[str, tuple[str, dict[str, Callable[[Any], Any]], str]] = {
    "text": ("extracted", {"text": lambda one: one.replace("salt", "gold")}, "extracted.text"),
    "title": ("documents", {"title": lambda _: "Other"}, "documents.title"),
    "licence": ("documents", {"declared_spdx": lambda _: "CC0-1.0"}, "documents.declared_spdx"),
    "text of a document": ("documents", {"text": lambda one: one + "."}, "documents.text"),
    "measure": ("extracted", {"char_count": lambda one: one + 1}, "extracted.char_count"),
    "score": ("extracted", {"lang_score": lambda one: one / 2}, "extracted.lang_score"),
    "url": ("documents", {"url": lambda one: one + "/"}, "documents.url"),
    "payload": ("extracted", {"payload_sha256": lambda _: "0" * 64}, "bytes.payload_sha256"),
    "date": ("extracted", {"capture_date": lambda _: "2001-01-01T00:00:00Z"}, "bytes.capture_date"),
    "headers": ("extracted", {"http_headers": lambda _: []}, "bytes.http_headers"),
    "flags": ("documents", {"flags": lambda _: ["false-gzip"]}, "documents.flags"),
    "evidence": ("evidence", {"norm": lambda _: "CC-BY-SA-4.0"}, "evidence.rows"),
    "reason": ("dropped", {"reason": lambda one: f"{one}-other"}, "dropped.reason"),
    "outcome": ("dropped", {"outcome": lambda _: "failed"}, "dropped.outcome"),
}


def test_stored_columns_that_were_changed_are_named(out: Path, crawl: Path, yurai: Yurai) -> None:
    for folder, changes, _ in STORED.values():
        edit(out / folder / "00000.parquet", **changes)
    said = yurai("reproduce", out, "--input", crawl, "--sample", 500, "--rows", "all", "--format", "json")
    assert said.code == 1
    found = columns(read(said))
    assert [name for name, (_, _, column) in STORED.items() if column not in found] == []
    more = {"extracted.text_sha256", "documents.text_sha256", "tokens.tokens"}
    assert found - {column for _, _, column in STORED.values()} <= more
    assert "no recorded version differs" in reasons(read(said))


def test_tokens_that_were_changed_are_named(out: Path, crawl: Path, yurai: Yurai) -> None:
    path = out / "shards/00000.bin"
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.unlink()
    path.write_bytes(data)
    said = yurai("reproduce", out, "--input", crawl, "--sample", 500, "--format", "json")
    assert (said.code, columns(read(said))) == (1, {"tokens.tokens"})
    assert read(said)["counts"]["differs"] == 1


def test_parquet_shards_are_compared_too(crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    run(tmp_path / "out", [crawl], recipe=recipe({"use": "tokenize", "format": "parquet"}))
    call = ("reproduce", tmp_path / "out", "--input", crawl, "--sample", 500, "--format", "json")
    assert yurai(*call).code == 0
    edit(tmp_path / "out/shards/00000.parquet", tokens=lambda ids: [*ids[:-2], 65, ids[-1]])
    assert columns(read(yurai(*call))) == {"tokens.tokens"}


def test_a_run_without_tokens_has_none_to_compare(crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    run(tmp_path / "out", [crawl], recipe=recipe())
    said = yurai("reproduce", tmp_path / "out", "--input", crawl, "--format", "json")
    assert (said.code, {one["tokens"] for one in read(said)["results"]}) == (0, {None})


def test_line_dedup_is_passed_by(tmp_path: Path, yurai: Yurai) -> None:
    same = b"<p>The same paragraph of the harbour stands on each of these pages, word by word.</p>" * 3
    (tmp_path / "a.warc").write_bytes(b"".join(response(n, page(n)[:-14] + same) for n in range(12)))
    chain = [*CHAIN, {"use": "line-dedup", "min_copies": 3}]
    run(tmp_path / "out", [tmp_path / "a.warc"], recipe=recipe(*BYTES, chain=chain))
    said = yurai("reproduce", tmp_path / "out", "--input", tmp_path, "--rows", "all")
    assert said.code == 0, said
    assert "passed by, since they ask other documents: dedup, line-dedup" in said.out


def test_tables_fit_a_terminal(out: Path, crawl: Path, yurai: Yurai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    edit(out / "extracted/00000.parquet", text=lambda text: text + "x")
    said = yurai("reproduce", out, "--input", crawl, "--sample", 5, "--rows", "all")
    table = said.out.splitlines()[1:7]
    assert all(len(line) <= 80 for line in table)
    assert "extracted.text: " in said.out
    assert "laden with salt" not in said.out  # sizes and places, never words


def test_an_output_without_pages_or_of_rows_alone_is_refused(small_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    assert yurai("reproduce", tmp_path).code == 2
    run(tmp_path / "out", [SMALL[2]], recipe=recipe())
    continued = yurai(
        "dedup", "--input", tmp_path / "out/documents", "--output", tmp_path / "more", "--runner", "local"
    )
    assert continued.code == 0, continued
    said = yurai("reproduce", tmp_path / "more", "--input", SMALL[0].parent)
    assert (said.code, "rows that were extracted before" in said.err) == (2, True)


def test_a_tree_that_went_on_from_another_is_made_again_from_the_first_bytes(
    crawl: Path, tmp_path: Path, yurai: Yurai
) -> None:
    run(tmp_path / "one", [crawl], recipe=recipe())
    assert yurai("tokenize", "--input", tmp_path / "one", "--output", tmp_path / "two", "--runner", "local").code == 0
    said = yurai("reproduce", tmp_path / "two", "--input", crawl, "--sample", 500, "--rows", "all", "--format", "json")
    assert said.code == 0, said
    assert any(one["tokens"] for one in read(said)["results"])
