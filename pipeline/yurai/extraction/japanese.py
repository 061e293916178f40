"""Decode Japanese encodings as the web writes them, and tell Japanese text from a lucky decoding.

Python's codecs know the standards; pages use Microsoft's and NEC's extensions of them (circled digits, "No." signs).
Here EUC-JP and ISO-2022-JP fall back, character by character, on the CP932 reading of the same JIS cell, which is what
the WHATWG Encoding Standard's jis0208 index holds.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_KANA: Final = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_KANA_HAN_HANGUL: Final = re.compile(
    "[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3]"
)
_SAMPLE: Final = 200_000
_PAIR: Final = range(0xA1, 0xFF)


def kana_share(text: str) -> float:
    """Kana among kana, Han and Hangul letters, 0.0 to 1.0; 0.0 for text with none of them.

    Half-width katakana counts below the line only: single-byte Cyrillic or Thai read as CP932 is full of it.
    """
    sample = text[:_SAMPLE]
    letters = len(_KANA_HAN_HANGUL.findall(sample))
    return len(_KANA.findall(sample)) / letters if letters else 0.0


def _cp932_of_jis(row: int, cell: int) -> str | None:
    """Character at a JIS X 0208 position (both 0x21 to 0x7E), with NEC and IBM extensions; None for an empty cell."""
    lead = ((row - 0x21) >> 1) + 0x81
    lead += 0x40 if lead > 0x9F else 0  # noqa: PLR2004 -- Shift_JIS leaves 0xA0-0xDF to half-width katakana
    odd_row = cell + (0x1F if cell < 0x60 else 0x20)  # noqa: PLR2004 -- and 0x7F unused
    trail = odd_row if row % 2 else cell + 0x7E
    try:
        return bytes((lead, trail)).decode("cp932")
    except UnicodeDecodeError:
        return None


def _euc_extension(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: the CP932 character of a pair that EUC-JP proper lacks, else one U+FFFD per byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if len(pair) == 2 and pair[0] in _PAIR and pair[1] in _PAIR:  # noqa: PLR2004 -- a pair
        char = _cp932_of_jis(pair[0] - 0x80, pair[1] - 0x80)
        if char is not None:
            return char, error.start + 2
    return "\ufffd", error.start + 1


codecs.register_error("yurai-euc-extension", _euc_extension)


def decode_euc_jp(body: bytes) -> str:
    """EUC-JP with NEC and IBM extensions; what still has no meaning becomes U+FFFD."""
    return body.decode("euc_jp", "yurai-euc-extension")


_ESCAPE: Final = re.compile(rb"(\x1b\$[@B]|\x1b\$\([DOPQ]|\x1b\([BJI])")
_SNIFF: Final = re.compile(rb"\x1b\$[@B]|\x1b\$\(D")


def looks_iso_2022_jp(body: bytes) -> bool:
    """Whether a body of seven-bit bytes switches to JIS X 0208 or 0212; as UTF-8 it would decode to noise, cleanly."""
    return body.isascii() and _SNIFF.search(body) is not None


def decode_iso_2022_jp(body: bytes) -> str:
    """ISO-2022-JP (RFC 1468) with the half-width katakana and the extensions that mail and old pages put into it.

    Each run between escapes is decoded alone, so one damaged run cannot turn the rest of the page.
    """
    runs = _ESCAPE.split(body)
    texts = [runs[0].decode("ascii", "replace")]
    texts += [_decode_run(escape, run) for escape, run in zip(runs[1::2], runs[2::2], strict=True)]
    return "".join(texts)


def _decode_run(escape: bytes, run: bytes) -> str:
    if escape in (b"\x1b$@", b"\x1b$B"):
        # a line end returns to ASCII even where the page forgot the escape (RFC 1468)
        line, newline, rest = run.partition(b"\n")
        return decode_euc_jp(bytes(byte | 0x80 if byte > 0x20 else byte for byte in line)) + (newline + rest).decode(  # noqa: PLR2004 -- controls and space
            "ascii", "replace"
        )
    if escape == b"\x1b(I":
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in run).decode("cp932", "replace")  # noqa: PLR2004
    if escape in (b"\x1b(B", b"\x1b(J"):
        return run.decode("ascii", "replace")
    return (escape + run).decode("iso2022_jp_3" if escape[-1:] in b"OPQ" else "iso2022_jp_ext", "replace")
