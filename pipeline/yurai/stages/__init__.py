"""The stages, one a file, in the order of the flow: read, extract, language, measure, filter, dedup, tokenize."""

from yurai.stages import dedup, extract, filter, language, measure, read, tokenize  # noqa: A004 - `filter` is the stage's name

__all__ = ["dedup", "extract", "filter", "language", "measure", "read", "tokenize"]
