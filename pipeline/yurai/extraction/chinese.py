"""Decode Chinese encodings as the web writes them: GBK has a euro sign that GB 18030 has elsewhere."""

from __future__ import annotations

import codecs
from typing import Final

_EURO: Final = 0x80


def _euro(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: byte 0x80 where a character begins is U+20AC, what else has no meaning one U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.object[error.start] == _EURO:
        return "\u20ac", error.start + 1
    return "\ufffd", error.end


codecs.register_error("yurai-gbk-euro", _euro)


def decode_gb18030(body: bytes) -> str:
    """GB 18030 with GBK's euro sign (https://encoding.spec.whatwg.org/#gb18030-decoder, step for byte 0x80)."""
    return body.decode("gb18030", "yurai-gbk-euro")
