"""Ask rules whether they would drop a text, while the page is still at hand and another extractor can be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from yurai_filters import FILTERS, TAGGERS, Declaration, judge, measure
from yurai_filters.run_rule import AnyArray

_WIDE: Final = re.compile("[\u3041-\u30ff\u3400-\u9fff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Letters of scripts that put no space between words: kana, Han, Thai, Lao, Tibetan, Myanmar, Khmer."""
_SPACED, _UNSPACED = "en", "zh"


def rule_of(name: str) -> Declaration:
    """Return the filter called `name`, if it reads nothing but what taggers tell of a text.

    Raises:
        ValueError: there is no such filter, or it reads what is not known of a page yet.
    """
    known = sorted(name for name, one in FILTERS.items() if not _unknown(one))
    if name not in FILTERS:
        raise ValueError(f"retry_rules: no filter is called {name!r} (there are: {', '.join(known)})")
    if unknown := _unknown(FILTERS[name]):
        raise ValueError(f"retry_rules: {name} reads {unknown[0]}, which extract does not know; use {', '.join(known)}")
    return FILTERS[name]


def _unknown(rule: Declaration) -> list[str]:
    told = {"text", "lang", *(name for tagger in TAGGERS.values() for name in tagger.writes)}
    return [name for name in rule.columns if name not in told]


def dropped_by(text: str, names: Sequence[str]) -> str | None:
    """Return the first of the rules, with its own default settings, that would drop a text; None where none would.

    No language is known yet. A text is judged as one in English, or in Chinese where a third of it is in letters of
    scripts without spaces: what counts words does not judge it then.
    """
    unspaced = 3 * len(_WIDE.findall(text)) > len(text)
    lang = pa.array([_UNSPACED if unspaced else _SPACED])
    columns: dict[str, AnyArray] = {"text": pa.array([text]), "lang": lang}
    for name in names:
        rule = rule_of(name)
        for tagger in TAGGERS.values():
            if any(column in tagger.writes and column not in columns for column in rule.columns):
                columns |= measure(tagger, columns, {})
        if judge(rule, columns, {}, lang).reason[0].is_valid:
            return name
    return None
