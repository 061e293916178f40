"""Personal data: what is found and what is not, laws of redaction, adversarial text, and a run that leaves none."""

# ruff: noqa: RUF001 - full-width forms and other dashes are what is tested
from __future__ import annotations

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from run_helpers import run
from yurai.decide import Decider
from yurai.errors import RecipeError
from yurai.recipe import make_recipe
from yurai.stage import STAGES, StageUse
from yurai.stages.redact import redact as redact_stage
from yurai_filters.pii import KINDS, PLACEHOLDERS, find, redact, redact_all
from yurai_filters.pii.card import is_luhn
from yurai_filters.pii.iban import LENGTHS, is_iban
from yurai_filters.pii.ip import is_public_v4, is_public_v6
from yurai_filters.pii.numbering import is_international
from yurai_filters.signature import COUNTS
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import COUNTS as SCHEMA_COUNTS
from yurai_manifests.schema import DOCUMENT

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data/pii.jsonl").read_text("utf-8").splitlines()]
LAW = settings(deadline=None, max_examples=200)


def said(text: str) -> list[list[str]]:
    return [[span.kind, text[span.start : span.end]] for span in find(text)]


# --- the written set -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['note']}: {row['text'][:40]!r}")
def test_written_set(row: dict[str, Any]) -> None:
    """Lines with `limit` name what is not covered: they are to fail, so that a cover of it shows here."""
    assert (said(row["text"]) == row["found"]) == ("limit" not in row)


def test_written_set_holds_each_kind_found_and_not_found() -> None:
    assert len(ROWS) >= 200
    assert len({row["text"] for row in ROWS}) == len(ROWS)
    assert {kind for row in ROWS for kind, _ in row["found"]} == set(KINDS)
    assert sum(not row["found"] for row in ROWS) >= 80


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("連絡先はyamada@example.jpまで", "連絡先は<|EMAIL|>まで"),  # kana are letters to `\b`
        ("連絡先はyamada.taro@example.jpまで", "連絡先は<|EMAIL|>まで"),
        ("ｙａｍａｄａ＠ｅｘａｍｐｌｅ．ｊｐ", "<|EMAIL|>"),
        ("電話０３－１２３４－５６７８", "電話<|PHONE|>"),
        ("電話03(1234)5678", "電話<|PHONE|>"),
        ("電話03ー1234ー5678、03−1234−5678", "電話<|PHONE|>、<|PHONE|>"),
        ("フリーダイヤル0120-444-444", "フリーダイヤル<|PHONE|>"),
        ("価格は10000000000円", "価格は10000000000円"),
        ("注文番号 20240912345678", "注文番号 20240912345678"),
    ],
)
def test_faults_of_other_redactors(text: str, redacted: str) -> None:
    assert redact_all(text) == redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Contact a@b.jp +81 90-1234-5678 4111 1111 1111 1111", "Contact <|EMAIL|> <|PHONE|> <|CARD|>"),
        ("+81 90 1234 5678 4111 1111 1111 1111 123", "<|PHONE|> <|CARD|> 123"),
        ("+49 30 1234 5678 4111 1111 1111 1111", "<|PHONE|> <|CARD|>"),  # German numbers may be as long as to hold 4111
        ("電話 03-1234-5678 4111 1111 1111 1111", "電話 <|PHONE|> <|CARD|>"),
        ("4111 1111 1111 1111 5555 5555 5555 4444", "<|CARD|> <|CARD|>"),
        ("4111 1111 1111 1111 3782 822463 10005", "<|CARD|> <|CARD|>"),
        ("4111 1111 1111 1000 090-1234-5678", "4111 1111 1111 1000 <|PHONE|>"),
        ("4111 1111 1111 1111 090-1234-5678 4111 1111 1111 1111", "<|CARD|> <|PHONE|> <|CARD|>"),
        ("DE89 3704 0044 0532 0130 00 4111 1111 1111 1111 GB82 WEST 1234 5698 7654 32", "<|IBAN|> <|CARD|> <|IBAN|>"),
        ("93.184.216.34 4111 1111 1111 1111 93.184.216.34", "<|IP|> <|CARD|> <|IP|>"),
        ("4111111111111111 4111 1111 1111 1111 4111-1111-1111-1111", "<|CARD|> <|CARD|> <|CARD|>"),
        ("a@b.co.1111.DE89370400440532013000", "<|EMAIL|>.1111.<|IBAN|>"),
        ("1234 4111 1111 1111 1111", "1234 4111 1111 1111 1111"),
        ("4111 1111 1111 1111 1225", "4111 1111 1111 1111 1225"),
        ("Visa 4111 1111 1111 1111 1225", "Visa <|CARD|> 1225"),
        ("4111 1111 1111 1111 4111 1111 1111 1112", "4111 1111 1111 1111 4111 1111 1111 1112"),
    ],
)
def test_neighbours_with_a_space_between(text: str, redacted: str) -> None:
    """A number is no piece of the one before it once that is known for what it is; a row of a table stays whole."""
    assert redact_all(text) == redacted
    assert redact_all(redacted) == redacted


def test_urls_and_titles_for_people() -> None:
    assert redact_all("https://a.example/?m=jane%40example.com&n=1") == "https://a.example/?m=<|EMAIL|>&n=1"
    assert redact_all("https://a.example/jane@example.com/") == "https://a.example/<|EMAIL|>/"
    assert redact_all("") == ""


# --- checks ----------------------------------------------------------------------------------------------------------


def test_phone_tables_agree_with_phonenumbers() -> None:
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            right = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
            for digits in (right, right[:-1], right + "1", right[:3] + "0" + right[4:], right[:4] + "0000000"):
                theirs = phonenumbers.is_valid_number(phonenumbers.parse("+" + digits)) if len(digits) > 6 else False
                same = phonenumbers.format_number(phonenumbers.parse("+" + digits), phonenumbers.PhoneNumberFormat.E164)
                if same == "+" + digits:  # the parser drops a trunk digit that was dialled by mistake; we do not
                    assert is_international(digits.encode()) == theirs, digits


def test_every_example_number_is_found_in_international_form() -> None:
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    for region in phonenumbers.SUPPORTED_REGIONS:
        number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
        written = phonenumbers.format_number(number, form)
        assert redact_all(f"a {written}, b") == "a <|PHONE|>, b", written


@given(st.integers(0, 10**18 - 1))
def test_one_wrong_digit_breaks_a_check_digit(number: int) -> None:
    digits = str(number) + "0"
    right = next(digits[:-1] + last for last in "0123456789" if is_luhn((digits[:-1] + last).encode()))
    place = number % len(right)
    wrong = right[:place] + str((int(right[place]) + 1 + number % 9) % 10) + right[place + 1 :]
    assert not is_luhn(wrong.encode())


@given(st.sampled_from(sorted(LENGTHS)), st.integers(0, 10**31 - 1))
def test_iban_needs_its_check_digits(country: bytes, account: int) -> None:
    rest = str(account).zfill(31)[: LENGTHS[country] - 4]
    right = [check for check in range(2, 99) if is_iban(country + f"{check:02}{rest}".encode())]
    assert len(right) == 1
    assert not is_iban(country + f"{right[0]:02}{rest}0".encode())


def test_public_addresses() -> None:
    assert is_public_v4([8, 8, 8, 8])
    assert not any(is_public_v4(p) for p in ([10, 0, 0, 1], [192, 0, 2, 1], [224, 0, 0, 1], [256, 1, 1, 1]))
    assert is_public_v6(b"2001:4860:4860::8888")
    assert not any(map(is_public_v6, (b"2001:db8::1", b"fe80::1", b"6e40::1", b"2001:4860", b"::")))


# --- laws ------------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            "a@b.co",
            "yamada@example.jp",
            "@",
            "x@y.png",
            ".",
            "-",
            " ",
            "  ",
            "\n",
            "(",
            ")",
            "+",
            "、",
            "\u200b",
            "²",
            "?",
            "%40",
        ),
        *(
            "03-1234-5678",
            "０３－１２３４－５６７８",
            "090-1234-5678",
            "+81-3-1234-5678",
            "202-555-0123",
            "+",
            "0",
            "12",
            "x12",
        ),
        *(
            "tel ",
            "電話",
            "℡",
            "order ",
            "注文",
            "番号",
            "円",
            "card ",
            "カード",
            "TEL",
            "ip ",
            "version ",
            "か\u3099",
            "é",
            "e\u0301",
        ),
        *("4111111111111111", "4111 1111 1111 1111 ", "+81 90-1234-5678 ", "+49 30 1234 5678 ", "03-1234-5678 "),
        *("5555 5555 5555 4444 ", "090-1234-5678 ", "DE89370400440532013000 ", "GB82 WEST 1234 5698 7654 32 "),
        *("4111 1111 1111 1111", "5555-5555-5555-4444", "3782 822463 10005", "1111", "123"),
        *(
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "DE",
            "8.8.8.8",
            "93.184.216.34",
            "2a00:1450::200e",
            ":",
            "::",
        ),
        *("<|EMAIL|>", "<|PHONE|>", "<|CARD|>", "<|", "|>", "\0", "\x02", "ﬃ", "Ａ", "\U0001f4de", "\ud800", "<", ">"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=60))


@LAW
@given(TEXTS, st.sets(st.sampled_from(KINDS)))
@example("tel a@b.co 03-1234-5678", set(KINDS))
def test_redacting_twice_is_redacting_once(text: str, kinds: set[Any]) -> None:
    once, counts = redact(text, kinds)
    assert redact(once, kinds) == (once, {})
    assert set(counts) <= kinds


ITEMS = (
    *("a@b.co", "93.184.216.34", "2a00:1450::200e", "DE89370400440532013000", "GB82 WEST 1234 5698 7654 32"),
    *("4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "3782 822463 10005", "4111 1111 1111 1112"),
    *("+81 90-1234-5678", "+49 30 1234 5678", "03-1234-5678", "080 1234 5678", "202-555-0123", "0312345678"),
    *("tel ", "電話", "card ", "order ", "1234", "123", "00", "<|PHONE|>", "<|CARD|>", "word"),
)
SEPARATORS = ("  ", *" ..,-/:、\n@", "", "\u200b ")


def test_redacting_rows_of_everything_twice_is_redacting_once() -> None:
    chance = random.Random(4)
    for number in range(2000):
        between = " " if number % 2 else SEPARATORS
        text = "".join(chance.choice(ITEMS) + chance.choice(between) for _ in range(chance.randint(2, 12)))
        once = redact_all(text)
        assert redact_all(once) == once, text


@LAW
@given(TEXTS)
def test_text_outside_of_spans_stays_and_counts_are_placeholders(text: str) -> None:
    spans = find(text)
    redacted, counts = redact(text)
    rest, last = [], 0
    for span in spans:
        assert last <= span.start < span.end <= len(text)
        rest += [text[last : span.start], PLACEHOLDERS[span.kind]]
        last = span.end
    assert redacted == "".join([*rest, text[last:]])
    for kind, placeholder in PLACEHOLDERS.items():
        assert redacted.count(placeholder) - text.count(placeholder) == counts.get(kind, 0)


@settings(deadline=None, max_examples=15)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_rows_are_redacted_one_by_one(texts: list[str], chance: random.Random) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    order = chance.sample(range(len(texts)), len(texts))
    whole = redact_stage(documents(texts)).to_pylist()
    assert redact_stage(documents([texts[at] for at in order])).to_pylist() == [whole[at] for at in order]
    assert [row["text"] for row in whole] == [redact_all(text) for text in texts]


def documents(texts: list[str], title: str | None = None) -> pa.RecordBatch:
    rows = [{"text": text, "title": title, "text_sha256": "", "text_bytes": 0} for text in texts]
    filled = {field.name: "" if field.type == pa.string() else 0 for field in DOCUMENT if not field.nullable}
    return pa.RecordBatch.from_pylist([filled | row for row in rows], schema=DOCUMENT)


# --- adversarial text ------------------------------------------------------------------------------------------------

ADVERSARIAL = [
    *("x@a-", "x@a.", "a@", "@", "a", "a.", "@a.co", "x@a-a-a-a."),
    *(
        "0",
        "1",
        "9-",
        "0-",
        "1.",
        "1 ",
        "+1",
        "+1 2 3 4 5 6 7 ",
        "+",
        "(",
        "0(",
        "00 ",
        "03 1 ",
        "00 0 000 ",
        "03-1234-5678 ",
        "tel 03-1234-5678 ",
        "+1111111",
    ),
    *("::", "2:", "2a00:", "2000::1 ", "1.2.3.4.", "8.8.8.8 ", "GB82 ", "GB82", "DE89370400440532013000 ", "gb82west"),
    *("4111 1111 1111 1111 ", "090-1234-5678 4111 1111 1111 1000 ", "+81 90-1234-5678 4111 1111 1111 1111 "),
    *("4111111111111111 ", "4111-", "1111 ", "4", "-", "%40", "%2B", "<|", "\u200b", "あ", "０", "電話", "é", "order "),
]


@pytest.mark.parametrize("piece", ADVERSARIAL, ids=repr)
def test_time_grows_with_the_length_of_a_text(piece: str) -> None:
    """Twice the text takes about twice the time: a pattern that goes back would take four times."""

    def seconds(size: int) -> float:
        text = piece * (size // len(piece.encode()))
        began = time.process_time()
        find(text)
        return time.process_time() - began

    seconds(1000)
    small, large = (min(seconds(size) for _ in range(3)) for size in (10_000, 40_000))
    assert large < 0.02 or large < 10 * small


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


def test_a_second_pass_changes_nothing_and_forgets_nothing() -> None:
    batch = documents(["a@b.co 電話03-1234-5678", "none"])
    for ways in ({}, {"phone": "report"}, {"email": "off"}):
        once = redact_stage(batch, **ways)  # type: ignore[arg-type] # ways are literals
        assert redact_stage(once, **ways).equals(once)  # type: ignore[arg-type]
    reported = redact_stage(batch, email="report", phone="report")
    assert redact_stage(reported).column("pii").equals(redact_stage(batch).column("pii"))
    assert redact_stage(batch).column("pii").to_pylist()[1] == []


def test_what_an_editor_brings_to_light_is_redacted_and_counted() -> None:
    """Form C joins marks to their letters; the mark before `@` was no letter of an address in a label."""
    once = redact_stage(documents(["か\u3099 a@b.co", "か\u3099 電話03-1234-5678"]), email="off")
    use = StageUse("filter", {"rules": [{"use": "nfc"}]})
    counts = StageCounts("filter")
    after, _ = Decider(use, [StageUse("redact", STAGES["redact"].check({}))])(with_lang(once), counts)
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
