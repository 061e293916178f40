"""Parse decoded text into a tree that is safe to walk, and read its title.

The parser gets UTF-8 bytes with the encoding stated (lxml refuses text that has an XML declaration), with options under
which trafilatura gives on a tree what it gives on text. libxml2 drops what lies deeper than 256 elements, or 2,048 with
`huge_tree`, and notes that it reached a limit; browsers stop nesting at 512. Deeper pages are flattened here before
another parse.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from yurai.extraction.budgets import RAW_TEXT, TAG
from yurai.extraction.characters import CONTROLS

# the same in UTF-8, in which they are bytes of their own, and U+FFFE and U+FFFF
_CONTROL_BYTES: Final = bytes(set(range(32)) - set(b"\t\n\x0c\r"))
_NEW_LINES: Final = bytes.maketrans(b"\x0c", b"\n")
_NO_CHARACTERS: Final = re.compile(rb"\xef\xbf[\xbe\xbf]")
# one class for all elements, told in C: a form of its own is no use here, and its lookup is a call for each element
_ONE_CLASS: Final = etree.ElementDefaultClassLookup(element=HtmlElement)
_VOID: Final = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
# html, body and what the parser adds on its own lie above the elements that the page names
_MARGIN: Final = 12
_SMALL: Final = 256
"""Elements in each other that libxml2 keeps without `huge_tree`: what it does not cut is no deeper."""


def to_markup(text: str) -> bytes:
    """UTF-8 of a page without the characters that no XML tree can hold (NUL and other controls, lone surrogates)."""
    try:
        data = text.encode()
    except UnicodeEncodeError:  # lone surrogates
        data = CONTROLS.sub("", text).encode()
    data = data.translate(_NEW_LINES, _CONTROL_BYTES)
    # asked of the text, which knows of itself whether it holds any letter so high
    return _NO_CHARACTERS.sub(b"", data) if "\ufffe" in text or "\uffff" in text else data


def printable(text: str) -> str:
    """Text as a page gives it, without the control characters that its character references may spell.

    Form feeds too: in texts of other handlers they part pages.
    """
    return CONTROLS.sub("", text).replace("\x0c", "\n").strip("\n").rstrip()


def parse(markup: bytes, max_depth: int) -> tuple[HtmlElement | None, bool]:
    """Parsed page, or None where there is no element at all, and whether it had to be flattened."""
    tree, cut = _parse(markup, huge=max_depth < _SMALL)
    if cut:
        tree, cut = _parse(markup, huge=True)
    elif max_depth >= _SMALL:
        return tree, False
    if tree is None or not (cut or _deeper_than(tree, max_depth)):
        return tree, False
    flat, _ = _parse(_flatten(markup, max_depth - _MARGIN), huge=True)
    return flat, True


def _parse(markup: bytes, *, huge: bool) -> tuple[HtmlElement | None, bool]:
    """Parsed page, and whether libxml2 stopped at a limit of its own: `huge` ones are for depth and size of a text.

    Raises MemoryError where libxml2 ran out of memory, which lxml reports as a syntax error or as a shorter page.
    """
    parser = HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=huge,
    )
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = document_fromstring(markup, parser=parser)
    except etree.ParserError:
        tree = None
    except etree.XMLSyntaxError:
        if _said(parser, "ERR_NO_MEMORY"):
            raise MemoryError from None
        raise
    if _said(parser, "ERR_NO_MEMORY"):
        raise MemoryError
    return tree, _said(parser, "ERR_RESOURCE_LIMIT")


def _said(parser: HTMLParser, error: str) -> bool:
    return any(entry.type_name == error for entry in parser.error_log)


_DEEPER: dict[int, etree.XPath] = {}


def _deeper_than(tree: HtmlElement, depth: int) -> bool:
    if depth not in _DEEPER:
        _DEEPER[depth] = etree.XPath(f"boolean({'/*' * (depth + 1)})")
    return bool(_DEEPER[depth](tree))


def _flatten(markup: bytes, depth: int) -> bytes:
    """The page with tags below a depth taken out and their text left in, a line break in place of each."""
    open_names: list[bytes] = []

    def keep_or_break(tag: re.Match[bytes]) -> bytes:
        closing, name = tag[1], tag[2].lower()
        if name in _VOID:
            return tag[0]
        if not closing:
            open_names.append(name)
            return tag[0] if len(open_names) <= depth else b"\n"
        if name not in open_names[-depth:]:
            return b"" if len(open_names) > depth else tag[0]
        kept = len(open_names) <= depth
        while open_names.pop() != name:
            pass
        return tag[0] if kept else b"\n"

    return TAG.sub(keep_or_break, RAW_TEXT.sub(b"", markup))


_TITLES: Final = tuple(
    etree.XPath(f"string(({path})[1])")
    for path in ("//head//title|//title[not(ancestor::svg)]", "//meta[@property='og:title']/@content", "//h1")
)


def title_of(tree: HtmlElement) -> str | None:
    """Title of a page on one line: `<title>`, else `og:title`, else the first `<h1>`; None if all are empty."""
    titles = (printable(" ".join(str(path(tree)).split())) for path in _TITLES)
    return next(filter(None, titles), None)
