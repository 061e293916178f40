"""Define filter "length", which drops texts too short to teach anything, or too long to be one document."""

import pyarrow as pa

from yurai_filters.compare import above, below
from yurai_filters.declare import document_filter
from yurai_filters.ranges import Count
from yurai_filters.why import first_reason


@document_filter("length", version=1)
def length(
    char_count: pa.Int32Array, *, min_characters: Count = 1, max_characters: Count | None = None
) -> pa.StringArray:
    """Drop documents with fewer or more characters than the limits allow; a text of exactly a limit stays.

    What it drops: `too-short` below `min_characters`, `too-long` above `max_characters` (unset: no limit).
    Why: an empty text trains nothing; very short ones are menus and error pages. Characters hold for any language.
    Source: this project. The defaults drop empty text alone; published recipes bring their own limits.
    Example: `min_characters = 400` drops a text of 399 characters as `too-short`.
    """
    return first_reason(
        too_short=below(char_count, min_characters),
        too_long=above(char_count, max_characters),
    )
