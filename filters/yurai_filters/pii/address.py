"""Find addresses in Japan down to the number of the house: prefecture, municipality, town, and 丁目, 番地, 号.

An address has an area (`千代田区`), a town (`丸の内`) and a block number that nothing else has: `1丁目2番3号`, `1-2-3`,
`12番地`. Scores, ordinances and issues of papers have the first and the last too, so words of theirs between say no.
Source: order of parts by the Act on Indication of Residential Address (1962); candidates come from the shadow, where
kanji of areas and of blocks have bytes of their own.
"""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

import functools
import re

from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.japan_areas import KANJI, MUNICIPALITY, PREFECTURE
from yurai_filters.pii.typed_re2 import pattern

_CANDIDATE = pattern(r"\xC2[\x80-\xBF\xC2-\xFE 0-9]{1,36}?[0-9\xC4]{1,5}(?:-[0-9]|\xC3|\x80[0-9])")
_BEFORE, _WINDOW = 14, 96
"""Bytes before a candidate in which its area may begin, and of a whole address."""
_N = r"(?:[1-9][0-9]{0,4}|[〇一二三四五六七八九十百]{1,5})"
_D = r"[1-9][0-9]{0,4}"
_LETTER = rf"(?:[{KANJI}ぁ-んァ-ヶー・ノ]|[ァ-ヶ]-)"
_BLOCK = (
    rf"{_N} ?丁目 ?(?:{_N} ?(?:番地?の?|-) ?(?:{_N} ?(?:号|-{_D})?)?|{_D})"
    rf"|{_N} ?番地(?: ?の ?{_N}|-?{_D}(?:-{_D})?)?"
    rf"|{_N} ?番 ?{_N} ?号?"
    rf"|{_D}-{_D}(?:-{_D}){{0,2}}(?: ?号)?"
)
_BUILDING = rf"(?:[ \u3000]?(?:[{KANJI}ァ-ヶーA-Za-z・]|[ァ-ヶ]-){{2,20}}[ \u3000]?[0-9A-Z]{{1,5}}(?:号室?|階|F))?"
_ADDRESS = re.compile(
    rf"(?P<head>(?:(?P<prefecture>{PREFECTURE})[ ]?)?(?P<county>[{KANJI}]{{1,4}}郡[ ]?)?"
    rf"(?P<area>{MUNICIPALITY})[ ]?(?:[{KANJI}]{{1,3}}区[ ]?)?)"
    rf"(?P<town>(?:{_LETTER}|[0-9](?=[条線丁号西東南北区])|[0-9]{{1,2}}(?=[条線])|[ ]){{0,28}}?)"
    rf"(?P<block>{_BLOCK}){_BUILDING}"
)
_NO_AREA = re.compile(
    r"(?:^(?:[同当各本全両毎他隣何]|.*[^京])?都市|市町村|^[同当各本全両毎他隣何一二三数][市区町村]|.[地学街工特教管]区|選挙区|^[市区町村])$"
)
_NO_TOWN = re.compile(
    r"[をへ]|から|まで|より|では|には|とは|など|する|した|です|ます|条例|規則|選抜|大会|選挙|代表|[国県都府市]道|号線|在住|旅行|会議|協議"
    r"|新聞|通信|放送|チーム|決勝|予選|試合|対戦|得点|投票|人口|面積|平成|令和|[0-9〇一二三四五六七八九十][年月日時]"
)
_NO_SUFFIX = re.compile(
    r"民|内(?!幸|神|野|久|本|平|山|田|町|丸)|立(?!川|野|石|花|売|町|江|会|田)|役所|議|販|価|況|外(?!山|神|浦|苑|院)|営|分(?!田|木)|間(?!口|宮)"
    r"|別(?!府|当|所)|域|画|切|長(?!者|峰|尾|田|沢|浜|洲|町|島|野|坂|谷|根|岡|崎|篠|岳|良|吉|等|江|久|栄|津|淵|作|瀬|井|泉|原|岩|池|山)"
)
"""What follows `市` or `区` in a word of its own: `市民`, `区間`. A prefecture before them makes them an area."""
_BAD_END = frozenset("がはでにとをへも約計各第の")
_AFTER = re.compile(
    r"\s?(?:で(?:勝|敗|引|逆)|対|の(?:勝|敗|スコア|同点)|勝|敗|日|時|分|年|月|人|件|%|％|回|円|倍|度|位|点|枚|巻|秒|泊|km|キロ|メートル|ページ|頁|条|項|号線|歳|名|世帯|議席|票|下車)"
)
_LABEL = re.compile(r"(?:住所|所在地|居所|自宅|本社|本店|宛先|送り先|送付先|届け先|〒[0-9 -]{7,10})[^0-9A-Za-z]{0,4}$")
_TWO = re.compile(rf"{_D}-{_D}")


def find_addresses(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of addresses in the shadow."""
    codes, spans, last = shadow.codes, [], 0
    for match in _CANDIDATE.finditer(codes):
        first = max(last, match.start() - _BEFORE)
        if match.end() <= last:
            continue
        place = _address(shadow.spelled(first, min(len(codes), first + _WINDOW)), match.start() - first)
        if place is not None:
            spans.append((first + place[0], first + place[1]))
            last = first + place[1]
    return spans


@functools.lru_cache(4096)
def _address(text: str, area: int) -> tuple[int, int] | None:
    """Return where the first address in `text` is that has a kanji of an area at `area` or behind."""
    for match in _ADDRESS.finditer(text):
        if match.end("head") > area and _is_address(match, text):
            return match.span()
    return None


def _is_address(match: re.Match[str], text: str) -> bool:
    town, block = match["town"].strip(), match["block"]
    if _AFTER.match(text, match.end()) or text[match.end() : match.end() + 1].isdigit():
        return False
    if _NO_TOWN.search(town) or town[-1:] in _BAD_END or _NO_AREA.search(match["area"]):
        return False
    if match["prefecture"] is None and _NO_SUFFIX.match(town):
        return False
    is_sure = match["prefecture"] or match["county"] or _LABEL.search(text[: match.start()]) is not None
    if _TWO.fullmatch(block) and not (is_sure and town):
        return False
    return bool(town) or match["prefecture"] is not None or "番地" in block
