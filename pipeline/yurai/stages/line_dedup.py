"""line-dedup: lines or paragraphs that occurred before in the corpus leave the text."""

from yurai.dedup.lines import Unit
from yurai.dedup.order import Keep, check_order
from yurai.errors import RecipeError
from yurai.stage import stage


@stage("line-dedup", version=1, kind="dedup")
def line_dedup(
    *,
    unit: Unit = "line",
    min_characters: int = 40,
    min_copies: int = 2,
    keep: Keep = "oldest",
    quality: str | None = None,
    memory_bytes: int = 1 << 30,
) -> None:
    r"""Remove lines or paragraphs that occur before in the corpus; a document with nothing left is dropped.

    Units are equal when they are the same in NFC and lower case, with digits as 0, without punctuation, white space as
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
        min_copies: a unit goes only if it occurs in at least so many places, all documents counted.
        keep: which document's copy stays; equal ranks go by doc_id.
        quality: the score or column that best-quality goes by.
        memory_bytes: what one task holds in memory at most, but for the texts of a batch and what one shard loses.

    Raises:
        RecipeError: a limit that says nothing, or `keep` and `quality` do not go together.
    """
    for name, value, least in (
        ("min_characters", min_characters, 1),
        ("min_copies", min_copies, 2),
        ("memory_bytes", memory_bytes, 1),
    ):
        if value < least:
            raise RecipeError(f"stage line-dedup: {name} must be at least {least}, not {value}")
    check_order(keep, quality, "stage line-dedup")
    del unit
