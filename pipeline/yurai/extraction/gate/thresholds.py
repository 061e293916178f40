"""Say how low a language may score before a page is given up, for each target language.

`python bench/gate.py DATA --choose` writes the table anew: of the limits that keep enough pages of the language, those
by which most pages of others go. A language for which there were too few pages has the lowest limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VERSION: Final = 3
"""Goes into the fingerprint of stage extract, where the gate is on; changed with any limit or window."""
LATIN_SHARE: Final = 0.2
"""Share of Latin letters below which a page is not in a language that is written with them."""
SCRIPT_SHARE: Final = 0.02
"""The same of other scripts: pages in Japanese or Korean are full of Latin names."""
SURE: Final = 0.35
"""Score of level 1 from which level 2 is not asked."""
LETTERS: Final = 50
"""Letters below which a text says too little for a verdict."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores below which a page goes: by level 1 of a loose gate, and by levels 1 and 2 of a tight one."""

    loose: float
    markup: float
    tree: float


UNMEASURED: Final = Limits(0.01, 0.01, 0.05)
"""Of languages with fewer than 100 pages among those measured."""
MEASURED: Final = {
    "ca": Limits(0.02, 0.01, 0.2),
    "de": Limits(0.05, 0.01, 0.2),
    "el": Limits(0.1, 0.01, 0.3),
    "en": Limits(0.01, 0.02, 0.05),
    "es": Limits(0.1, 0.01, 0.3),
    "fr": Limits(0.1, 0.02, 0.3),
    "it": Limits(0.1, 0.01, 0.2),
    "ja": Limits(0.01, 0.01, 0.05),
    "ko": Limits(0.1, 0.01, 0.1),
    "pl": Limits(0.1, 0.01, 0.1),
    "pt": Limits(0.1, 0.1, 0.2),
    "ru": Limits(0.1, 0.1, 0.3),
    "zh": Limits(0.01, 0.01, 0.05),
}
"""Limits of each language that was measured; docs/gate.md has the recall of each."""


def limits_of(language: str) -> Limits:
    """Return the limits of a target language."""
    return MEASURED.get(language, UNMEASURED)
