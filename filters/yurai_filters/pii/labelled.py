"""Find numbers that a label beside them makes personal.

Twelve digits are an order number as often as a licence. So the text around numbers is searched for labels, all of them
in one pattern. Behind a label, and before the next one, stands its number; lists and columns go on behind it. Cost is
linear: windows are short, and a window ends where the next label begins.
"""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from yurai_filters.pii import foreign_rules, japan_rules
from yurai_filters.pii.edges import is_clear_after, is_clear_before
from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.kinds import Kind, Span
from yurai_filters.pii.rules import Rule
from yurai_filters.pii.typed_re2 import Pattern, pattern, pattern_of_utf8
from yurai_filters.pii.utf8 import matches

RULES: tuple[Rule, ...] = (*japan_rules.RULES, *foreign_rules.RULES)
KINDS: frozenset[Kind] = frozenset(rule.kind for rule in RULES)
_WINDOW = 72
"""Bytes behind a label, or before it, that are searched: a gap and the longest number."""
_REACH = 96
"""Bytes on both sides of a number in which a label of it may begin or end."""
_RUN = pattern(r"[0-9](?:[-./() \x80]{0,4}[0-9]){5,}|[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z]")
_TRIES = 3
"""Numbers of the right form behind one label that are checked."""
_SIGNS = (
    r"[\s:;=.,、，/|・･#()\[\]{}「」『』【】〈〉《》<>〔〕→⇒▶►▷☞★☆*_\-\"'`~◆■●○◇※&+]"
    r"|no\b\.?|n°|nr\b\.?|num(?:ber)?s?\b|番号|番|ナンバー|記号|欄|is\b|are\b|was\b|of\b|the\b|your\b|my\b|id\b|の|は|が|も|を|第|及び|または|写し"
)
_NEAR = re.compile(rf"(?:{_SIGNS}){{0,16}}")
_NEXT = re.compile(r"(?:[\s、,，/|・･;&)）」】]|と|や|and|or|および|及び|または){1,6}")
_AGAINST = re.compile(
    r"。|．|[!?！？]|注文|受注|伝票|受付|予約|問い?合わ?せ|追跡|管理|会員|顧客|お客様|[品型図]番|製造|商品|部品|シリアル|登録番号"
    r"|申請|許可|認可|許諾|証券|電話|携帯|郵便|法人|金額|価格|経費|費用|予算|合計|手数料|件数|枚数|総額|残高|コード|約\b"
    r"|\b(?:order|invoice|tracking|serial|parts?|ticket|case|phone|tel|fax|price|cost|total|zip|isbn|version)\b"
)
_AMOUNT = re.compile(
    r"\s?(?:百万|千|億|万|兆)?(?:円|ドル|件|人|名(?![義前])|枚|通|個|台|冊|部|回|ページ|点|本(?!人)|社(?!会)|票|歳|年|月|日|時|分|秒|%|％|kg|mm|km|yen|usd|dollars?|people)"
)
_ROW = re.compile(r"(?: ?[\t|][^\n\t|0-9]{0,12}){0,3}\s?\n(?:[^\n\t|0-9]{0,12}[\t|] ?){1,4}")
"""From a label in the first row of a table to a cell below, over cells without digits."""
_FRONT = re.compile(r"号?[\s(（【\[「『:：/／|<〈-]{0,4}(?:が|は|という)?")
_INSIDE = re.compile(r"[0-9 -]+(?:の|・|/|、)?\s?番号[はが:\s]*[0-9]+")
_SIGN = bytes(code for code in range(256) if not (chr(code).isascii() and chr(code).isalnum()))
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_BARRIERS = re.compile(rb"[\0\x02]")
_ENDS = re.compile(r"[。．!?\n]")
_NEAR_GAP, _FAR_GAP = 24, 32


class _Label(NamedTuple):
    """A label in the shadow: which rule it is of, and where it begins and ends."""

    rule: int
    start: int
    end: int


def find_labelled(shadow: Shadow, wanted: frozenset[Kind]) -> list[Span]:
    """Return places in the shadow of numbers of `wanted` kinds that have a label; in order, and none overlaps."""
    spans: list[Span] = []
    labels, last = _labels(shadow), 0
    for label, following in itertools.zip_longest(labels, labels[1:]):
        rule = RULES[label.rule]
        if rule.kind in wanted and label.end >= last and not _BARRIERS.match(shadow.codes, label.start):
            stop = min(len(shadow.codes), label.end + _WINDOW, following.start if following else len(shadow.codes))
            found = _behind(shadow, rule, label.end, stop)
            if not found and rule.behind:
                found = _before(shadow, rule, label.start, last)
            spans += [Span(rule.kind, *place) for place in found]
            last = found[-1][1] if found else last
    return spans


def _behind(shadow: Shadow, rule: Rule, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the number behind a label that ends at `start`, and those that go on from it as a list."""
    barrier = _BARRIERS.search(shadow.codes, start, stop)
    found: list[tuple[int, int]] = []
    for place in _numbers(shadow, rule, start, barrier.start() if barrier else stop):
        gap = shadow.folded(found[-1][1] if found else start, place[0])
        if not (_NEXT.fullmatch(gap) if found else _is_gap(gap, rule.gap == "far")):
            break
        if _AMOUNT.match(shadow.after(place[1])) or not _is_right(shadow, rule, *place):
            if found:
                break
            continue
        found.append(place)
    return found


def _before(shadow: Shadow, rule: Rule, start: int, last: int) -> list[tuple[int, int]]:
    """Return the number that stands right before a label, but for brackets."""
    floor = max(last, start - _WINDOW // 2)
    found = list(_numbers(shadow, rule, floor, start))[-1:]
    if found and _FRONT.fullmatch(shadow.folded(found[0][1], start)) and _is_right(shadow, rule, *found[0]):
        sentence = _ENDS.split(shadow.before(found[0][0]))[-1]
        return [] if _AGAINST.search(sentence) else found
    return []


def _numbers(shadow: Shadow, rule: Rule, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield what has the form of the rule's numbers and is a piece of nothing longer."""
    for match in itertools.islice(_forms(rule.forms).finditer(shadow.codes, start, stop), _TRIES):
        first, end = match.span()
        if is_clear_before(shadow.codes, first) and is_clear_after(shadow.codes, end):
            yield first, end


def _is_right(shadow: Shadow, rule: Rule, start: int, end: int) -> bool:
    written = shadow.codes[start:end]
    if not written.isascii() and not _INSIDE.fullmatch(shadow.folded(start, end)):
        return False
    return rule.check(written.upper().translate(None, _SIGN))


@functools.lru_cache(4096)
def _is_gap(gap: str, far: bool) -> bool:
    """Whether a label reaches over `gap` to its number."""
    if (len(gap) <= _NEAR_GAP and _NEAR.fullmatch(gap)) or _ROW.fullmatch(gap):
        return True
    return far and len(gap) <= _FAR_GAP and not _AGAINST.search(gap)


@functools.cache
def _forms(written: str) -> re.Pattern[bytes]:
    """Compile forms with `re`: from Python it is faster than RE2 in short windows, and no form repeats a repeat."""
    return re.compile(written.encode("latin-1"))


def _labels(shadow: Shadow) -> list[_Label]:
    """Return the labels near numbers, from the first to the last; they are looked for once for all rounds."""
    if shadow.labels is None:
        shadow.labels = [one for stretch in _stretches(shadow.codes) for one in _labels_in(shadow, *stretch)]
    return [_Label._make(one) for one in shadow.labels if _is_word(shadow.codes, one[1], one[2])]


def _stretches(codes: bytes) -> list[tuple[int, int]]:
    """Return the parts of a shadow from which a label reaches a number; most pages have few and short ones."""
    found: list[tuple[int, int]] = []
    for match in _RUN.finditer(codes):
        start, end = max(0, match.start() - _REACH), min(len(codes), match.end() + _REACH)
        if found and start <= found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _labels_in(shadow: Shadow, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield which rule a label is of, and where it is in the shadow, in one stretch of it."""
    first, last = shadow.place(start, end)
    for rule, at, stop in matches(_pattern(), shadow.text[first:last]):
        yield (rule - 1, *shadow.place_of(first + at, first + stop))


def _is_word(codes: bytes, start: int, end: int) -> bool:
    """Whether a label in letters of ASCII is a word of its own."""
    if start and codes[start] in _LETTERS and codes[start - 1] in _LETTERS:
        return False
    return not (end < len(codes) and codes[end - 1] in _LETTERS and codes[end] in _LETTERS)


@functools.cache
def _pattern() -> Pattern:
    return pattern_of_utf8("|".join(_labels_of(rule) for rule in RULES))


def _labels_of(rule: Rule) -> str:
    """Return a group that matches the labels of a rule in narrow and wide letters."""
    wide = "".join(_any_width(piece) for piece in _PIECE.findall(rule.labels))
    return f"({wide})" if rule.exact else f"((?i:{wide}))"


def _any_width(piece: str) -> str:
    """Return what matches letters and signs of ASCII in either width; what else a pattern has, as it is."""
    is_class = piece.startswith("[")
    inner = piece[1:-1] if is_class else piece
    wide = "".join(chr(ord(one) + _TO_WIDE) for one in inner if one.isascii() and (one.isalpha() or one in "-#/."))
    if not wide or (piece.startswith(("\\", "(", ".")) and piece != "\\."):
        return piece
    return f"[{wide}{inner}]"


_TO_WIDE = 0xFEE0
"""From a letter of ASCII to its full-width form."""
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|.")
