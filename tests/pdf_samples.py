"""Small PDFs, written by hand: what each one has wrong with it is in its arguments."""

from __future__ import annotations

import hashlib

PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
JAPANESE = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /UniJIS-UTF16-H /DescendantFonts [<< /Type /Font "
    b"/Subtype /CIDFontType0 /BaseFont /Ryumin-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) "
    b"/Supplement 6 >> /FontDescriptor << /Type /FontDescriptor /FontName /Ryumin-Light /Flags 4 >> >>] >>"
)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), extra, data)


def assembled(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Objects 1, 2, ... (the first is the catalogue) with their cross-reference table."""
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(out))
    return out + head + table + end


def shown(text: str) -> bytes:
    """Content of a page that shows lines of text, in the font that has the letters."""
    font, lines = b"F1" if text.isascii() else b"F2", []
    for line in text.split("\n"):
        said = b"(%s)" % line.encode() if text.isascii() else b"<%s>" % line.encode("utf-16-be").hex().encode()
        lines.append(said + b" Tj 0 -20 Td")
    return b"BT /%s 12 Tf 20 800 Td %s ET" % (font, b" ".join(lines))


def pdf(
    *pages: str | bytes, title: str | None = None, count: int | None = None, first: int = 1, compressed: bool = False
) -> bytes:
    """A PDF with these texts (or contents) as pages; `first` repeats the first page, `count` is what it claims."""
    extra = b"/Filter /FlateDecode " if compressed else b""
    contents = [stream(page if isinstance(page, bytes) else shown(page), extra) for page in pages]
    kids = [4 + 2 * number for number in range(len(pages))]
    kids = [kids[0]] * first + kids[1:] if kids else []
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (
        b" ".join(b"%d 0 R" % kid for kid in kids),
        len(kids) if count is None else count,
    )
    said = "" if title is None else title.encode("utf-16-be").hex()
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", tree, b"<< /Title <feff%s> >>" % said.encode()]
    for number, content in enumerate(contents):
        fonts = b"<< /F1 %s /F2 %s >>" % (HELVETICA, JAPANESE)
        place = b"/MediaBox [0 0 595 842] /Contents %d 0 R" % (5 + 2 * number)
        objects += [b"<< /Type /Page /Parent 2 0 R %s /Resources << /Font %s >> >>" % (place, fonts), content]
    return assembled(objects, b"" if title is None else b"/Info 3 0 R")


def encrypted(text: str, *, allowed: int = -1, password: bytes = b"") -> bytes:
    """One page under the standard security handler (ISO 32000-1, 7.6.3, revision 2) with a user password."""
    owner, name = bytes(range(32)), b"0123456789abcdef"
    key = hashlib.md5((password + PAD)[:32] + owner + allowed.to_bytes(4, "little", signed=True) + name).digest()[:5]
    content = rc4(hashlib.md5(key + b"\x04\0\0\0\0").digest()[:10], shown(text))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 %s >> >> >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page % HELVETICA,
        stream(content),
        b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >>"
        % (owner.hex().encode(), rc4(key, PAD).hex().encode(), allowed),
    ]
    return assembled(objects, b"/Encrypt 5 0 R /ID [<%s> <%s>]" % ((name.hex().encode(),) * 2))


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
