"""Personal data: what is found and what is not, laws of redaction, adversarial text."""

# ruff: noqa: RUF001 - full-width forms and other dashes are what is tested
from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from pii_texts import TEXTS
from yurai_filters.pii import BASIC, KINDS, PLACEHOLDERS, find, redact, redact_all
from yurai_filters.pii.card import is_luhn
from yurai_filters.pii.iban import LENGTHS, is_iban
from yurai_filters.pii.ip import is_public_v4
from yurai_filters.pii.ip6 import is_public_v6
from yurai_filters.pii.numbering import is_international

ROWS = [json.loads(line) for line in (Path(__file__).parents[1] / "data/pii.jsonl").read_text("utf-8").splitlines()]
LAW = settings(deadline=None, max_examples=100)


def said(text: str) -> list[list[str]]:
    """What is found of the basic kinds in their plain forms; test_pii_kinds.py has the other kinds and forms."""
    return [[span.kind, text[span.start : span.end]] for span in find(text, BASIC, wide=False)]


# --- the written set -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['note']}: {row['text'][:40]!r}")
def test_written_set(row: dict[str, Any]) -> None:
    """Lines with `limit` name what is not covered: they are to fail, so that a cover of it shows here."""
    assert (said(row["text"]) == row["found"]) == ("limit" not in row)


def test_written_set_holds_each_kind_found_and_not_found() -> None:
    assert len(ROWS) >= 200
    assert len({row["text"] for row in ROWS}) == len(ROWS)
    assert {kind for row in ROWS for kind, _ in row["found"]} == set(BASIC)
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
    assert is_public_v4((8, 8, 8, 8))
    assert not any(is_public_v4(p) for p in ((10, 0, 0, 1), (192, 0, 2, 1), (224, 0, 0, 1), (256, 1, 1, 1)))
    assert is_public_v6(b"2001:4860:4860::8888")
    assert not any(map(is_public_v6, (b"2001:db8::1", b"fe80::1", b"6e40::1", b"2001:4860", b"::")))


# --- laws ------------------------------------------------------------------------------------------------------------


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
    for number in range(1000):
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

    def work(size: int) -> Callable[[], object]:
        text = piece * (size // len(piece.encode()))
        return lambda: find(text)

    assert grows_linearly(work, 10_000, times=4)
