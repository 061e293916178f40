"""Mend a line that is JSON but for what Python's `json.dumps` and careless encoders write: RFC 8259 has none of it.

NaN, infinities and numbers beyond a double become null (as a missing value is in pandas, which writes NaN for it);
half surrogate pairs and bytes that are not UTF-8 become U+FFFD.
"""

import codecs
import re

from yurai.sources.rows.row import MAX_LINE

CHUNK = 1 << 20
HALF = b"\\ufffd"
_HEX = rb"[\da-fA-F]"
_PAIR = rb"\\u[dD][89abAB]" + _HEX + rb"{2}\\u[dD][c-fC-F]" + _HEX + rb"{2}"
_LONE = rb"\\u[dD][89a-fA-F]" + _HEX + rb"{2}"
_NO_NUMBER = (
    rb"(?:NaN|-?Infinity|-?\d{309,}+(?:\.\d++)?(?:[eE][-+]?\d++)?|-?\d++(?:\.\d++)?[eE]\+?\d{3,}+)"  # 309: 1e308 is one
)
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# A backslash stands in strings alone, so that escapes need no string around them.
_WHOLE = re.compile(rb"(?:[^\\]++|" + _PAIR + rb"|(?!" + _LONE + rb")\\.)*+", re.DOTALL)
_HALVES = re.compile(_LONE)
_VALUES = re.compile(rb'(?:[^"NI\-\d]++|' + _STRING + rb"|(?!" + _NO_NUMBER + rb")-?+\d[-+.\deE]*+)*+", re.DOTALL)
_NO_VALUES = re.compile(_NO_NUMBER)


def mended(line: bytes) -> tuple[bytes | bytearray, bool]:
    """Return the line as JSON, and whether U+FFFD stands in it for something that was no character.

    Work that is for nothing costs no memory: a line may be large, and what fails most often is no JSON at all.
    """
    text = line if _is_utf8(line) else _utf8(line)
    if len(text) > MAX_LINE:
        return text, True
    whole = _replaced(text, _WHOLE, _HALVES, HALF)
    return _replaced(whole, _VALUES, _NO_VALUES, b"null"), whole is not line


def _is_utf8(line: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(line), CHUNK):
            decoder.decode(line[at : at + CHUNK], at + CHUNK >= len(line))
    except UnicodeDecodeError:
        return False
    return True


def _utf8(line: bytes) -> bytearray:
    decoder, out = codecs.getincrementaldecoder("utf-8")("replace"), bytearray()
    for at in range(0, len(line), CHUNK):
        out += decoder.decode(line[at : at + CHUNK], at + CHUNK >= len(line)).encode()
        if len(out) > MAX_LINE:  # of bytes that are no text U+FFFD makes three times as many
            break
    return out


def _replaced(line: bytes | bytearray, good: re.Pattern[bytes], bad: re.Pattern[bytes], by: bytes) -> bytes | bytearray:
    """Replace what `bad` matches behind a run of what is `good`; stops where neither matches, in one pass."""
    if not bad.search(line):
        return line
    out, at = bytearray(), 0
    while run := good.match(line, at):
        out += line[at : run.end()]
        at = run.end()
        wrong = bad.match(line, at)
        if wrong is None:
            break
        out += by
        at = wrong.end()
    out += line[at:]
    return out
