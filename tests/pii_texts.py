"""Texts for laws about personal data: pieces of it, and of what looks like it, in any order."""

# ruff: noqa: RUF001 - full-width forms and other dashes are what is tested
from __future__ import annotations

from hypothesis import strategies as st

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
