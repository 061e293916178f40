"""Ask an identifier for the language of a text, and hold what it says against the text's letters."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from yurai.declare.language.labels import UNDETERMINED, Label, read_label
from yurai.declare.language.veto import EAST_ASIAN, HINTS, Hint, main_of, no_hint, scripts_left, tells
from yurai.declare.language.written import Letters, letters_of
from yurai.declare.model_line import model_line
from yurai.declare.models import load_fasttext

if TYPE_CHECKING:
    from yurai.declare.models import FastText

Said: TypeAlias = list[tuple[Label, float]]
"""What an identifier said of a text: labels with their probabilities, the best first."""
_PRESENT: Final = 0.1
"""Share of letters from which a script counts, where what the identifier said first is impossible."""
_HEARD: Final = 0.01
"""What an identifier must have given the possible languages together for its choice among them to mean anything."""
_MOST: Final = 0.5
_UNSURE: Final = 0.8
_ALL: Final = -1
_FIRST: Final = 8
"""Labels that are asked for where more than the best is; what comes after them has next to no probability."""


class Found(NamedTuple):
    """A language and how sure it is, 0 to 1."""

    code: str
    score: float


NOTHING: Final = Found(UNDETERMINED, 0.0)


class Identifier:
    """A fastText model whose labels are languages."""

    def __init__(self, model: FastText) -> None:
        self._model = model
        labels, _ = model.predict("a", k=_ALL, threshold=-1.0)  # of no probability too
        codes = [read_label(one).code for one in labels]
        self.codes = frozenset(codes)
        self._asked, self._first = (1, _FIRST) if len(self.codes) == len(codes) else (_ALL, _ALL)

    def best(self, text: str) -> Found:
        """Return what the model says of a text, nothing else considered; of no letter it is `und`."""
        line = model_line(text)
        return NOTHING if line is None else best_of(self._predict(line, self._asked))

    def decide(self, text: str, *, hint: Hint = no_hint, min_letters: int = 0, declared: str | None = None) -> Found:
        """Return the language of a text, of those that its letters leave possible.

        With Japanese, Chinese or Korean letters the score is the probability among those; elsewhere it is the model's.
        Fewer letters than `min_letters` of a script that many languages share are `und`, unless the page says by its
        attribute `lang` that it is in one of them, `declared`. `hint` is asked where letters alone do not tell Japanese
        from Chinese; if nothing tells and the model is unsure of the rest, as in `如何安装Python`, it is `und`.
        """
        line = model_line(text)
        if line is None:
            return NOTHING
        letters = letters_of(text)
        if letters.all < min_letters and not tells(letters):
            return self._as_declared(line, declared, letters)
        scripts = scripts_left(text, letters, hint)
        if not scripts:
            return NOTHING
        if letters.of.keys().isdisjoint(EAST_ASIAN):
            return self._as_said(line, scripts, letters)
        said = self._predict(line, self._first)
        untold = scripts.isdisjoint(EAST_ASIAN) and letters.share(*EAST_ASIAN) >= _PRESENT
        if untold and best_of(possible(said, scripts)).score < _UNSURE:
            return NOTHING
        return _with_names(self._among(said, scripts, letters), letters)

    def chances(self, text: str) -> dict[str, float] | None:
        """Return what languages may get of a text that is a part of one, whatever stands around: for a gate before it.

        That is the most of what the model says and of what `decide` can make of it; None where there is no letter.
        """
        line = model_line(text)
        if line is None:
            return None
        said, letters = self._predict(line, self._first), letters_of(text)
        chances = sums(said)
        if letters.of.keys().isdisjoint(EAST_ASIAN):
            return chances
        for scripts in {scripts_left(text, letters, hint) for hint in HINTS}:
            for code, chance in sums(self._among(said, scripts, letters)).items():
                chances[code] = max(chances.get(code, 0.0), chance)
        return chances

    def _as_declared(self, line: str, declared: str | None, letters: Letters) -> Found:
        """Return the declared language with what the model gives it, if it has letters like these, all of them."""
        if declared not in self.codes or letters.of.keys() - read_label(declared).scripts:
            return NOTHING
        return Found(declared, round(min(sums(self._predict(line, _ALL)).get(declared, 0.0), 1.0), 4))

    def _as_said(self, line: str, scripts: frozenset[str], letters: Letters) -> Found:
        """Return what is best of what was said, or else of what is possible."""
        said = self._predict(line, self._asked)
        if possible(said, scripts) == said:
            return best_of(said)
        return best_of(possible(self._predict(line, _ALL), _present(scripts, letters)))

    def _among(self, said: Said, scripts: frozenset[str], letters: Letters) -> Said:
        """Return what was said of the languages that the letters leave, each as its share of what they got together.

        Where that is next to nothing, it is the language that most of the Japanese, Chinese or Korean letters are of.
        """
        heard = possible(said, _present(scripts, letters))
        total = sum(score for _, score in heard)
        main = main_of(scripts)
        if total < _HEARD and letters.share(*EAST_ASIAN) >= _MOST and main and main in self.codes:
            return [(read_label(main), 1.0)]
        return [(label, score / total) for label, score in heard] if total else []

    def _predict(self, line: str, k: int) -> Said:
        labels, scores = self._model.predict(line, k=k)
        return [(read_label(one), score) for one, score in zip(labels, scores, strict=True) if math.isfinite(score)]


def _with_names(said: Said, letters: Letters) -> Found:
    """Return the best, where it is unsure not a language of other letters than Japanese, Chinese or Korean ones.

    Names, code and quotations in Latin letters may be most of a page in these languages; of 4,000 pages in others, none
    had a tenth of its letters from these.
    """
    best = best_of(said)
    if best.score >= _UNSURE or letters.share(*EAST_ASIAN) < _PRESENT:
        return best
    return best_of(possible(said, EAST_ASIAN) or said)


def possible(said: Said, scripts: frozenset[str]) -> Said:
    """Return what an identifier said of languages of some scripts alone."""
    return [(label, score) for label, score in said if not label.scripts.isdisjoint(scripts)]


def best_of(said: Said) -> Found:
    """Return the language that has most of what an identifier said."""
    of = sums(said)
    code = max(of, key=lambda one: of[one], default=UNDETERMINED)
    return Found(code, round(min(of.get(code, 0.0), 1.0), 4))


def sums(said: Said) -> dict[str, float]:
    """Return what was said of each language; several labels may be of one."""
    of: dict[str, float] = {}
    for label, score in said:
        of[label.code] = of.get(label.code, 0.0) + score
    return of


def _present(scripts: frozenset[str], letters: Letters) -> frozenset[str]:
    """Return the scripts that are more than a word among others, and those that decide about Chinese characters."""
    return frozenset(one for one in scripts if one in EAST_ASIAN or letters.share(one) >= _PRESENT)


@functools.cache
def identifier(spec: str, sha256: str) -> Identifier:
    """Return the identifier at `spec` (a carried name, a path or a URL), loaded once in each process.

    Raises:
        RecipeError: not found, or its bytes have another sha256.
    """
    return Identifier(load_fasttext(spec, sha256))
