"""`yurai pii audit`: a sample drawn for a person to mark, and precision read back from the marks."""

# ruff: noqa: RUF001 - a sign that people mark with
from __future__ import annotations

import csv
import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yurai.report.intervals import wilson
from yurai.report.pii_audit import COLUMNS, as_csv, draw, overall, read
from yurai_filters.pii import KINDS
from yurai_manifests.errors import RecipeError

TEXTS = [(f"file:{number}", f"担当 a{number}@example.jp 電話 03-1234-{5000 + number} まで。") for number in range(40)]


def parquet(path: Path, texts: list[str | None], column: str = "text") -> Path:
    pq.write_table(pa.table({column: texts}), path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def marked(path: Path, marks: dict[str, str]) -> None:
    """Mark every find of a kind alike."""
    rows = rows_of(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(row | {"mark": marks.get(row["kind"], "")} for row in rows)


def test_a_sample_is_drawn_marked_and_read_back(tmp_path: Path, yurai: Any) -> None:
    corpus, sample = parquet(tmp_path / "texts.parquet", [text for _, text in TEXTS]), tmp_path / "marks.csv"
    drawn = yurai("pii", "audit", corpus, "--draw", sample, "-n", "10")
    assert drawn.code == 0, drawn.err
    assert "20 finds of 80" in drawn.err
    assert "personal data" in drawn.err
    assert stat.S_IMODE(sample.stat().st_mode) == 0o600
    rows = rows_of(sample)
    assert [row["kind"] for row in rows] == ["email"] * 10 + ["phone"] * 10
    assert all(row["found_in_all"] == "40" and row["found"] and row["before"] for row in rows)
    marked(sample, {"email": "right", "phone": "wrong"})
    ended = yurai("pii", "audit", "--read", sample, "--format", "json")
    assert ended.code == 0, ended.err
    email, phone = json.loads(ended.out)["kinds"]
    assert (email["right"], email["wrong"], email["precision"]) == (10, 0, 1.0)
    assert email["interval"] == pytest.approx(list(wilson(10, 10)))
    letters = sum(len(text) for _, text in TEXTS)
    assert phone["false_per_million"] == pytest.approx(40 / letters * 1e6)
    table = yurai("pii", "audit", "--read", sample)
    assert "all kinds, each as often as it was found: 0.500" in table.out


def test_the_same_call_draws_the_same_and_another_seed_others() -> None:
    once = as_csv(draw(TEXTS, 5, 0, KINDS, wide=True))
    assert as_csv(draw(iter(TEXTS), 5, 0, KINDS, wide=True)) == once
    assert as_csv(draw(reversed(TEXTS), 5, 0, KINDS, wide=True)) == once
    assert as_csv(draw(TEXTS, 5, 1, KINDS, wide=True)) != once


def test_every_find_has_the_same_chance() -> None:
    taken = [
        sum(
            f"file:{at}:" in one.place
            for seed in range(200)
            for one in draw(TEXTS[:8], 2, seed, ["email"], wide=True).drawn["email"]
        )
        for at in range(8)
    ]
    assert sum(taken) == 400
    assert all(20 < count < 80 for count in taken)


def test_json_lines_folders_and_trees_are_read(tmp_path: Path, yurai: Any) -> None:
    (tmp_path / "documents").mkdir()
    parquet(tmp_path / "documents" / "00000.parquet", ["mail a@example.jp", None])
    with gzip.open(tmp_path / "documents" / "more.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"text": "tel 03-1234-5678"}) + "\n\n" + json.dumps({"text": None}) + "\n")
    parquet(tmp_path / "outside.parquet", ["b@example.jp"])
    ended = yurai("pii", "audit", tmp_path, "--draw", tmp_path / "marks.csv")
    assert ended.code == 0, ended.err
    assert {row["place"] for row in rows_of(tmp_path / "marks.csv")} == {
        "00000.parquet:0:5",
        "more.jsonl.gz:0:4",
    }


def test_a_tree_that_is_still_being_made_is_refused(tmp_path: Path, yurai: Any) -> None:
    (tmp_path / "out/documents").mkdir(parents=True)
    (tmp_path / "out/plan.json").write_text("{}")
    refused = yurai("pii", "audit", tmp_path / "out", "--draw", tmp_path / "marks.csv")
    assert refused.code == 2
    assert "the run that makes it has not ended" in refused.err
    assert not (tmp_path / "marks.csv").exists()


def test_texts_that_were_redacted_are_named(tmp_path: Path, yurai: Any) -> None:
    corpus = parquet(tmp_path / "texts.parquet", ["mail <|EMAIL|>", "tel <|PHONE|>"])
    ended = yurai("pii", "audit", corpus, "--draw", tmp_path / "marks.csv")
    assert ended.code == 2
    assert "2 texts went through redact already" in ended.err


def test_cells_are_no_formulas_and_show_what_is_invisible() -> None:
    rows = as_csv(draw([("file:0", "=1+1 a@example.jp\u202e")], 1, 0, KINDS, wide=True)).splitlines()
    assert "'=1+1" in rows[1]
    assert "\u202e" not in rows[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{texts}"], "--draw FILE.csv, then --read FILE.csv"),
        (["--draw", "{new}"], "--draw FILE.csv, then --read FILE.csv"),
        (["{texts}", "--draw", "{new}", "--read", "{there}"], "--draw FILE.csv, then --read FILE.csv"),
        (["{texts}", "--draw", "{there}"], "is there already"),
        (["{texts}", "--draw", "{new}", "--kind", "shoe"], "no kind 'shoe'"),
        (["{texts}", "--draw", "{new}", "--column", "body"], "--column"),
        (["{missing}", "--draw", "{new}"], "no .parquet"),
        (["--read", "{missing}"], "cannot be read"),
        (["--read", "{there}"], "its columns must be"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, yurai: Any, arguments: list[str], message: str) -> None:
    places = {name: tmp_path / f"{name}.csv" for name in ("new", "there", "missing")}
    places["there"].write_text("a,b\n", "utf-8")
    places["texts"] = parquet(tmp_path / "texts.parquet", ["mail a@example.jp"])
    ended = yurai("pii", "audit", *(one.format(**places) for one in arguments))
    assert ended.code == 2
    assert message in " ".join(ended.err.split())


@pytest.mark.parametrize(
    ("marks", "right", "wrong"),
    [(["right", "wrong", ""], 1, 1), (["Y", "n", " r "], 2, 1), (["○", "×", "誤"], 1, 2), (["1", "0", "x"], 1, 2)],
)
def test_marks_in_the_ways_people_write_them(marks: list[str], right: int, wrong: int) -> None:
    rows = as_csv(draw(TEXTS, 3, 0, ["email"], wide=True)).splitlines()
    written = "\n".join([rows[0], *(f"{mark}{row}" for mark, row in zip(marks, rows[1:], strict=True))])
    [one] = read(written, "marks.csv").kinds
    assert (one.right, one.wrong, one.unmarked) == (right, wrong, 3 - right - wrong)


def test_marks_that_say_nothing_are_refused() -> None:
    rows = as_csv(draw(TEXTS, 2, 0, ["email"], wide=True))
    with pytest.raises(RecipeError, match="nothing is marked"):
        read(rows, "marks.csv")
    with pytest.raises(RecipeError, match=r"marks.csv, line 2: mark is 'perhaps'"):
        read(rows.replace("\n,email", "\nperhaps,email", 1), "marks.csv")


def test_all_kinds_weigh_as_often_as_they_were_found() -> None:
    header = ",".join(COLUMNS)
    marks = read(f"{header}\nright,email,,a,,p,900,1000\nwrong,phone,,b,,p,100,1000\n", "marks.csv")
    assert dict(overall(marks)) == {"all": pytest.approx(0.9)}
    assert list(overall(read(f"{header}\nright,email,,a,,p,900,1000\n,phone,,b,,p,100,1000\n", "x"))) == []
