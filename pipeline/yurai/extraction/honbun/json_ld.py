"""Read the text that a page gives of itself in JSON-LD: on some pages a script shows it, and the markup holds none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from lxml.html import fromstring

from yurai.extraction.honbun.blocks import blocks_of

_KEYS: Final = ("articleBody", "reviewBody", "text")
_MOST_CHARACTERS: Final = 500_000
_MOST_NODES: Final = 5_000
_TAG: Final = re.compile(r"<[a-zA-Z/][^>]*>")


def json_ld_text(scripts: Sequence[str]) -> str:
    """Return the longest text that a JSON-LD node gives, empty where there is none; markup inside of it is read."""
    texts = [text for script in scripts for text in _texts(script)]
    longest = max(texts, key=len, default="")
    return _plain(longest) if _TAG.search(longest) else longest


def _texts(script: str) -> Iterator[str]:
    """Texts in one script; one that does not parse, or has over 500,000 characters, has none."""
    if len(script) > _MOST_CHARACTERS or not any(f'"{key}"' in script for key in _KEYS):
        return
    try:
        waiting = [json.loads(script, strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield from (node[key] for key in _KEYS if isinstance(node.get(key), str))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _plain(markup: str) -> str:
    return "\n".join(block.text for block in blocks_of(fromstring(f"<div>{markup}</div>")))
