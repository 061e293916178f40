"""Define the settings of stage line-dedup: what a unit is, which are judged, and whose copy stays."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from yurai.engine.use import Settings
from yurai.stages.keep_order import Keep, check_order
from yurai.stages.line_dedup.cutting import Snap
from yurai.stages.line_dedup.lines import Least
from yurai.stages.line_dedup.winnow import MARGIN
from yurai_filters.ranges import at_least

Units: TypeAlias = Literal["line", "paragraph", "span"]
LEAST_SPAN = 400
"""Bytes; of a shorter span too little is left between the margins for a window."""


@dataclass(frozen=True, kw_only=True)
class LineDedup(Settings):
    r"""Remove lines, paragraphs or runs of bytes that occur before in the corpus; one with nothing left is dropped.

    Units are equal when they are the same in NFKC and lower case, with digits as 0, without punctuation, white space as
    one space. Of equal units the first in the corpus stays: first by document in keep order, then by place in the text;
    so a text loses its own repeats too. Changed texts are measured again, `removed_spans` counts what went, form feeds
    stay. A text that loses nothing keeps its bytes. What is dropped as `no-line-left` names in `detail` the document
    that keeps most of its lines. Text extracted from HTML has no blank lines, so there a paragraph is the whole page:
    `line` is the unit for it.

    A span is a run of `min_bytes` or more that two texts share byte for byte, wherever it begins, or one text with
    itself. It goes where it comes later, as far as both agree, in whole characters; form feeds stay. `cut_spans` says
    what went, and in which text the same bytes came before: as the texts came to this stage. If that document lost them
    itself, its own `cut_spans` lead on, always to an earlier place; so every text can be put together again. Some spans
    in a thousand are missed, where several earlier texts have parts of one, and runs of less than 128 bytes that come
    again and again are told apart by their ends alone.
    Source of spans: what suffix arrays do (Lee et al., arXiv:2107.06499; Dolma 3, Nemotron-CC), here by windows between
    winnowed boundaries (Schleimer, Wilkerson and Aiken 2003). docs/dedup.md has what they find.

    Source of lines: CCNet (arXiv:1911.00359). There every place of a line goes, the first one too, within groups of
    shards, by 64 bits of SHA-1, whatever its length; here one stays, over the whole corpus, by 128 bits of SHA-256.
    Work: 52 bytes for each unit judged and 28 for each that goes, written and read once by each level of the exchange;
    of spans .8 bytes for each byte of text, and 1.2 KB for each that is found.

    Args:
        unit: line (between runs of line feeds) or paragraph (between runs of two or more), which end with their page;
            or span.
        min_characters: shorter units stay; code points after normalisation, as punctuation is gone.
        min_unspaced: the same for units that are mostly in scripts without spaces, where a word has two characters;
            never more than min_characters.
        min_bytes: of spans: shorter ones stay; in UTF-8.
        snap: of spans: character takes all that both texts share; sentence leaves what is no whole sentence at both
            ends.
        min_copies: a unit goes only if it occurs in at least so many places, all documents counted.
        keep: which document's copy stays; equal ranks go by doc_id.
        quality: the score or column that best-quality goes by.
        against: output trees of earlier runs; what their documents hold goes here, and they stay as they are.
        memory_bytes: what one task holds in memory at most, but for the texts of a batch and what one shard loses.
    """

    unit: Units = "line"
    min_characters: Annotated[int, at_least(1)] = 40
    min_unspaced: Annotated[int, at_least(1)] = 16
    min_bytes: Annotated[int, at_least(LEAST_SPAN)] = 500
    snap: Snap = "character"
    min_copies: Annotated[int, at_least(2)] = 2
    keep: Keep = "oldest"
    quality: str | None = None
    against: tuple[str, ...] = ()
    memory_bytes: Annotated[int, at_least(1)] = 1 << 30

    @property
    def least(self) -> Least:
        """Return how long units must be."""
        return Least(min(self.min_unspaced, self.min_characters), self.min_characters)

    @property
    def window(self) -> int:
        """Return how long windows must be, so that each span has one."""
        return self.min_bytes - 2 * MARGIN

    def __post_init__(self) -> None:
        """Refuse what cannot be meant together."""
        check_order(self.keep, self.quality)
