"""Say which tokens no text is given: turns of a chat, masks, ends. A page that spells one out is letters.

Such a token is one that a tokenizer's file adds to what was learnt from text: an added token of a `tokenizer.json`, a
user-defined piece of a SentencePiece `.model`. Runs of white space, single characters and fallback bytes are added
too, and control nothing. A recipe may allow some by name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SHORTEST_CUT = 2
_FALLBACK = re.compile(r"<0x[0-9A-F]{2}>")
_SHOWN = 20


def controlling(added: Mapping[int, str], allow: Sequence[str], *, where: str) -> frozenset[int]:
    """Return the ids of added tokens that no text is given, {id: spelling} being all that were added.

    Raises RecipeError where `allow` names what is no such token.
    """
    guarded = {number: content for number, content in added.items() if _controls(content)}
    if unknown := [name for name in allow if name not in guarded.values()]:
        raise RecipeError(
            f"{where} adds no token {unknown[0]!r} that allow_tokens could allow; it adds {_list(guarded.values())}"
        )
    return frozenset(number for number, content in guarded.items() if content not in allow)


def _controls(content: str) -> bool:
    return len(content) >= SHORTEST_CUT and not content.isspace() and _FALLBACK.fullmatch(content) is None


def _list(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:_SHOWN]) or "none"
    return f"{shown} and {len(names) - _SHOWN} others" if len(names) > _SHOWN else shown
