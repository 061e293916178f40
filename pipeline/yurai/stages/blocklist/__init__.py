"""Know again what was taken down, by the blocklists that takedowns wrote: texts by what they share, places by name.

sets      sets of shingles, and which of them a text is near, or has in it
passages  a passage inside a text, letter by letter, by its hash
places    a URL as takedowns select it
known     the lists of a run: which case blocks a page, a text
"""
