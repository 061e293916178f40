"""Give the verdict of the gate on one page, at two levels: its markup before it is parsed, its tree after.

Level 1 asks for letters of the scripts of the target languages anywhere in the markup, then for their share among the
letters that the page shows, then the identifier about three windows of that text. Level 2 asks it about windows of the
readable text without what stands around, where level 1 was not sure. What shows too few letters passes, but for a page
without any letter of those scripts: it can be in no target language, and goes unless `und` is one.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from yurai.extraction.blocks import block_text
from yurai.extraction.gate.scripts import Scripts
from yurai.extraction.gate.thresholds import LATIN_SHARE, LETTERS, SCRIPT_SHARE, SURE, Limits, limits_of
from yurai.extraction.gate.visible import decoded, visible_text
from yurai.extraction.gate.windows import Scores, places, scores
from yurai_filters.language import UNDETERMINED

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Mode: TypeAlias = Literal["tight", "loose"]
By: TypeAlias = Literal["scripts", "markup", "tree"]
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one level said of a page: by which measure, the best score of a target language, and the limit it had.

    `by` is "scripts" (share of letters) or "markup" at level 1, and "tree" at level 2. A page with a `score` below its
    `limit` is stopped; one that no level could judge has a score and a limit of 0.
    """

    by: By
    score: float
    limit: float

    @property
    def stopped(self) -> bool:
        """Tell whether the page goes."""
        return self.score < self.limit

    @property
    def sure(self) -> bool:
        """Tell whether level 2 need not be asked."""
        return self.stopped or self.score >= SURE


_NOT_JUDGED: Final = Verdict("scripts", 0.0, 0.0)


class Levels:
    """Both levels of the gate of one set of target languages."""

    def __init__(self, languages: tuple[str, ...], mode: Mode) -> None:
        self._limits = {code: limits_of(code) for code in languages if code != UNDETERMINED}
        self._letterless = UNDETERMINED in languages
        self._scripts = Scripts(self._limits)
        self.mode = mode
        self._share = LATIN_SHARE if self._scripts.latin_alone else SCRIPT_SHARE

    def of_markup(self, markup: bytes) -> Verdict:
        """Return the verdict of level 1 on a page in UTF-8."""
        if not self._letterless and not self._scripts.occur(markup):
            return Verdict("scripts", 0.0, self._share)
        text = visible_text(markup)
        share, letters = self._scripts.share(text)
        if letters < LETTERS:
            return _NOT_JUDGED
        if share < self._share:
            return _rounded("scripts", share, self._share)
        found = scores([decoded(text[begin:end]) for begin, end in places(len(text))])
        return self._best("markup", found)

    def of_tree(self, tree: HtmlElement) -> Verdict:
        """Return the verdict of level 2 on a parsed page, which stays as it is."""
        text = block_text(tree).text
        windows = [text[begin:end] for begin, end in places(len(text))]
        if sum(map(str.isalpha, "".join(windows))) < LETTERS:
            return _NOT_JUDGED
        return self._best("tree", scores(windows))

    def _best(self, by: Literal["markup", "tree"], found: Scores) -> Verdict:
        """Return the verdict on the target language that is best off against its limit."""
        verdicts = (_rounded(by, found.get(code, 0.0), self._limit(one, by)) for code, one in self._limits.items())
        return max(verdicts, key=lambda one: (one.score / one.limit, one.score))

    def _limit(self, limits: Limits, by: Literal["markup", "tree"]) -> float:
        if by == "tree":
            return limits.tree
        return limits.markup if self.mode == "tight" else limits.loose


def _rounded(by: By, score: float, limit: float) -> Verdict:
    return Verdict(by, round(score, _DIGITS), limit)


@functools.lru_cache(maxsize=8)
def levels_of(languages: tuple[str, ...], mode: Mode) -> Levels:
    """Return the levels for these languages, made once in each process."""
    return Levels(languages, mode)
