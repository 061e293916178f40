"""Texts in normal form: what is left alone without a look at it is what NFC leaves alone."""

import hashlib
import sys
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai_manifests.normal_text import normalise
from yurai_manifests.text_bytes import digests

MARKS = "\u064b\u064e\u0651\u05b0\u05bc\u094d\u0e38\u0e48\u0301\u0323\u3099\u093c\u09be\u1161\u11a8"
"""Marks that stay, change places, or join the letter before them."""
LETTERS = "a ée\u0643\u05d0\u0915\u0e01\u304b\uac00\u1100\u03b1\u2126\ufb2a\u00a0\n漢"


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def test_every_pair_that_composes_is_composed() -> None:
    pairs = [
        unicodedata.normalize("NFD", chr(code)) for code in range(sys.maxunicode + 1) if code < 0xD800 or code > 0xDFFF
    ]
    pairs = sorted({pair for pair in pairs if len(pair) > 1})
    assert normalise(pa.array(pairs, pa.large_string())).to_pylist() == [nfc(pair) for pair in pairs]


@given(st.lists(st.text(st.sampled_from(MARKS + LETTERS), max_size=12), max_size=6))
def test_marks_in_any_order_are_as_nfc_has_them(texts: list[str]) -> None:
    found = normalise(pa.array(texts, pa.large_string())).to_pylist()
    assert found == [" ".join(nfc(text).split()) for text in texts]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@given(texts=st.lists(st.one_of(st.none(), st.text(max_size=9)), max_size=9), start=st.integers(0, 4))
def test_digests_are_those_of_the_strings(kind: pa.DataType, texts: list[str | None], start: int) -> None:
    column = pa.array(texts, kind).slice(start)
    due = [None if text is None else hashlib.sha256(text.encode()).digest() for text in texts[start:]]
    assert list(digests(column)) == due
