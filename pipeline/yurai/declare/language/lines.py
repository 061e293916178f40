"""Tell how much of a text is in which language, line by line, where it is in more than one."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.declare.language.identify import NOTHING, Found, Identifier
from yurai.declare.language.veto import EAST_ASIAN, main_of, scripts_left
from yurai.declare.language.written import SCRIPTS, Letters, letters_in, letters_of, letters_of_lines

Counts: TypeAlias = npt.NDArray[np.intp]
_COLUMNS: Final = [SCRIPTS.index(one) for one in sorted(EAST_ASIAN)]
_MIXED: Final = 0.1
"""Share of letters of a second script from which lines are looked at."""
_UNSURE: Final = 0.8
"""Score of the whole text below which they are too: two languages of one script share what the identifier gives."""
_LINE: Final = 20
"""Letters from which the identifier is asked about a line; what it gives less than `_SURE` says nothing."""
_SURE: Final = 0.5
_ASKED: Final = 8
_SEEN: Final = 200
"""Lines that it is asked about at most, spread over the text, and the characters of each that it is shown."""
_SHARE: Final = 0.05
"""Share from which a language counts: less is a name or a quotation."""


def line_shares(text: str, whole: Found, identifier: Identifier) -> dict[str, float]:
    """Return the share of each language among the letters of the lines of a text, {} where one language has them.

    A line too short to be told, or in Chinese characters of both languages, is in the language of the line before it;
    at the beginning, of the one behind it.
    """
    letters = letters_of(text)
    if whole.score >= _UNSURE and not _is_mixed(letters):
        return {}
    counts = letters_of_lines(text)
    sizes = counts.sum(axis=1)
    places = np.flatnonzero(sizes)
    return _shares(sizes[places].tolist(), _filled(_told(text.split("\n"), counts, places, identifier)))


def _is_mixed(letters: Letters) -> bool:
    """Tell whether a second script has more than a few of the letters; those of Japanese are one."""
    shares = [letters.share(one) for one in letters.of if one not in EAST_ASIAN]
    return sum(share >= _MIXED for share in (*shares, letters.share(*EAST_ASIAN))) > 1


def _told(lines: list[str], counts: Counts, places: Counts, identifier: Identifier) -> list[str | None]:
    """Return the language of each line at `places`, None where it does not tell."""
    sizes, east_asian = counts.sum(axis=1), counts[:, _COLUMNS].sum(axis=1)
    by_letters = east_asian > _SURE * sizes
    long = np.flatnonzero(~by_letters & (sizes >= _LINE)).tolist()
    asked = set(long[:: -(-len(long) // _ASKED) or 1])
    told: list[str | None] = []
    for place in places.tolist():
        line = lines[place][:_SEEN]
        if by_letters[place]:
            told.append(main_of(scripts_left(line, letters_in(counts[place]))))
        else:
            told.append(_sure(identifier.decide(line)) if place in asked else None)
    return told


def _sure(found: Found) -> str | None:
    return found.code if found.score >= _SURE and found is not NOTHING else None


def _filled(codes: list[str | None]) -> list[str | None]:
    """Return the languages with those of neighbours where a line has none."""
    last = next(filter(None, codes), None)
    filled = []
    for code in codes:
        last = code or last
        filled.append(last)
    return filled


def _shares(sizes: list[int], codes: list[str | None]) -> dict[str, float]:
    sums: dict[str, int] = {}
    for size, code in zip(sizes, codes, strict=True):
        if code:
            sums[code] = sums.get(code, 0) + size
    shares = {code: round(size / sum(sizes), 4) for code, size in sorted(sums.items()) if size >= _SHARE * sum(sizes)}
    return shares if len(shares) > 1 else {}
