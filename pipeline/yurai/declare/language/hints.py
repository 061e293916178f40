"""Read from what stands around a text whether its Chinese characters are Japanese or Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from yurai.declare.language.labels import read_label
from yurai.declare.language.repertoire import Reading
from yurai.declare.language.veto import scripts_left
from yurai.declare.language.written import CHINESE, letters_of

_DOMAINS: Final[dict[str, Reading]] = {
    "jp": "ja",
    **dict.fromkeys(("cn", "tw", "hk", "mo", "xn--fiqs8s", "xn--fiqz9s", "xn--kprw13d", "xn--kpry57d"), "zh"),
    **dict.fromkeys(("xn--j6w193g", "xn--mix891f"), "zh"),
}
"""Top level domains of Japan, and of where Chinese is written, those in Chinese characters as IANA has them."""
_PRIMARY: Final = re.compile(r"[a-zA-Z]{2,3}(?![a-zA-Z])")
"""The primary language of a tag (BCP 47)."""


def hint_of(title: str | None, declared: Iterable[str], url: str | None) -> Reading | None:
    """Return what the title of a page says by its letters, else what it declares, else the domain that it is of.

    `declared` are values of `lang` or Content-Language; a list of several languages declares none.
    """
    return _of_title(title or "") or next(filter(None, map(_of_declared, declared)), None) or _of_domain(url or "")


def declared_code(value: str | None) -> str | None:
    """Return the code of the language that a page declares; none for English, which templates say of any page."""
    found = None if "," in (value or "") else _PRIMARY.match((value or "").strip())
    code = read_label(found[0].lower()).code if found else ""
    return None if code in {"", "en"} else code


def _of_title(title: str) -> Reading | None:
    scripts = scripts_left(title, letters_of(title))
    return "ja" if "kana" in scripts else "zh" if "han" in scripts else None


def _of_declared(value: str) -> Reading | None:
    code = declared_code(value)
    return "ja" if code == "ja" else "zh" if code in CHINESE else None


def _of_domain(url: str) -> Reading | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # a bracket that is never closed
        return None
    return _DOMAINS.get(host.rstrip(".").rpartition(".")[2])
