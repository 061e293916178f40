"""Put the certificates of a CMS message in the order of DER, as strict readers ask.

RFC 5652 (5.1) says that `certificates` is a SET OF, which DER sorts by its bytes (X.690, 11.6). OpenSSL, and the
authorities that run it, write them in the order of the chain. No signature is over them, and their length stays.
"""

from collections.abc import Iterator
from typing import NamedTuple

CERTIFICATES, CRLS = 0xA0, 0xA1
_LONG = 0x80
_MOST_LENGTH_BYTES = 4


class Part(NamedTuple):
    """One value of BER: its tag, where it starts, where its content starts, and where it ends."""

    tag: int
    start: int
    content: int
    end: int


def in_order(response: bytes) -> bytes:
    """Return a TimeStampResp (RFC 3161) with the certificates and revocation lists of its token sorted.

    What is no such answer is returned as it is: whoever reads it says what is wrong.
    """
    try:
        answer = next(_parts(response, 0, len(response)))
        token = list(_parts(response, answer.content, answer.end))[1]
        content = list(_parts(response, token.content, token.end))[1]
        signed = next(_parts(response, content.content, content.end))
        sets = [part for part in _parts(response, signed.content, signed.end) if part.tag in (CERTIFICATES, CRLS)]
        for part in sets:
            inner = sorted(response[one.start : one.end] for one in _parts(response, part.content, part.end))
            response = response[: part.content] + b"".join(inner) + response[part.end :]
    except (IndexError, ValueError, StopIteration):
        return response
    return response


def _parts(data: bytes, start: int, end: int) -> Iterator[Part]:
    """Yield the values that lie one after another; raises ValueError where one has no length, or too long a one."""
    while start < end:
        place, length = start + 2, data[start + 1]
        if length >= _LONG:
            count = length - _LONG
            if not 0 < count <= _MOST_LENGTH_BYTES:
                raise ValueError("a length that DER does not have")
            length, place = int.from_bytes(data[place : place + count], "big"), place + count
        if place + length > end:
            raise ValueError("a value that is longer than what it lies in")
        yield Part(data[start], start, place, place + length)
        start = place + length
