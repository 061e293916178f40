"""Find a passage inside a text by its hash alone, letter by letter.

A place where it may stand is found by a polynomial over code points modulo 2^64 (Karp & Rabin 1987), whose base is made
of the key; what stands there is compared by its HMAC, so that a chance hit blocks nothing.
"""

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from yurai_manifests.takedown.blocklist import Passage
from yurai_manifests.takedown.keyed import keyed

U64: TypeAlias = npt.NDArray[np.uint64]


class Letters:
    """A text in its normal form, as passages of one key are looked for in it."""

    def __init__(self, text: str, key: bytes) -> None:
        self._text, self._key = text, key
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
        self._powers = np.ones(len(codes) + 1, np.uint64)
        np.multiply.accumulate(np.full(len(codes), _base(key), np.uint64), out=self._powers[1:])
        self._sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(codes * self._powers[:-1], out=self._sums[1:])

    @property
    def rolling(self) -> int:
        """The hash of the whole."""
        return int(self._sums[-1])

    def hold(self, passage: Passage) -> bool:
        """Whether the passage is in the text."""
        size = passage["characters"]
        if not 0 < size < len(self._sums):
            return False
        there = self._sums[size:] - self._sums[:-size]
        hits = np.flatnonzero(there == np.uint64(int(passage["rolling"], 16)) * self._powers[: len(there)])
        return any(keyed(self._key, "contains", self._text[at : at + size]) == passage["hmac"] for at in hits.tolist())


def passage_of(text: str, key: bytes) -> Passage:
    """Return what a passage, in its normal form, is known by."""
    rolling = f"{Letters(text, key).rolling:016x}"
    return {"characters": len(text), "rolling": rolling, "hmac": keyed(key, "contains", text)}


def _base(key: bytes) -> int:
    """Return an odd number, so that no power of it is 0."""
    return int.from_bytes(hashlib.sha256(key + b"rolling").digest()[:8], "little") | 1
