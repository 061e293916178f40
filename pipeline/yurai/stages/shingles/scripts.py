"""Tell by its letters whether a text is written without spaces between words.

Counted are characters of Han and kana (U+3000 to U+9FFF, and those beyond U+20000), of the scripts of line-break class
SA (UAX #14), and Tibetan. A text in which one of five characters is such a one goes by characters: words would be
phrases there, and a shingle of five of them half a page. The rule looks at the text alone, so that equal texts have
equal shingles under any two language tags.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.text_bytes import texts_of

SHARE: Final = 5
"""A text goes by characters if at least one in so many is of these scripts."""
FIRST: Final = 0xE0
"""The least first byte of any of them in UTF-8."""
_BLOCKS: Final[dict[int, tuple[int, ...]]] = {
    0xE0: tuple(range(0xB8, 0xC0)),  # Thai, Lao, Tibetan
    0xE1: (*range(0x80, 0x83), 0x9E, 0x9F, *range(0xA5, 0xAB)),  # Myanmar, Khmer, Tai Le, New Tai Lue, Tai Tham
    **dict.fromkeys(range(0xE3, 0xEA), tuple(range(0x80, 0xC0))),  # U+3000 to U+9FFF
    0xEA: (0xA7, 0xA9, 0xAA, 0xAB),  # Myanmar Extended, Tai Viet
    0xF0: tuple(range(0xA0, 0xB0)),  # Han beyond U+20000
}
"""Second bytes of UTF-8 by the first: the two name a block of 64 characters, or of 4,096."""


def _table() -> npt.NDArray[np.bool_]:
    known = np.zeros((256, 256), np.bool_)
    for first, seconds in _BLOCKS.items():
        known[first, list(seconds)] = True
    return known


_UNSPACED: Final = _table()


def unspaced(text: "pa.Array[pa.StringScalar]") -> npt.NDArray[np.bool_]:
    """Return which texts are written without spaces; none may be null."""
    texts = texts_of(text)
    first = np.flatnonzero(texts.data >= FIRST)
    seconds = np.minimum(first + 1, len(texts.data) - 1)  # what is no UTF-8 may end amid a character
    first = first[_UNSPACED[texts.data[first], texts.data[seconds]]]
    if not len(first):
        return np.zeros(len(text), np.bool_)
    counts = np.diff(np.searchsorted(first, texts.bounds))
    return np.asarray((counts > 0) & (counts * SHARE >= np.asarray(pc.call_function("utf8_length", [text]))), np.bool_)
