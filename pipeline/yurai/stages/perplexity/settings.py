"""Define the settings of stage perplexity."""

from __future__ import annotations

from dataclasses import dataclass

from yurai.declare.score_names import check_name
from yurai.engine.use import Settings
from yurai.stages.perplexity.normal_forms import Form
from yurai_filters.splitters import SplitterName


@dataclass(frozen=True, kw_only=True)
class Perplexity(Settings):
    """Score each text by a KenLM language model: its perplexity, as a named score in `quality`; lower is more likely.

    Needs `pip install 'yurai[kenlm]'`. The perplexity is 10 to the power of -(log10 of the probability of all lines) /
    (words + lines), where the end of a line counts as a word. It is rounded to 1e-4, and at most 1e9. A text without a
    word has no score; blank lines are left out. Of `<s>` and `</s>` as words a page says nothing to the model.
    The text must come to the model as its training text did: `form` first, then `pieces` or `splitter`, else words are
    what white space parts. For models of CCNet give `form = "ccnet"`, and as `pieces` the `.sp.model` of the language;
    this form takes line feeds out, so a page is one line, as in CCNet. Stage threshold cuts at a share: CCNet's head is
    `keep_share = 0.3` with `best = "low"`, head and middle 0.6; `min_score` and `max_score` cut at limits.
    Source: cc_net (arXiv:1911.00359), perplexity.py and mine.py; text_normalizer.py for `form = "ccnet"`. NFKC with
    words of a dictionary: lighttransport/japanese-llama-experiment, and Uzushio's KenLM filters with Sudachi.

    Args:
        name: name of the score: a-z, 0-9 and underscores, from a letter on.
        model: path or URL of a KenLM model, ARPA or binary.
        sha256: hex digest of the model file.
        form: what is done to the text first: small letters without accents, 0 for digits, marks of ASCII; or NFKC.
        pieces: path or URL of a SentencePiece model, whose pieces are the words.
        pieces_sha256: hex digest of that file.
        splitter: what makes words of a text instead, an extra: yurai[sudachi] or yurai[mecab].
    """

    name: str = "perplexity"
    model: str = ""
    sha256: str = ""
    form: Form = "ccnet"
    pieces: str = ""
    pieces_sha256: str = ""
    splitter: SplitterName | None = None

    def __post_init__(self) -> None:
        """Refuse a name that nothing could read, and two ways to make words."""
        check_name(self.name)
        if self.pieces and self.splitter:
            raise ValueError("pieces and splitter are two ways to make words; give one of them")
