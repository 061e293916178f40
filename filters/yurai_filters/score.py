"""Define filter "score", which judges by a named score, as a classifier or a tagger wrote it."""

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.compare import above, below
from yurai_filters.declare import document_filter
from yurai_filters.named_scores import first_named
from yurai_filters.ranges import Score
from yurai_filters.why import first_reason


@document_filter("score", version=1)
def score(
    quality: pa.ListArray,  # type: ignore[type-arg] # pyarrow takes no arguments at run time
    *,
    name: str = "classifier",
    min_score: Score | None = None,
    max_score: Score | None = None,
) -> pa.StringArray:
    """Drop documents whose named score is beyond a limit; a score of exactly a limit stays.

    What it drops: `low-score` below `min_score`, `high-score` above `max_score` (unset: no limit), of the score `name`
    in column `quality`. A document without that score stays, and is counted as not judged.
    Why: a classifier or a tagger says one thing of a page; which of that is good enough differs from recipe to recipe.
    Source: this project. To cut at a share of the corpus, or to drop what has no score, there is stage threshold.
    Example: `name = "edu", min_score = 0.5` drops a page with score `edu` 0.4999 as `low-score`.
    """
    _, values = first_named(quality, lambda names: pc.equal(names, pa.scalar(name)))
    return first_reason(low_score=below(values, min_score), high_score=above(values, max_score))
