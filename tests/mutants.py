"""Mutation that the kinds of tests/mutant_*.py share: of bytes, of lists of parts, and what one case came to."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

Part = TypeVar("Part")

NUMBERS: Final = (
    0,
    1,
    2,
    7,
    8,
    63,
    64,
    127,
    128,
    255,
    256,
    32_767,
    65_535,
    65_536,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63 - 1,
)
"""Where counters and lengths turn over."""
TOKENS: Final = (
    b"", b"\0", b"\r\n", b"\n", b"\r", b" ", b"\t", b"\xff", b"\xc2\x85", b"\xed\xa0\x80", b"-1", b"+1", b"0x10", b"1e9", b"1_0",
    b"NaN", b"\x1b[2J", "\u202e".encode(), "\u6e2f".encode(), b"%00", b"<", b'"', b"{", b"[", b"\\", b"\\ud83d",
)  # fmt: skip


class Judged(NamedTuple):
    """What a case came to: what was wrong ("" for nothing), whether the input was refused with a reason, and in what
    another reader differs (its name, and why)."""

    wrong: str = ""
    refused: bool = False
    differs: tuple[str, ...] = ()


def _no_peer(_name: str, _data: bytes, _path: Path) -> tuple[str, ...]:
    return ()


class Kind(NamedTuple):
    """One kind of input: its maker, and what judges it; `path` is a file that may be written.

    `peers` are other readers of it, and `beside` says in what one of them differs.
    """

    make: Callable[[random.Random], bytes]
    judge: Callable[[bytes, Path], Judged]
    peers: tuple[str, ...] = ()
    beside: Callable[[str, bytes, Path], tuple[str, ...]] = _no_peer


def rng_of(kind: str, seed: int) -> random.Random:
    """What case `seed` of a kind is made from, and nothing else."""
    return random.Random(f"{kind} {seed}")


def maybe(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def damaged(data: bytes, rng: random.Random, most: int = 3) -> bytes:
    """Some bytes cut, flipped, zeroed, put in, taken out or copied from elsewhere."""
    for _ in range(rng.randint(1, most)):
        if not data:
            return rng.randbytes(rng.randint(0, 9))
        start = rng.randrange(len(data))
        stop = min(len(data), start + rng.choice((1, 1, 2, 4, 8, 64, 600)))
        before, inside, after = data[:start], data[start:stop], data[stop:]
        place = rng.randrange(len(data))
        data = rng.choice((
            lambda b=before, i=inside, a=after: b + bytes([i[0] ^ 1 << rng.randrange(8)]) + i[1:] + a,
            lambda b=before, i=inside, a=after: b + bytes([rng.randrange(256)]) + i[1:] + a,
            lambda b=before, i=inside, a=after: b + bytes(len(i)) + a,
            lambda b=before, a=after: b + a,
            lambda b=before: b,
            lambda b=before, i=inside, a=after: b + i + i + a,
            lambda b=before, i=inside, a=after: b + rng.choice(TOKENS) + i + a,
            lambda b=before, i=inside, a=after: b + rng.randbytes(rng.randint(1, 40)) + i + a,
            lambda b=before, i=inside, a=after, d=data, p=place: b + d[p : p + len(i)] + a,
        ))()  # fmt: skip
    return data


def shuffled(parts: list[Part], rng: random.Random, most: int = 3) -> list[Part]:
    """Some parts dropped, doubled, or put elsewhere."""
    parts = list(parts)
    for _ in range(rng.randint(0, most)):
        if not parts:
            break
        one = parts.pop(rng.randrange(len(parts)))
        parts[(at := rng.randint(0, len(parts))) : at] = [one] * rng.randrange(3)
    return parts


def twice(read: Callable[[], Part]) -> tuple[Part, str]:
    """What reading gives, and what is wrong with reading it again: the same input must give the same."""
    first = read()
    return first, "" if read() == first else "reading it again gives something else"
