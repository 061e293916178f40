"""Decode the bytes of a page, and tell which charset it was, by whose word, and how much did not decode.

The chain is BOM, ISO-2022-JP (and -KR) escapes, NUL pattern, HTTP header, `<meta>`, strict UTF-8, strict EUC-JP,
strict CP932, detector, fallback. It differs from a browser's in one thing: a declaration has to fit the bytes. Headers
of servers are defaults more often than facts, and archives re-save pages without touching their `<meta>`; valid UTF-8
of more than a few letters, or EUC-JP and CP932 that yield kana, are not accidents.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from yurai.extraction.chinese import decode_gb18030
from yurai.extraction.detector import detect, other_script
from yurai.extraction.japanese import decode_euc_jp, decode_iso_2022_jp, kana_share, looks_iso_2022_jp
from yurai.extraction.labels import codec_of
from yurai.extraction.latin import looks_latin
from yurai.extraction.prescan import declared_charset
from yurai.extraction.utf8 import FEW, Utf8, as_utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels that servers send without having looked; a page that says otherwise knows better.
_SERVER_DEFAULTS: Final = frozenset({"windows-1252", "iso-8859-15"})
_MULTIBYTE: Final = frozenset({"gb18030", "big5hkscs", "euc-jp", "cp932", "cp949", "johab", "hz"})
# Under this, Chinese and Korean bytes read as Japanese: 133 of 133 real documents fall on the right side.
_KANA_FLOOR: Final = 0.05
_FEW_BYTES: Final = 4
# Share of broken characters that a declared charset may have.
_DAMAGED: Final = 0.05
_NULL_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded page.

    `charset` is the Python codec that was used and `by` the step of the chain that chose it. `replaced` counts U+FFFD
    put where bytes had no meaning. `conflict` is set if the header and the page name different charsets, or one that
    is named does not fit the bytes.
    """

    text: str
    charset: str
    by: str
    replaced: int = 0
    conflict: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """What the columns note of it."""
        facts = {"charset-conflict": self.conflict, "undecodable-bytes": self.replaced > 0}
        return tuple(flag for flag, applies in facts.items() if applies)


def decode_page(body: bytes, http_charset: str | None, *, markup: bool = True) -> Decoded:
    """Text of a page from its bytes and the `charset` parameter of its Content-Type; never fails.

    Without `markup` the step `<meta>` is left out: a plain text may speak of one.

    Source of the labels and of the prescan: WHATWG Encoding Standard and HTML standard. Every Japanese file of the
    test data decodes as labelled; what does not is listed in `tests/data/charset_misses.jsonl`.
    """
    http = codec_of((http_charset or "").strip("\"' ;") or None)
    meta = codec_of(declared_charset(body)) if markup else None
    won = next(_candidates(body, http, meta))
    named = {codec for codec in (http, meta) if codec is not None}
    misfit = won.by in {"http", "meta"} and won.charset in _SERVER_DEFAULTS and not looks_latin(body)
    return Decoded(won.text, won.charset, won.by, won.replaced, conflict=misfit or bool(named - {won.charset}))


def decode_as(body: bytes, codec: str) -> tuple[str, int]:
    """Text under one codec and the count of U+FFFD that decoding put into it."""
    special = _OWN_DECODERS.get(codec)
    if special is None:
        try:
            return body.decode(codec), 0
        except UnicodeDecodeError:
            text = body.decode(codec, "replace")
    else:
        text = special(body)
    written = body.count(b"\xef\xbf\xbd") if codec == "utf-8" else 0
    return text, max(text.count("\ufffd") - written, 0)


_OWN_DECODERS: Final[dict[str, Callable[[bytes], str]]] = {
    "euc-jp": decode_euc_jp,
    "gb18030": decode_gb18030,
    "iso2022_jp": decode_iso_2022_jp,
}


def _candidates(body: bytes, http: str | None, meta: str | None) -> Iterator[Decoded]:
    """What each step of the chain proposes, best first; a step without a proposal yields nothing."""
    yield from _by_marks(body)
    declared = _declarations(http, meta)
    if body.isascii():
        yield from _ascii(body, declared)
    utf8 = as_utf8(body)
    yield from _declared(body, declared, utf8)
    if not utf8.replaced:
        yield _of_utf8(utf8)
    yield from _japanese(body)
    if utf8.sure or utf8.mended:
        yield _of_utf8(utf8)
    yield from _damaged(body, declared)
    yield from _detected(body)
    yield Decoded(*_swap(decode_as(body, "windows-1252"), "windows-1252", "fallback"))


def _of_utf8(utf8: Utf8, by: str = "utf-8") -> Decoded:
    return Decoded(utf8.text, "utf-8", by, utf8.replaced)


def _swap(decoded: tuple[str, int], codec: str, by: str) -> tuple[str, str, str, int]:
    return decoded[0], codec, by, decoded[1]


def _decoded(body: bytes, codec: str, by: str) -> Decoded:
    return Decoded(*_swap(decode_as(body, codec), codec, by))


def _by_marks(body: bytes) -> Iterator[Decoded]:
    """Marks in the bytes that outrank every declaration."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            yield _decoded(body[len(mark) :], codec, "bom")
    if looks_iso_2022_jp(body):
        yield _decoded(body, "iso2022_jp", "iso-2022-jp")
    if body.isascii() and b"\x1b$)C" in body:
        yield _decoded(body, "iso2022_kr", "iso-2022-kr")
    head = body[:1024]
    if head.count(0) > _NULL_SHARE * len(head):
        odd, even = head[1::2].count(0), head[::2].count(0)
        if max(odd, even) > 2 * min(odd, even):
            yield _decoded(body, "utf-16-le" if odd > even else "utf-16-be", "nul-pattern")


def _declarations(http: str | None, meta: str | None) -> list[tuple[str, str]]:
    """Declared codecs with who said so, the better witness first."""
    both = [(codec, by) for codec, by in ((http, "http"), (meta, "meta")) if codec is not None]
    if http in _SERVER_DEFAULTS and meta is not None:
        both.reverse()
    return both


def _ascii(body: bytes, declared: list[tuple[str, str]]) -> Iterator[Decoded]:
    """Seven-bit pages read the same in every charset but UTF-16, HZ and ISO-2022, so any declaration holds."""
    for codec, by in declared:
        text, replaced = decode_as(body, codec)
        if replaced == 0 and not codec.startswith(("utf-16", "utf-32")):
            yield Decoded(text, codec, by)
    yield Decoded(body.decode("ascii"), "utf-8", "utf-8")


def _declared(body: bytes, declared: list[tuple[str, str]], utf8: Utf8) -> Iterator[Decoded]:
    """Declarations that the bytes bear out."""
    for codec, by in declared:
        if codec == "utf-8":
            if utf8.sure or utf8.mended or (utf8.good and utf8.few):
                yield _of_utf8(utf8, by)
        elif not utf8.sure or (codec in _MULTIBYTE and utf8.good < _FEW_BYTES):
            yield from _borne_out(body, codec, by, alone=(codec, "meta") not in declared)
    for codec, by in declared:
        # a server may say it without having looked
        if codec == "utf-8" and utf8.few and (by == "meta" or utf8.bad <= FEW):
            yield _of_utf8(utf8, by)


def _borne_out(body: bytes, codec: str, by: str, *, alone: bool) -> Iterator[Decoded]:
    """A declaration under which all bytes decode; behind it the bytes are asked, if it may be a server's default.

    Where the server is `alone` with it, that goes for words in other scripts too, not for Japanese only.
    """
    decoded = _decoded(body, codec, by)
    if decoded.replaced:
        return
    if codec in _SERVER_DEFAULTS:
        yield from _japanese(body)
        if alone and (script := other_script(body, partial(decode_as, body))):
            yield from (guess for guess in (_decoded(body, script, "detector"),) if not guess.replaced)
    yield decoded


def _japanese(body: bytes) -> Iterator[Decoded]:
    """EUC-JP before CP932: short EUC-JP is often valid CP932, never the other way."""
    for codec in ("euc-jp", "cp932"):
        decoded = _decoded(body, codec, codec)
        if decoded.replaced == 0 and kana_share(decoded.text) >= _KANA_FLOOR:
            yield decoded


def _damaged(body: bytes, declared: list[tuple[str, str]]) -> Iterator[Decoded]:
    """A declared charset with a few broken characters is better than a guess without.

    In pages without a word in another script, one of single bytes with any number: their signs do not tell charsets.
    """
    latin = looks_latin(body)
    for codec, by in declared:
        decoded = _decoded(body, codec, by)
        few = decoded.replaced <= _DAMAGED * _non_ascii(decoded.text) and codec not in _SERVER_DEFAULTS
        if few or (latin and codec not in _MULTIBYTE and not codec.startswith("utf")):
            yield decoded


def _detected(body: bytes) -> Iterator[Decoded]:
    codec = detect(body, partial(decode_as, body))
    if codec is not None:
        yield _decoded(body, codec, "detector")


def _non_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
