"""Define the settings of stage line-dedup: what a unit is, which are judged, and whose copy stays."""

from dataclasses import dataclass
from typing import Annotated

from yurai.engine.use import Settings
from yurai.stages.keep_order import Keep, check_order
from yurai.stages.line_dedup.lines import Least, Unit
from yurai_filters.ranges import at_least


@dataclass(frozen=True, kw_only=True)
class LineDedup(Settings):
    r"""Remove lines or paragraphs that occur before in the corpus; a document with nothing left is dropped.

    Units are equal when they are the same in NFKC and lower case, with digits as 0, without punctuation, white space as
    one space. Of equal units the first in the corpus stays: first by document in keep order, then by place in the text;
    so a text loses its own repeats too. Changed texts are measured again, `removed_spans` counts what went, form feeds
    stay. A text that loses nothing keeps its bytes. What is dropped as `no-line-left` names in `detail` the document
    that keeps most of its lines. Text extracted from HTML has no blank lines, so there a paragraph is the whole page:
    `line` is the unit for it.
    Source: CCNet (arXiv:1911.00359), for lines. There every place of a line goes, the first one too, within groups of
    shards, by 64 bits of SHA-1, whatever its length; here one stays, over the whole corpus, by 128 bits of SHA-256.
    Work: 52 bytes for each unit judged and 28 for each that goes, written and read once by each level of the exchange.

    Args:
        unit: line (between runs of line feeds) or paragraph (between runs of two or more); both end with their page.
        min_characters: shorter units stay; code points after normalisation, as punctuation is gone.
        min_unspaced: the same for units that are mostly in scripts without spaces, where a word has two characters;
            never more than min_characters.
        min_copies: a unit goes only if it occurs in at least so many places, all documents counted.
        keep: which document's copy stays; equal ranks go by doc_id.
        quality: the score or column that best-quality goes by.
        memory_bytes: what one task holds in memory at most, but for the texts of a batch and what one shard loses.
    """

    unit: Unit = "line"
    min_characters: Annotated[int, at_least(1)] = 40
    min_unspaced: Annotated[int, at_least(1)] = 16
    min_copies: Annotated[int, at_least(2)] = 2
    keep: Keep = "oldest"
    quality: str | None = None
    memory_bytes: Annotated[int, at_least(1)] = 1 << 30

    @property
    def least(self) -> Least:
        """Return how long units must be."""
        return Least(min(self.min_unspaced, self.min_characters), self.min_characters)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant together."""
        check_order(self.keep, self.quality)
