"""Define filter "language", which drops documents in languages that are not wanted or not certain."""

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.compare import below
from yurai_filters.declare import document_filter
from yurai_filters.ranges import Share
from yurai_filters.settings import EVERY, LanguageCodes
from yurai_filters.why import first_reason

UNDETERMINED = "und"


@document_filter("language", version=1, cites="arXiv:1911.00359 (CCNet)")
def language(
    lang: pa.StringArray,
    lang_score: pa.FloatArray,
    *,
    allow: LanguageCodes = (EVERY,),
    min_score: Share = 0.5,
) -> pa.StringArray:
    """Drop documents whose language is not listed, or is not certain enough; a score of exactly the limit stays.

    What it drops: `undetermined` (`lang` is `und`, the identifier found none), `language-not-listed` (`allow` is a list
    of codes as column `lang` holds them; `*` allows every language), `low-score` (`lang_score` below `min_score`).
    `und` in `allow` keeps documents without a language, whatever their score.
    Why: a model of one language learns little from another, and a low score marks lists, code and mixed pages.
    Source: CCNet drops a page unless fastText's score is above 0.5; FineWeb asks for 0.65.
    Example: `allow = ["ja"]` drops an English page as `language-not-listed`.
    """
    is_known = pc.not_equal(lang, pa.scalar(UNDETERMINED))
    listed = pc.is_in(lang, value_set=pa.array(allow, pa.string()))
    any_known = pc.and_(is_known, pa.scalar(EVERY in allow))
    return first_reason(
        undetermined=pc.and_not(pc.invert(is_known), listed),
        language_not_listed=pc.and_not(is_known, pc.or_(listed, any_known)),
        low_score=pc.and_(is_known, below(lang_score, min_score)),
    )
