"""Define filter "language-by", which judges by what a further identifier said of a page."""

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.declare import document_filter
from yurai_filters.language import language
from yurai_filters.named_scores import first_named
from yurai_filters.ranges import Share
from yurai_filters.settings import EVERY, LanguageCodes

LANGUAGE_BY = "language-by"
IDENTIFIER = "identifier"
"""Its setting that names a stage `language`."""


@document_filter(LANGUAGE_BY, version=1, cites="arXiv:1911.00359 (CCNet)")
def language_by(
    quality: pa.ListArray,  # type: ignore[type-arg] # pyarrow takes no arguments at run time
    *,
    identifier: str = "",
    allow: LanguageCodes = (EVERY,),
    min_score: Share = 0.5,
) -> pa.StringArray:
    """Drop documents whose language a further identifier does not find among those listed, or is not certain of.

    What it drops: `undetermined`, `language-not-listed` and `low-score`, as filter `language`, by the named scores of
    the stage `language` whose `name` is `identifier`. A document of which that identifier said nothing stays.
    Why: where two identifiers agree on a rare or a near language, fewer pages are in another one.
    Source: the limits of CCNet, as in filter `language`.
    Example: `identifier = "glotlid", allow = ["ja"]` drops a page with score `glotlid_zh` as `language-not-listed`.
    """
    lang, score = said_by(quality, identifier)
    return language(lang, score, allow=allow, min_score=min_score)


def said_by(quality: "pa.ListArray[pa.StructScalar]", identifier: str) -> tuple[pa.StringArray, pa.FloatArray]:
    """Return the language and the score that an identifier gave each row; null where it said nothing."""
    first = f"{identifier}_"
    names, scores = first_named(
        quality, lambda names: pc.and_not(pc.starts_with(names, first), pc.starts_with(names, f"{first}share_"))
    )
    return pc.utf8_slice_codeunits(names, len(first)), scores
