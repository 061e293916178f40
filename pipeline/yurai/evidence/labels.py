"""Tell what a licence speaks of that is the value of a label: `<dt>License<dd>CC BY`, "License: CC BY" on a line alone.

A list that names authors or a publisher describes a text, one that names formats or sizes a file or data. A line alone
describes what the page is, unless a picture stands beside it.
"""

import re
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from yurai.evidence.marks import Scope

_TEXT: Final = re.compile(
    r"\b(?:authors?|authored|autor(?:en|es)?|auteurs?|journal|publishers?|published|doi|isbn|issn|abstract|citation|pages"
    r"|chapter|editors?|posted|written|keywords)\b|著者|作者|執筆|出版|発行|掲載誌",
    re.IGNORECASE,
)
_THING: Final = re.compile(
    r"\b(?:formats?|file|filename|size|resolution|dimensions?|camera|iso|maintainers?|frequency|version|downloads?"
    r"|repository|datasets?|update\s|pixels?|software|package|platform|mime|duration|bitrate|photographer|artist|medium"
    r"|homepage|bugs|requires|programming|stars|forks)\b|サイズ|形式|解像度|撮影|データ",
    re.IGNORECASE,
)
_OF_LICENCE: Final = re.compile(
    r"licen[cs]|lizenz|licen[czç]|rights|copyright|terms\s+of\s+use|ライセンス|利用条件|著作権|许可|許可|版权|版權",
    re.IGNORECASE,
)
_LABEL: Final = 40
_ROWS: Final = 60


def label(block: HtmlElement) -> str | None:
    """Label of a licence that a `<dd>` or a cell is the value of, None of any other element or label."""
    wanted = {"dd": ("dt",), "td": ("th", "td")}.get(block.tag, ())
    other = block.getprevious() if wanted else None
    while other is not None and other.tag == block.tag == "dd":
        other = other.getprevious()
    if other is None or other.tag not in wanted:
        return None
    text = _text(other)
    return text if len(text) <= _LABEL and _OF_LICENCE.search(text) else None


def scope_of_row(block: HtmlElement) -> Scope:
    """What a licence in a row of a list or table speaks of, by the labels of the other rows."""
    box = next((box for box in block.iterancestors() if box.tag in ("dl", "table")), None)
    cells = () if box is None else islice(box.iter("dt", "th", "td"), 2 * _ROWS)
    labels = "\n".join(_text(cell) for cell in cells if cell.tag != "td" or cell.getprevious() is None)
    return "page" if _TEXT.search(labels) and not _THING.search(labels) else "unknown"


def is_alone(block: HtmlElement) -> bool:
    """Whether a block stands beside no picture: neither it, nor what is before it, nor what both are in holds one."""
    parent, before = block.getparent(), block.getprevious()
    boxes = [box for box in (block, before) if box is not None]
    if parent is not None and len(parent) < _ROWS and parent.tag not in ("body", "main", "article"):
        boxes.append(parent)
    return not any(True for box in boxes for _ in box.iter("img", "picture", "figure", "video", "audio"))


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())[: 2 * _LABEL]
