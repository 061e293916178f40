"""Labels and forms of the numbers by which Japan knows a person.

Sources: My Number, see `national_id`; driving licences, 12 digits that begin with the code of a prefecture's commission
(10 to 97); passports, two letters and seven digits, as the Ministry of Foreign Affairs issues them; residence cards,
two letters, eight digits, two letters (Immigration Services Agency); basic pension numbers, 4 and 6 digits (Japan
Pension Service); bank accounts, 7 digits, and of Japan Post Bank a symbol and a number.
"""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

from yurai_filters.pii.national_id import is_japan
from yurai_filters.pii.rules import Rule, groups

_LETTERS = "[A-Za-z]"
_POST_BANK = r"[01][0-9]{4}(?:-[0-9])?(?:[- ]|[^0-9A-Za-z\0\x02]{1,6})[0-9]{5,8}"
_INSURED = r"[0-9]{4}-[0-9]{6}-[0-9]|[0-9]{1,8}[- ][0-9]{1,8}|[0-9]{2,8}[^0-9A-Za-z\0\x02]{1,6}[0-9]{2,8}|[0-9]{4,11}"
_OF_LICENCE = r"(?:証|しょう)?(?:の)?(?:番号|no\.?|ナンバー)?"


def _is_licence(number: bytes) -> bool:
    return number[:1] != b"0"


RULES = (
    Rule(
        "mynumber",
        r"マイナンバー|まいなんばー|ﾏｲﾅﾝﾊﾞｰ|個人番号|(?:12|１２|十二)桁の番号|my[ -]?number|mynumber",
        groups(4, 4, 4),
        is_japan,
        gap="far",
        behind=True,
    ),
    Rule(
        "licence",
        rf"運転免許{_OF_LICENCE}|免許証{_OF_LICENCE}|免許の?番号欄?|運転経歴証明書"
        r"|driver['’＇]?s['’＇]? licen(?:c|s)e|driving licen(?:c|s)e",
        groups(4, 4, 4),
        _is_licence,
        gap="far",
        behind=True,
    ),
    Rule(
        "passport",
        r"(?:パスポート|旅券)の?(?:番号|no\.?|ナンバー)|passports? ?(?:no\.?|nr\.?|number|num\.?|#|id)",
        r"[A-Za-z]{1,2} ?[0-9]{6,8}|[0-9]{8,9}|[0-9]{2}[A-Za-z]{2}[0-9]{5}",
        behind=True,
    ),
    Rule(
        "passport",
        r"パスポート|旅券|ﾊﾟｽﾎﾟｰﾄ|passports?",
        rf"{_LETTERS}{{2}} ?[0-9]{{7}}",
        gap="far",
        behind=True,
    ),
    Rule(
        "residence",
        r"在留カード|在留ｶｰﾄﾞ|特別永住者証明書|在留資格|外国人登録|residence card|zairyu card",
        rf"{_LETTERS}{{2}} ?[0-9]{{8}} ?{_LETTERS}{{2}}",
        gap="far",
        behind=True,
    ),
    Rule(
        "pension",
        r"(?:基礎)?年金(?:番号|手帳|証書)|pension (?:number|no\.?)",
        groups(4, 6),
        gap="far",
        behind=True,
    ),
    Rule(
        "insurance",
        r"被?保険者証?(?:等)?の?(?:記号|番号)|被保険者証|被保険者番号|(?:健康)?保険証[の 　:：]?(?:記号|番号)?"
        r"|資格確認書|受給者(?:証)?番号|health insurance (?:card )?(?:number|no\.?)",
        _INSURED,
        behind=False,
    ),
    Rule(
        "bank",
        r"口座番号|口座の番号|口座no\.?|振込口座",
        rf"[0-9]{{3,4}}-[0-9]{{7}}|[0-9]{{3}}-[0-9]{{4}}|{_POST_BANK}|[0-9]{{6,8}}",
    ),
    Rule(
        "bank",
        r"(?:普通|当座|貯蓄)(?:預金|貯金)?(?:口座)?(?:番号)?|定期預金(?:口座)?(?:番号)?|[(（〔\[［](?:普|当|貯)[)）〕\]］]",
        r"[0-9]{3}-[0-9]{7}|[0-9]{7}",
    ),
    Rule("bank", r"記号(?:・|･|/|／|-)?番号|(?:ゆうちょ|郵便)(?:銀行|局|貯金|振替)?の?(?:口座)?|記号", _POST_BANK),
    Rule("bank", r"account ?(?:number|no\.?|#)|acct\.? ?(?:number|no\.?|#)|a/c ?no\.?", r"[0-9]{7,12}"),
)
