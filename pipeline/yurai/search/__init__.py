"""Search the text of a corpus letter by letter: suffix arrays over UTF-16 units, read where they lie.

    units       texts as units, and places in them as letters
    forms       the forms that texts are indexed in, with places in the text as it was given
    suffixes    sort the suffixes of a piece
    heads       beginnings of suffixes, so that a search reads few pages
    access      bytes of a file: mapped, or ranges of a store
    piece       one piece: bounds of a pattern, longest match, documents
    longest     where the longest run that a live document holds ends
    maximal     maximal runs of a text by few searches
    spans       the same over all pieces, cut and counted as people read them
    search      an open index: count, find, spans, what comes next

Suffixes stand in the order of the numbers of their units, and what is shorter stands first.
"""

from yurai.search.search import Hit, Search
from yurai.search.spans import Found, Rules

__all__ = ["Found", "Hit", "Rules", "Search"]
