"""Find the text of a page that scripts draw: the longest prose in the data that its scripts carry.

Frameworks send a page as JSON beside an empty shell (`__NEXT_DATA__` of Next.js, `window.__INITIAL_STATE__ = {...}`).
Strings at equal places of the data, list positions apart, are one text: the paragraphs of an article, or its HTML.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from lxml import html
from lxml.html import HtmlElement

from yurai.extraction.honbun.blocks import blocks_of
from yurai.extraction.tree import to_markup

_SHORTEST: Final = 80
"""Characters of a string from which on it may be prose."""
_SPACES: Final = 0.08
"""Share of white space in prose of scripts that part words by it."""
_ASSIGNED: Final = re.compile(r"=\s*(?=[{\[])")
_MOST: Final = 8
"""Assignments of a script that are read."""
_WIDE: Final = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]")
_DECODER: Final = json.JSONDecoder()


def script_json_text(tree: HtmlElement) -> str:
    """Return the longest text in the JSON of a page's scripts, one block a line; empty where there is no prose."""
    texts = (_longest(value) for script in tree.iter("script") for value in _values(script))
    return max(texts, key=len, default="")


def _values(script: HtmlElement) -> Iterator[object]:
    """Yield the JSON of a script: all of it, or what it assigns."""
    source, kind = script.text or "", script.get("type") or "text/javascript"
    if kind == "application/json":
        yield from _decoded(source.lstrip(), 0)
    elif "javascript" in kind and len(source) > _SHORTEST:
        for found, _ in zip(_ASSIGNED.finditer(source), range(_MOST), strict=False):
            yield from _decoded(source, found.end())


def _decoded(source: str, start: int) -> Iterator[object]:
    try:
        yield _DECODER.raw_decode(source, start)[0]
    except (ValueError, RecursionError):  # no JSON, or deeper than anything that holds a text
        return


def _longest(value: object) -> str:
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [(f"{path}.{name}", inner) for name, inner in reversed(one.items())]
        elif isinstance(one, list):
            waiting += [(path, inner) for inner in reversed(one)]
        elif isinstance(one, str) and _is_prose(one):
            groups[path][one] = None  # in order, each once
    longest = max(groups.values(), key=lambda texts: sum(map(len, texts)), default={})
    return "\n".join(filter(None, map(_plain, longest)))


def _is_prose(text: str) -> bool:
    if len(text) < _SHORTEST:
        return False
    spaces = sum(map(text.count, " \n"))
    return spaces >= _SPACES * len(text) or 3 * len(_WIDE.findall(text)) > len(text)


def _plain(text: str) -> str:
    """Return a string without its HTML, if it is HTML."""
    if "</" not in text and "<br" not in text:
        return text.strip()
    body = html.fragment_fromstring(to_markup(text).decode(), create_parent="body")
    return "\n".join(block.text for block in blocks_of(body))
