"""Find names of people where a word says that one stands there: `氏名：`, `様`, `Mr.`; reported, as it is no proof."""

# ruff: noqa: RUF001, RUF002 - signs and letters of full width are meant
from __future__ import annotations

import functools

from yurai_filters.pii.typed_re2 import Pattern, pattern_of_utf8

_KANJI = "一-龠々"
_LABEL = (
    r"(?:氏名|お名前|名前|姓名|担当者?|代表者?|代表取締役(?:社長)?|取締役|店長|園長|校長|院長|会長|社長|理事長|部長|課長|監督|著者?|訳者?|作者"
    r"|執筆者?|編集者?|講師|記者|差出人|申込者|契約者|世帯主|保護者|受取人|口座名義人?)"
)
_NAME = (
    rf"[{_KANJI}]{{1,4}}[ 　]?[{_KANJI}]{{1,4}}|[{_KANJI}]{{1,4}}[ 　][ぁ-んァ-ヶー]{{2,6}}"
    r"|[ァ-ヶー]{2,6}[ 　][ァ-ヶー]{2,6}"
)
_JAPANESE = (
    rf"{_LABEL}(?:[:：／|｜]|は|[ 　\t]){{1,3}}({_NAME})"
    rf"|([{_KANJI}]{{2,4}}[ 　]?[{_KANJI}]{{0,3}})(?:様|さん|氏|殿)(?:[はがのへにをと、。）)」 　]|より|から)"
)
_ENGLISH = (
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? ([A-Z][a-z]+(?: [A-Z]\.)?(?: [A-Z][a-z]+)?)"
    r"|\b(?:Name|Author|Contact|Written by|Reported by|Patient)[:：]? ([A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+)\b"
)
_TITLES = frozenset(
    (
        "皆",
        "客",
        "神",
        "王",
        "奥",
        "仏",
        "患者",
        "学生",
        "業者",
        "店員",
        "会員",
        "読者",
        "先方",
        "貴",
        "各位",
        "同",
        "両",
        "母",
        "父",
        "娘",
        "息子",
    )
)


@functools.cache
def names() -> Pattern:
    """Return the pattern over UTF-8; its groups are names."""
    return pattern_of_utf8(f"{_JAPANESE}|{_ENGLISH}")


def is_name(written: str) -> bool:
    """Whether `written` is no word for people of a kind: `皆様`, `患者さん`."""
    return written.strip().removeprefix("お") not in _TITLES
