"""Shuffle the numbers 0..n-1 by a key: where each one goes, and what comes from there, both without a list.

A Feistel network permutes 2^(2h) numbers whatever its round function is (Luby and Rackoff 1988); numbers that
leave 0..n-1 are sent through it again until they are back, which makes a permutation of these (cycle walking, Black and
Rogaway 2002). The round function is the finalizer of splitmix64 over the half and a key of the round.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.uint64]
VERSION: Final = 1
"""Another round function, or number of rounds, is another order."""
ROUNDS: Final = 6
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Permutation:
    """A permutation of 0..size-1, told by a seed and by words that say what is shuffled."""

    size: int
    seed: int
    about: str

    def forward(self, numbers: Places) -> Places:
        """Return where each number goes."""
        return self._walk(numbers, self._keys())

    def back(self, places: Places) -> Places:
        """Return which number went to each place."""
        return self._walk(places, self._keys(), back=True)

    def _walk(self, numbers: Places, keys: Places, *, back: bool = False) -> Places:
        moved = self._through(numbers.astype(np.uint64), keys, back=back)
        outside = np.flatnonzero(moved >= self.size)
        while len(outside):
            moved[outside] = self._through(moved[outside], keys, back=back)
            outside = outside[moved[outside] >= self.size]
        return moved

    def _through(self, numbers: Places, keys: Places, *, back: bool) -> Places:
        half = np.uint64(self._half_bits)
        mask = np.uint64((1 << self._half_bits) - 1)
        left, right = numbers >> half, numbers & mask
        for key in keys[::-1] if back else keys:
            if back:
                left, right = right ^ (_mixed(left ^ key) & mask), left
            else:
                left, right = right, left ^ (_mixed(right ^ key) & mask)
        return (left << half) | right

    @property
    def _half_bits(self) -> int:
        """Bits of a half: two halves number at least `size` places, and fewer than four times as many."""
        return max(1, -(-max(self.size - 1, 1).bit_length() // 2))

    def _keys(self) -> Places:
        words = f"yurai.order.{VERSION}\0{self.about}\0{self.seed}".encode()
        return np.frombuffer(hashlib.sha512(words).digest(), "<u8", ROUNDS).astype(np.uint64)


def _mixed(values: Places) -> Places:
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * _FIRST
        values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))
