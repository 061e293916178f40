"""Bring a text into the form in which a language model saw its training text."""

# ruff: noqa: RUF001 - marks as they are written
from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, TypeAlias

Form: TypeAlias = Literal["ccnet", "nfkc", "none"]
_MARKS: Final = str.maketrans(
    "，。、„”“«»」「《》´∶：？！（）；–～’━〈〉【】％►",
    ',.,"""""""""\'::?!();-~\'-<>[]%-',
) | str.maketrans({"—": " - ", "．": ". ", "…": "..."})
_DIGIT: Final = re.compile(r"\d")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")


def formed(text: str, form: Form) -> str:
    """Return `text` in a form.

    `ccnet` is cc_net's `text_normalizer.normalize` at its defaults: small letters; no combining marks, so が becomes か
    and 한 its three parts; digits of any script 0; marks of punctuation ASCII; no control characters, line feeds among
    them. `nfkc` is Unicode's compatibility composition.
    """
    if form == "ccnet":
        return _ccnet(text)
    return unicodedata.normalize("NFKC", text) if form == "nfkc" else text


def _ccnet(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.strip().lower())
    bare = "".join(one for one in apart if one.isascii() or unicodedata.category(one) != "Mn")
    return _CONTROL.sub("", _DIGIT.sub("0", bare).translate(_MARKS))
