"""Read the words before a number that say what it is: the nearest one decides.

`Tel. 03-1234-5678` is a phone number; `order no. 03-1234-5678` is none, though somebody says `tel` before it.
"""

from __future__ import annotations

import functools

import re2

PHONE = (
    r"\b(?:tel|telephone|phone|fax|mobile|cell|cellphone|call|contact)(?:[ .]{0,2}(?:no|nr|num|number)s?)?(?:\.? ?#|\b)"
    r"|\b(?:tels|phones|calls|calling|dial|dialing|sms|whatsapp|hotline|helpline|landline|desk|voicemail"
    r"|toll[- ]free|reach|ring|text (?:me|us))\b"
    r"|tél|\btelef[oó]n|\btelefone|\bтел|☎|☏|✆|📞|📱|📠"  # noqa: RUF001 - Russian
    r"|(?:電話|携帯|連絡先|fax|tel)の?(?:番号|ナンバー|no\b\.?)|電話|でんわ|携帯|ケータイ|けいたい|ファ[ック]?クス|ファクシミリ|ダイヤル"
    r"|フリーコール|ホットライン"
    r"|連絡|問い?合わ?せ|代表|直通|窓口|予約|受付|受け付け"
)
CARD = (
    r"\b(?:credit|debit|cc|cards?(?: no| num| number)?|visa|mastercard|amex|american express|jcb|diners|maestro"
    r"|unionpay)(?:\.? ?#|\b)|カードの?(?:番号|ナンバー|no\b\.?)?|クレジット|クレカ"
)
RECEIPT = (
    r"(?:予約|受付|受け付け|問い?合わ?せ)(?:の?(?:受付|整理|管理|受け付け))?(?:番号|ナンバー|no\b\.?|id\b|コード)"
    r"|電話の?(?:受付|予約|整理|管理|会員|注文)(?:番号|no\b\.?)"
)
"""Numbers that are given out to those who call, and are not what they call."""
OTHER_NUMBER = (
    r"\b(?:order|orders|invoice|price|serial|id|ids|sku|part|model|version|ver|release|ticket|case|account|tracking"
    r"|ref|reference|isbn|issn|ean|jan|doi|pmid|article|patent|figure|table|section|rfc|bug)\b|\bno\.|#|[$€£¥₩]"
    r"|[一-龠ァ-ヶー]番号|コード|品番|型番|型式|注文|受注|伝票|口座|会員|価格|値段|金額|税込|税抜|合計|円|第"
)
_AMOUNT = re2.compile(
    r"^ ?(?:円|ドル|ユーロ|ウォン|元|件|台|枚|[%$€£¥]|(?:yen|jpy|usd|eur|dollars?|euros?|bytes?|[kmg]b)\b)"
)


class Context:
    """Finds the nearest word before a number: for it, or for another kind of number."""

    def __init__(self, words: str, against: str = OTHER_NUMBER, surely_against: str = "") -> None:
        """`surely_against` goes before `words` that begin alike."""
        surely = f"{surely_against}|" if surely_against else ""
        self._words = re2.compile(f"{surely}({words})|{against}")
        self.says = functools.lru_cache(4096)(self._says)  # `tel: ` and the like come again and again

    def _says(self, before: str) -> bool | None:
        """Return True if the last word in `before` is for the number, False if against it, None if there is none."""
        last = None
        for match in self._words.finditer(before) if before else ():
            last = match
        return None if last is None else last.group(1) is not None


@functools.lru_cache(4096)
def is_amount(after: str) -> bool:
    """Whether what follows a number makes it an amount."""
    return bool(after) and _AMOUNT.search(after) is not None


_CALLED = re2.compile(
    r"^[ (\[/-]{0,3}(?:代表|直通|お?電話|(?:tel|fax|phone|mobile|cell)\b|携帯|内線|ファ[ック]?クス|フリーダイヤル)"
    r"|^(?:まで|へ|に|宛に?|にて)(?:お|ご)?(?:電話|連絡|問い?合わ?せ|お問い?合わ?せ|かけ)"
)


@functools.lru_cache(4096)
def is_called(after: str) -> bool:
    """Whether what follows a number says that people call it: `03-1234-5678 (代表)`."""
    return bool(after) and _CALLED.search(after) is not None
