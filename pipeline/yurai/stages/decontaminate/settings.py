"""Define the settings of stage decontaminate: which evaluations, how long a run is, and what becomes of a find."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple

from yurai.engine.use import Settings
from yurai_filters.lists import PIN
from yurai_filters.ranges import at_least

_NAMED: Final = re.compile(r"([a-z0-9][a-z0-9._-]{0,39})=(.+)", re.DOTALL)
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


class Evaluation(NamedTuple):
    """One evaluation as settings name it; `sha256` is "" where they do not say it."""

    name: str
    spec: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Decontaminate(Settings):
    """Drop or tag documents that contain items of evaluations, told by runs that both have.

    A run is `words` words, or `characters` characters where a script puts no space between words (Han, kana, Thai,
    Lao, Khmer, Myanmar, Tibetan): both are looked for in every text, whatever its language. Both sides are compared in
    NFKC and lower case; white space, punctuation, symbols, apostrophes and what nobody sees do not count. A string of
    an item that is shorter than a run is looked for whole, down to `min_words` or `min_characters`; shorter ones are
    counted and left out. Runs of which less than half is words with a letter, or characters of such a script, are none.
    A hash of 64 bits only finds a place: the run itself is compared.

    A dropped row has the reason `decontaminate:NAME`, and in `detail` as JSON the evaluation, item and run, how many
    different runs of the item it has, and how many items it touches. A tagged row has them in `contamination`.

    An evaluation is NAME=PATH, or NAME=PATH#sha256=DIGEST, which refuses a file that was changed; PATH (or URL) is
    JSONL, JSON, Parquet or plain text (an item a line), also .gz or .zst. An item is named by its id, else by its
    place. All its strings count, but for ids and addresses.
    Source: runs of 13 words, shorter items whole from 8 on, Brown et al. (arXiv:2005.14165, appendix C), who asked the
    corpus for common runs too; 25 characters are as long as 13 Japanese words.

    Args:
        evaluations: the evaluations, each NAME=PATH or NAME=PATH#sha256=DIGEST.
        fields: names of the fields of items that are compared; unless given, all.
        words: words of a run.
        characters: characters of a run, where words are not spaced apart.
        min_words: least words of a string that is looked for whole.
        min_characters: least characters of such a string.
        min_matches: different runs of one item that a document must have, or all that the item has.
        action: drop the document, or tag it in column `contamination`.
    """

    evaluations: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    words: Annotated[int, at_least(1)] = 13
    characters: Annotated[int, at_least(1)] = 25
    min_words: Annotated[int, at_least(1)] = 8
    min_characters: Annotated[int, at_least(1)] = 12
    min_matches: Annotated[int, at_least(1)] = 1
    action: Literal["drop", "tag"] = "drop"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        names = [one.name for one in self.named]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two evaluations are called {min(twice)!r}; name each once")
        for least, most in (("min_words", "words"), ("min_characters", "characters")):
            if getattr(self, least) > getattr(self, most):
                raise ValueError(f"{least} = {getattr(self, least)} is above {most} = {getattr(self, most)}")

    @property
    def named(self) -> tuple[Evaluation, ...]:
        """The evaluations; raises ValueError for one that has another form."""
        return tuple(map(_evaluation, self.evaluations))


def _evaluation(text: str) -> Evaluation:
    match = _NAMED.fullmatch(text)
    if not match:
        raise ValueError(
            "evaluations must be NAME=PATH, with a name of at most 40 of a-z, 0-9, dot, hyphen and underscore, not "
            f"{text!r}"
        )
    spec, pin, digest = match[2].partition(PIN)
    if pin and not _DIGEST.fullmatch(digest):
        raise ValueError(f"evaluation {match[1]}: {PIN} must be followed by 64 hex digits, not {digest!r}")
    return Evaluation(match[1], spec, digest.lower())
