"""Define editor "mojibake", which reads as UTF-8 what was taken for Latin-1 or Windows-1252, where that is certain."""

from __future__ import annotations

import re

import pyarrow as pa

from yurai_filters.declare import editor

_BYTES = {
    bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_BYTES |= {chr(code): code for code in range(0x80, 0x100)}
_NEXT = "".join(re.escape(one) for one, code in _BYTES.items() if code < 0xC0)  # noqa: PLR2004 - RFC 3629: bytes that follow
_RUN = re.compile(
    f"(?:[\u00c2-\u00df][{_NEXT}]|[\u00e0-\u00ef][{_NEXT}]{{2}}|[\u00f0-\u00f4][{_NEXT}]{{3}})"
    f"(?:[\u00c2-\u00df][{_NEXT}]|[\u00e0-\u00ef][{_NEXT}]{{2}}|[\u00f0-\u00f4][{_NEXT}]{{3}})+"
)
_EASTERN = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00010000-\U0010ffff]")
_LATIN = re.compile("[\x80-\u024f\u02c6\u02dc\u201a\u201e\u2020-\u2022\u2030\u2039\u203a\u20ac\u2122]")


@editor("mojibake", version=1, cites="RFC 3629")
def mojibake(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Read again as UTF-8 what somebody read as Latin-1 or Windows-1252.

    What it changes: `runs` of at least two characters whose bytes are UTF-8, and which spell kana, kanji, hangul, other
    characters from U+2E80 on, and no accented letter: no language writes the letters and signs that they were read as.
    What was read wrongly twice is mended at once. One character alone, accented letters, and what is no UTF-8 stay,
    since they may be meant.
    Why: kana and kanji that were read so are noise to a model, and what they were is certain.
    Source: this project; ftfy mends more, by judging what is likely.
    """
    rows = [(value, 0) if value is None else _mended(value) for value in text.to_pylist()]
    counts = pa.array([row[1] for row in rows], pa.int32())
    return pa.array([row[0] for row in rows], pa.string()), {"runs": counts}


def _mended(text: str) -> tuple[str, int]:
    mended = 0

    def again(run: re.Match[str]) -> str:
        nonlocal mended
        read = _read_again(run[0])
        mended += read is not None
        return run[0] if read is None else read

    text = _RUN.sub(again, text)
    return text, mended


def _read_again(run: str) -> str | None:
    """Return what a run spells, if that is certain; of what was read wrongly twice the run is one of runs."""
    while True:
        try:
            run = bytes(_BYTES[one] for one in run).decode("utf-8")
        except UnicodeDecodeError:
            return None
        if not _RUN.fullmatch(run):
            return run if _EASTERN.search(run) and not _LATIN.search(run) else None
