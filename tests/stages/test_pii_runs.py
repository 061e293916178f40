"""Personal data in a pipeline: stage `redact`, filter `pii`, and a run that leaves none."""

# ruff: noqa: RUF001 - colons of full width are meant
from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from pii_texts import TEXTS
from run_helpers import run
from yurai.declare.stage import STAGES
from yurai.run.recipe import make_recipe
from yurai.stages.filter.decide import Decider
from yurai.stages.redact import Redact, replace_personal_data
from yurai_filters.pii import redact_all
from yurai_filters.signature import COUNTS
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import COUNTS as SCHEMA_COUNTS
from yurai_manifests.schema import DOCUMENT


def redact_stage(batch: pa.RecordBatch, **ways: Any) -> pa.RecordBatch:
    return replace_personal_data(batch, Redact(**ways))


def documents(texts: list[str], title: str | None = None) -> pa.RecordBatch:
    rows = [{"text": text, "title": title, "text_sha256": "", "text_bytes": 0} for text in texts]
    filled = {field.name: "" if field.type == pa.string() else 0 for field in DOCUMENT if not field.nullable}
    return pa.RecordBatch.from_pylist([filled | row for row in rows], schema=DOCUMENT)


@settings(deadline=None, max_examples=15)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_rows_are_redacted_one_by_one(texts: list[str], chance: random.Random) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    order = chance.sample(range(len(texts)), len(texts))
    whole = redact_stage(documents(texts)).to_pylist()
    assert redact_stage(documents([texts[at] for at in order])).to_pylist() == [whole[at] for at in order]
    assert [row["text"] for row in whole] == [redact_all(text) for text in texts]


# --- stage and filter ------------------------------------------------------------------------------------------------


def named(counts: list[dict[str, Any]]) -> dict[str, int]:
    return {entry["name"]: entry["count"] for entry in counts}


def test_stage_redacts_reports_and_leaves() -> None:
    text = "a@b.co 電話03-1234-5678 4111111111111111"
    batch = documents([text], title="Mail c@d.co")
    [row] = redact_stage(batch, phone="report", card="off").to_pylist()
    assert row["text"] == "<|EMAIL|> 電話03-1234-5678 4111111111111111"
    assert row["title"] == "Mail <|EMAIL|>"
    assert named(row["pii"]) == {"email": 2, "phone": 1}
    assert named(row["removed_spans"]) == {"redact:email": 2}
    assert row["text_bytes"] == len(row["text"].encode())


NEW = "個人番号 453331478932 〒604-8571 京都市中京区寺町通御池上る上本能寺前町488番地 a[at]b.jp 昨年がんと診断された"


def test_kinds_that_a_recipe_does_not_name_stay_as_they_were() -> None:
    [row] = redact_stage(documents([NEW])).to_pylist()
    assert (row["text"], named(row["pii"]), row["removed_spans"]) == (NEW, {}, None)


def test_others_turns_on_what_is_not_set_and_special_care_is_reported_alone() -> None:
    [row] = redact_stage(documents([NEW]), others="redact", wide=True, postal="report", address="off").to_pylist()
    address = "京都市中京区寺町通御池上る上本能寺前町488番地"
    assert row["text"] == f"個人番号 <|MYNUMBER|> 〒604-8571 {address} <|EMAIL|> 昨年がんと診断された"
    assert named(row["pii"]) == {"email": 1, "postal": 1, "mynumber": 1, "special-care": 1}
    assert named(row["removed_spans"]) == {"redact:email": 1, "redact:mynumber": 1}
    [again] = redact_stage(documents([NEW]), others="report", special_care="off").to_pylist()
    assert again["text"] == NEW
    assert named(again["pii"]) == {"postal": 1, "address": 1, "mynumber": 1}


def test_names_are_counted_only_where_a_recipe_asks() -> None:
    batch = documents(["氏名：北村花子、個人番号 453331478932"])
    assert named(redact_stage(batch, others="redact").to_pylist()[0]["pii"]) == {"mynumber": 1}
    [row] = redact_stage(batch, others="redact", name="report").to_pylist()
    assert row["text"] == "氏名：北村花子、個人番号 <|MYNUMBER|>"
    assert named(row["pii"]) == {"mynumber": 1, "name": 1}


def test_a_second_pass_changes_nothing_and_forgets_nothing() -> None:
    batch = documents(["a@b.co 電話03-1234-5678", "none"])
    for ways in ({}, {"phone": "report"}, {"email": "off"}, {"others": "redact", "wide": True}, {"others": "report"}):
        once = redact_stage(batch, **ways)  # type: ignore[arg-type] # ways are literals
        assert redact_stage(once, **ways).equals(once)  # type: ignore[arg-type]
    reported = redact_stage(batch, email="report", phone="report")
    assert redact_stage(reported).column("pii").equals(redact_stage(batch).column("pii"))
    assert redact_stage(batch).column("pii").to_pylist()[1] == []


def test_what_an_editor_brings_to_light_is_redacted_and_counted() -> None:
    """Form C joins marks to their letters; the mark before `@` was no letter of an address in a label."""
    once = redact_stage(documents(["か\u3099 a@b.co", "か\u3099 電話03-1234-5678"]), email="off")
    rules = STAGES["filter"].use({"rules": [{"use": "nfc"}]}).settings.rules
    counts = StageCounts("filter")
    after, _ = Decider("filter", rules, [STAGES["redact"].use({})])(with_lang(once), counts)
    assert after.column("text").to_pylist() == ["が <|EMAIL|>", "が 電話<|PHONE|>"]
    assert [named(row) for row in after.column("pii").to_pylist()] == [{"email": 1}, {"phone": 1}]
    assert counts.notes["nfc:redact:email"] == 1
    assert "nfc:redact:phone" not in counts.notes


def with_lang(batch: pa.RecordBatch) -> pa.RecordBatch:
    place = batch.schema.get_field_index("lang")
    return batch.set_column(place, batch.schema.field(place), pa.array(["ja"] * batch.num_rows))


def test_the_filter_reads_the_column_that_the_stage_writes() -> None:
    assert COUNTS.equals(SCHEMA_COUNTS)
    columns = {"pii": redact_stage(documents(["a@b.co", "none"])).column("pii")}
    found = yf.judge(yf.FILTERS["pii"], columns, {"max_email": 0}, None)
    assert found.reason.to_pylist() == ["email", None]


STAGES_OF = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "redact"}, {"use": "measure"}]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("read extract language measure redact", "put redact before it"),
        ("read extract redact language measure", "put redact after it"),
        ("read extract language measure filter", "reads counts of redact"),
    ],
)
def test_an_order_that_would_mislead_is_refused(order: str, message: str) -> None:
    tables = [{"use": name} | ({"rules": [{"use": "pii"}]} if name == "filter" else {}) for name in order.split()]
    with pytest.raises(RecipeError, match=message):
        make_recipe({"name": "x", "stage": tables}, where="x")


# --- a run -----------------------------------------------------------------------------------------------------------

PLANTED = {
    "email": "planted.person@example.com",
    "phone": "+44 20 7946 0958",
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "ip": "93.184.216.34",
}


def test_a_run_leaves_no_personal_data(tmp_path: Path) -> None:
    warc = tmp_path / "planted.warc"
    warc.write_bytes(b"".join(page(number) for number in range(4)))
    filtered = {"use": "filter", "rules": [{"use": "nfc"}, {"use": "pii", "max_card": 0}]}
    tables = [*STAGES_OF, filtered, {"use": "dedup"}, {"use": "tokenize", "tokenizer": "bytes"}]
    out = tmp_path / "out"
    record = run(out, [warc], recipe=make_recipe({"name": "planted", "stage": tables}, where="test"))
    notes = {counts.stage: counts.notes for counts in record.stages}
    # Pages 0 to 2 hold one of each kind in text, and a mail in the title; page 3 has no card.
    assert dict(notes["redact"]) == {"email": 8, "phone": 4, "card": 3, "iban": 4, "ip": 4}
    assert [dict(c.dropped) for c in record.stages if c.stage == "filter"] == [{"pii:card": 3}]
    extracted = rows_of(out / "extracted")
    assert Counter(name for row in extracted for name in named(row["removed_spans"])) == {
        "redact:email": 4, "redact:phone": 4, "redact:card": 3, "redact:iban": 4, "redact:ip": 4,
    }  # fmt: skip
    assert all(row["text"].count("<|EMAIL|>") == 1 and "<|EMAIL|>" in row["title"] for row in extracted)
    tables_read = 0
    for path in filter(Path.is_file, out.rglob("*")):
        if path.suffix != ".parquet":
            held = path.read_bytes()  # token files hold a byte of text in two
            assert not any(value.encode() in data for value in PLANTED.values() for data in (held, held[::2])), path
            continue
        for row in pq.read_table(path).to_pylist():
            tables_read += 1
            assert {name for name, value in row.items() if reads(value)} <= ORIGIN, path
    assert tables_read >= 8


ORIGIN = {"url", "http_headers", "surt"}
"""Columns that say where a page came from, as it came; reports and samples pass them through `redact_all`."""


def page(number: int) -> bytes:
    held = [(kind, value) for kind, value in PLANTED.items() if not (number == 3 and kind == "card")]
    lines = "".join(f"<p>This page says {kind} here: {value} and then goes on with prose.</p>" for kind, value in held)
    title = f"<title>Write to {PLANTED['email']}</title>"
    html = f"<html><head>{title}</head><body><article><h1>Page {number}</h1>{lines}</article></body></html>"
    headers = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nX-Contact: {PLANTED['email']}\r\n\r\n"
    body = (headers + html).encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0000000{number}-0000-4000-8000-000000000000>\r\n"
        f"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: https://x.example/{PLANTED['email']}/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def reads(value: object) -> bool:
    return any(planted in json.dumps(value, default=str) for planted in PLANTED.values())


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_the_command_gives_what_the_run_gives(tmp_path: Path, yurai: Any) -> None:
    warc = tmp_path / "planted.warc"
    warc.write_bytes(page(0))
    record = run(tmp_path / "run", [warc], recipe=make_recipe({"name": "planted", "stage": STAGES_OF}, where="test"))
    before = warc
    for name in ("extract", "language", "redact", "measure"):
        ended = yurai(name, "--input", before, "--output", tmp_path / name, "--runner", "local")
        assert ended.code == 0, ended.err
        before = tmp_path / name
    assert yurai("digest", before).out.strip() == record.digest
