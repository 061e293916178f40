"""Tell undeclared pages in Latin letters from those in other scripts, and choose between charsets of Latin letters.

A byte over 0x7F is a letter in one charset and a sign in the next, so counting letters decides nothing: one copyright
sign would make a page Slovak. What counts is where the character stands (no letter stands alone or in capitals behind
a small one, no fraction inside of a word) and whether one language has all the letters. Without evidence a page is
windows-1252, as the HTML standard has it for most of the world
(https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding, last table).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Final
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Callable

    Decode = Callable[[str], tuple[str, int]]

WESTERN: Final = "windows-1252"
_ALPHABETS: Final = {
    "ca": "àçèéíïòóúü",
    "da no": "æøåéóòôêü",
    "de": "äöüß",
    "es eu gl": "áéíñóúü",
    "fi sv": "åäöé",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "nl": "áèéëïíóöúü",
    "is": "áæéðíóöúþ",  # ý is rare in Icelandic, and what Turkish writes most where it is misread
    "it": "àèéìîòóù",
    "pt": "áàâãçéêíóôõúü",
    "et": "äöõüšž",
}
"""Letters beyond ASCII of languages that windows-1252 holds."""
_ANY_WESTERN: Final = frozenset("".join(_ALPHABETS.values()))
# where both read as letters, a text without bytes 0x80-0x9F is ISO's: Microsoft keeps its s and z with caron there
_CENTRAL: Final = ("iso-8859-2", "windows-1250")
_BALTIC: Final = ("windows-1257", "iso-8859-13")
_OTHERS: Final = {
    "cs": ("áčďéěíňóřšťúůýž", _CENTRAL),
    "hr": ("čćđšž", _CENTRAL),
    "hu": ("áéíóöőúüű", _CENTRAL),
    "pl": ("ąćęłńóśźż", _CENTRAL),
    "ro": ("ăâîşţ", _CENTRAL),
    "sk": ("áäčďéíĺľňóôŕšťúýž", _CENTRAL),
    "sl": ("čšž", _CENTRAL),
    "et": ("äöõüšž", _BALTIC),
    "lt": ("ąčęėįšųūž", _BALTIC),
    "lv": ("āčēģīķļņšūž", _BALTIC),
    "tr": ("çğıöşüâîûİ", ("windows-1254",)),
    "az": ("çğıöşüİ", ("windows-1254",)),
    "vi": ("ăâđêôơưàáèéìíòóùúãõ", ("windows-1258",)),
}
"""Letters of languages that it does not hold, and their charsets."""
_MORE: Final = ("iso-8859-15", "mac-roman", "cp850")
"""Other charsets of Western languages, which the web never used much."""
_RARE: Final = 0.8
"""What their characters count, since they are rare."""
_SHARED: Final = 0.75
"""What a letter counts that some Western language has, but not the one that explains the page best."""
_LEAST, _SHARE = 2.0, 0.04
"""How much better than windows-1252 another charset has to read: so many characters, and this share of all."""
_WORDS: Final = frozenset("àáâåæèéêíìóòôöøœőů")
"""Letters that are words."""
_SIGNS: Final = frozenset("\u00a0\u00ad“”„‘’‚–—…•·«»‹›©®™°€£½¼¾§×±²³¹ªºµ¡¿†‡‰")  # noqa: RUF001 - as they are written
"""Signs that texts in Latin letters hold; what else is no letter counts nothing."""
_AFTER_LETTERS: Final = frozenset("\u00a0\u00ad“”‘’–—…•·»›©®™°€²³¹ªº†‡")  # noqa: RUF001
_BETWEEN_LETTERS: Final = frozenset("\u00a0\u00ad“”‘’–—…•·«»")  # noqa: RUF001
_LATIN: Final = re.compile(
    r"windows-125[02478]|iso-8859-(?:[12349]|1[03456])|mac-(?:roman|latin2|iceland|turkish)|cp(?:437|775|850|852|85[78]|86[0135])"
)
_BEYOND: Final = re.compile("[^\x00-\x7f]")
_SAMPLE: Final = 20_000
"""Characters beyond ASCII, or runs of them, that are looked at."""
# without the signs of windows-1252 that stand side by side: quotes, dashes, no-break spaces, marks of trade
_RUN: Final = re.compile(rb"[\x80-\x84\x86-\x90\x98\x9a-\x9f\xa1-\xa8\xaa\xac\xaf\xb1-\xb6\xb8-\xba\xbc-\xff]+")
_RUN_OF_WORD: Final = 3
_OTHER_WORDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Reading:
    """Characters beyond ASCII as one charset reads them: letters that stand as letters do, and what else counts."""

    letters: str
    others: float
    count: int

    def score(self, alphabet: frozenset[str], weight: float = 1.0) -> float:
        return self.others + weight * sum(letter in alphabet for letter in self.letters)


def is_latin(codec: str) -> bool:
    """Whether a codec is one of Latin letters."""
    return _LATIN.fullmatch(codec) is not None


def looks_latin(body: bytes) -> bool:
    """Whether bytes beyond ASCII stand one by one among letters of ASCII, instead of forming words of their own."""
    words = others = 0
    for match in islice(_RUN.finditer(body), _SAMPLE):
        run = match[0]
        words, others = (words + len(run), others) if len(set(run)) >= _RUN_OF_WORD else (words, others + len(run))
    return words <= _OTHER_WORDS * (words + others)


def latin_codec(lang: str | None, decode: Decode) -> str | None:
    """Codec of an undeclared page in Latin letters; None if it has none beyond ASCII that tell.

    `lang` is the page's own word for its language (two letters), and `decode` gives text and count of replacements
    under a codec.
    """
    read = cache(partial(_read, decode))
    western = read(WESTERN)
    least, none = _western(western), WESTERN if western.letters else None
    told = [lang] if lang in _OTHERS else []
    named = [(_OTHERS[name][0], codec) for name in told or _OTHERS for codec in _OTHERS[name][1]]
    scored = [(read(codec).score(frozenset(alphabet)), codec) for alphabet, codec in named]
    scored += [] if told else [(_RARE * _western(read(codec)), codec) for codec in _MORE]
    best, codec = max(scored, key=lambda pair: pair[0])
    if told:
        return codec if best >= least and best > 0 else none
    return codec if best >= least + max(_LEAST, _SHARE * western.count) else none


def _western(reading: _Reading) -> float:
    """Score of a reading for the Western language that explains it best, or for all of them together."""
    each = max(reading.score(frozenset(alphabet)) for alphabet in _ALPHABETS.values())
    return max(each, reading.score(_ANY_WESTERN, _SHARED))


def _read(decode: Decode, codec: str) -> _Reading:
    text, bad = decode(codec)
    letters, others, count = [], -10.0 * bad, 0
    for match in islice(_BEYOND.finditer(text), _SAMPLE):
        at = match.start()
        value = _value(text[at - 1] if at else " ", match[0], text[at + 1 : at + 2] or " ")
        count += 1
        if value > 0 and match[0].isalpha() and match[0] not in _SIGNS:
            letters.append(match[0] if match[0] == "İ" else match[0].lower())
        else:
            others += value
    return _Reading("".join(letters), others, count)


def _value(before: str, char: str, after: str) -> float:
    """1 for a character that stands where such a one does, -1 for one where none does, else 0; controls -10."""
    kind = category(char)
    if kind in {"Cc", "Co", "Cn"} or char == "\ufffd":
        return -10
    if char in _SIGNS:
        return _sign(before, char, after)
    if kind in {"Sk", "Lm"} or char == "¤":
        return -1
    if kind.startswith("M"):
        return 1 if before.isalpha() else -1
    if char.isalpha():
        return _letter(before, char, after)
    return -1 if before.isalpha() and after.isalpha() else 0


def _sign(before: str, char: str, after: str) -> float:
    if not before.isalpha():
        return 1
    return 1 if char in (_BETWEEN_LETTERS if after.isalpha() else _AFTER_LETTERS) else -1


def _letter(before: str, char: str, after: str) -> float:
    if before == ";" or after == "&":
        return 1  # what stands beside it is a character reference
    if not before.isalpha() and not after.isalpha():
        return 1 if char.lower() in _WORDS and not (before + after).strip(" ").isdigit() else -1
    if before.isdigit() or after.isdigit():
        return -1
    return -1 if char.isupper() and before.islower() else 1
