"""PDFs that are made to cost, to hang or to crash: bombs, loops, counts, and structures that are none."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from functools import partial
from typing import Final

from pdf_samples import HELVETICA, assembled, encrypted, pdf, shown, stream

CATALOGUE: Final = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES: Final = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
FLATE: Final = b"/Filter /FlateDecode "
SHOWN: Final = shown("Nobody knows who moored the boat.")
LINE: Final = b"BT /F1 12 Tf 10 10 Td (Nobody knows) Tj ET\n"


def drawn(content: bytes, *objects: bytes, filters: bytes = b"", resources: bytes = b"", page: bytes = b"") -> bytes:
    """One page with that content; `objects` are numbered from 5."""
    font = b"/Font << /F1 %s >>" % HELVETICA
    head = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s %s >> %s >>"
    return assembled([CATALOGUE, PAGES, head % (font, resources, page), stream(content, filters), *objects])


def flate(unit: bytes, times: int) -> bytes:
    """Content that inflates to many of a unit."""
    z = zlib.compressobj(6)
    block = unit * min(times, 1 << 16)
    return b"".join([*(z.compress(block) for _ in range(times >> 16 or 1)), z.flush()])


def form(content: bytes, resources: bytes) -> bytes:
    return stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << %s >> " % resources)


def image(filters: bytes, data: bytes) -> bytes:
    said = b"/Type /XObject /Subtype /Image /Width 65535 /Height 65535 /BitsPerComponent 8 /ColorSpace /DeviceRGB "
    return drawn(b"/X Do " + SHOWN, stream(data, said + filters), resources=b"/XObject << /X 5 0 R >>")


def calling(times: int, levels: int) -> bytes:
    """Forms that each draw the next one so many times."""
    forms = [form(b"/X Do " * times, b"/XObject << /X %d 0 R >>" % (6 + level)) for level in range(levels)]
    return drawn(b"/X Do", *forms, form(b"q Q", b""), resources=b"/XObject << /X 5 0 R >>")


def loose(body: bytes) -> bytes:
    """An object without a table that says where it is."""
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF"


def tree(kids: bytes, count: bytes, *objects: bytes) -> bytes:
    return assembled([CATALOGUE, b"<< /Type /Pages /Kids [" + kids + b"] /Count " + count + b" >>", *objects])


def object_streams(levels: int) -> bytes:
    """Object streams that say that they stand in each other."""
    extra = b"/Type /ObjStm /N 1 /First 4 /Extends %d 0 R "
    bodies = [stream(b"9 0 << >>", extra % (4 + (number + 1) % levels)) for number in range(levels)]
    return assembled([CATALOGUE, PAGES, b"<< /Type /Page /Parent 2 0 R >>", *bodies])


def begun(sevenths: int) -> bytes:
    """The beginning of a sound file."""
    data = pdf("Nobody knows who moored the boat.")
    return data[: len(data) * sevenths // 7]


PDFS: Final[dict[str, Callable[[], bytes]]] = {
    "blanks that inflate": lambda: drawn(flate(b" ", 1 << 30), filters=FLATE),
    "NULs that inflate": lambda: drawn(flate(b"\0", 1 << 29), filters=FLATE),
    "inflated twice": lambda: drawn(zlib.compress(flate(b" ", 1 << 30), 9), filters=b"/Filter [/FlateDecode /FlateDecode] "),
    "many filters": lambda: drawn(flate(b" ", 1 << 20), filters=b"/Filter [" + b"/FlateDecode " * 200 + b"] "),
    "text that inflates": lambda: drawn(flate(LINE, 1 << 20), filters=FLATE),
    "long text": lambda: drawn(flate(b"(xxxxxxxx) Tj ", 1 << 20), filters=FLATE),
    "states saved": lambda: drawn(flate(b"q ", 1 << 24), filters=FLATE),
    "states restored": lambda: drawn(flate(b"Q ", 1 << 24), filters=FLATE),
    "clips": lambda: drawn(flate(b"0 0 9 9 re W n ", 1 << 20), filters=FLATE),
    "curves": lambda: drawn(flate(b"1 2 3 4 5 6 c ", 1 << 21), filters=FLATE),
    "numbers": lambda: drawn(flate(b"1 ", 1 << 24), filters=FLATE),
    "names": lambda: drawn(flate(b"/N ", 1 << 23), filters=FLATE),
    "lists in a content": lambda: drawn(flate(b"[", 1 << 22), filters=FLATE),
    "dictionaries in a content": lambda: drawn(flate(b"<<", 1 << 22), filters=FLATE),
    "marked content": lambda: drawn(flate(b"/P BMC ", 1 << 21), filters=FLATE),
    "inline images": lambda: drawn(flate(b"BI /W 9999 /H 9999 ID x EI ", 1 << 16), filters=FLATE),
    "a wide inline image": lambda: drawn(b"BI /W 65535 /H 65535 /BPC 8 /CS /RGB /F /RL ID \x81\0 EI " + SHOWN),
    "LZW": lambda: drawn(b"\x80" * 200_000, filters=b"/Filter /LZWDecode "),
    "run lengths": lambda: drawn(b"\x81 " * 900_000, filters=b"/Filter /RunLengthDecode "),
    "ASCII85": lambda: drawn(b"z" * 2_000_000, filters=b"/Filter /ASCII85Decode "),
    "hex without end": lambda: drawn(b"<" + b"0" * 900_000),
    "string without end": lambda: drawn(b"BT (" + b"(" * 900_000),
    "predictor": lambda: drawn(flate(b"\0", 1 << 20), filters=FLATE + b"/DecodeParms << /Predictor 15 /Columns 2147483647 >> "),
    "predictor of colours": lambda: drawn(
        flate(b"\0", 1 << 20), filters=FLATE + b"/DecodeParms << /Predictor 2 /Colors 2147483647 /BitsPerComponent 32 >> "
    ),
    "huge sizes of type": lambda: drawn(b"BT /F1 1e38 Tf 1e38 1e38 Td (Nobody) Tj ET"),
    "huge matrices": lambda: drawn(b"1e38 1e38 1e38 1e38 1e38 1e38 cm " * 5_000 + SHOWN),
    "negative page": lambda: drawn(SHOWN, page=b"/MediaBox [1e38 1e38 -1e38 -1e38] /UserUnit 1e38 /Rotate 77 "),
    "letters one by one": lambda: drawn(flate(b"BT /F1 1 Tf (a) Tj ET ", 1 << 17), filters=FLATE),
    "kerned letters": lambda: drawn(b"BT /F1 12 Tf [" + b"(a) -9999 " * 200_000 + b"] TJ ET"),
    "forms in a loop": lambda: drawn(
        b"/X Do", form(b"/X Do /X Do", b"/XObject << /X 5 0 R >>"), resources=b"/XObject << /X 5 0 R >>"
    ),
    "forms that multiply": lambda: calling(10, 9),
    "forms in forms": lambda: calling(1, 3_000),
    "font in a loop": lambda: drawn(
        b"BT /T 9 Tf (aa) Tj ET",
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 6 0 R >> /Encoding "
        b"<< /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9] /Resources << /Font << /T 5 0 R >> >> >>",
        stream(b"BT /T 9 Tf (aa) Tj ET"),
        resources=b"/Font << /T 5 0 R >>",
    ),
    "font of nothing": lambda: drawn(
        b"BT /T 9 Tf (aa) Tj ET",
        b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor << /FontFile2 6 0 R >> >>",
        stream(random.Random(3).randbytes(9_000)),
        resources=b"/Font << /T 5 0 R >>",
    ),
    "map of letters": lambda: drawn(
        b"BT /T 9 Tf (aa) Tj ET",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        stream(b"begincmap 1 beginbfrange <0000> <FFFF> <" + b"0041" * 9_000 + b"> endbfrange " * 900),
        resources=b"/Font << /T 5 0 R >>",
    ),
    "map of maps": lambda: drawn(
        b"BT /T 9 Tf (aa) Tj ET",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        stream(flate(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange ", 1 << 16), FLATE),
        resources=b"/Font << /T 5 0 R >>",
    ),
    "functions in a loop": lambda: drawn(
        b"/S sh", b"<< /FunctionType 3 /Domain [0 1] /Functions [5 0 R 5 0 R] /Bounds [0.5] /Encode [0 1 0 1] >>",
        resources=b"/Shading << /S << /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] /Function 5 0 R >> >>",
    ),
    "colours in a loop": lambda: drawn(
        b"/C cs 1 sc " + SHOWN, b"[/Indexed 5 0 R 255 (x)]", resources=b"/ColorSpace << /C 5 0 R >>"
    ),
    "pattern in a loop": lambda: drawn(
        b"/Pattern cs /P scn 0 0 99 99 re f",
        stream(b"/Pattern cs /P scn 0 0 9 9 re f", b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep .001 "
               b"/YStep .001 /Resources << /Pattern << /P 5 0 R >> >> "),
        resources=b"/Pattern << /P 5 0 R >>",
    ),
    "JBIG2": lambda: image(b"/Filter /JBIG2Decode ", random.Random(4).randbytes(400)),
    "JPX": lambda: image(b"/Filter /JPXDecode ", b"\0\0\0\x0cjP  \r\n\x87\n" + random.Random(5).randbytes(400)),
    "DCT": lambda: image(b"/Filter /DCTDecode ", b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(400)),
    "CCITT": lambda: image(b"/Filter /CCITTFaxDecode /DecodeParms << /Columns 65535 /Rows 65535 >> ", bytes(400)),
    "pages in a loop": lambda: tree(b"2 0 R 2 0 R", b"1000000"),
    "pages that multiply": lambda: tree(
        b"3 0 R " * 90, b"1800",
        *(b"<< /Type /Pages /Kids [" + b"%d 0 R " % (4 + n) * 90 + b"] /Count 1800 >>" for n in range(6)),
    ),
    "pages in pages": lambda: tree(
        b"3 0 R", b"1", *(b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (4 + n) for n in range(20_000))
    ),
    "count of nothing": lambda: tree(b"", b"2147483647"),
    "count below the bound": lambda: tree(b"", b"2000"),
    "negative count": lambda: tree(b"3 0 R", b"-5", b"<< /Type /Page /Parent 2 0 R >>"),
    "one page, often": lambda: pdf(flate(LINE, 1 << 12), first=1_999, compressed=True),
    "kids of no type": lambda: tree(b"null 1 0 R 2 0 R (x) << >> 99 0 R " * 300, b"1800"),
    "parent in a loop": lambda: tree(b"3 0 R", b"1", b"<< /Type /Page /Parent 3 0 R /Contents 3 0 R >>"),
    "contents that are pages": lambda: tree(b"3 0 R", b"1", b"<< /Type /Page /Parent 2 0 R /Contents [" + b"3 0 R " * 900 + b"] >>"),
    "contents, often": lambda: drawn(SHOWN, page=b"/Contents [" + b"4 0 R " * 50_000 + b"] "),
    "deep lists": lambda: loose(b"[" * 900_000),
    "deep dictionaries": lambda: loose(b"<</A " * 300_000),
    "deep strings": lambda: loose(b"(" * 900_000),
    "many objects": lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 200_000 + b"trailer << /Root 1 0 R >>",
    "many headers": lambda: b"%PDF-1.7\n" * 200_000,
    "many ends": lambda: b"%PDF-1.7\n" + b"startxref\n9\n%%EOF\n" * 200_000,
    "many trailers": lambda: b"%PDF-1.7\n" + b"trailer << /Prev 9 >>\n" * 100_000,
    "table in a loop": lambda: pdf("Nobody").replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"),
    "huge table": lambda: b"%PDF-1.7\nxref\n0 4294967295\n" + b"0000000000 65535 f \n" * 100_000
    + b"trailer << /Root 1 0 R /Size 4294967295 >>\nstartxref\n9\n%%EOF",
    "table of streams": lambda: b"%PDF-1.7\n1 0 obj\n" + stream(b"\1\0\0" * 90, b"/Type /XRef /W [1 2147483647 0] /Size 2147483647 /Root 1 0 R ")
    + b"\nendobj\nstartxref\n9\n%%EOF",
    "object streams in a loop": lambda: object_streams(9),
    "length of another": lambda: pdf("Nobody").replace(b"/Length ", b"/Length 4 0 R /L "),
    "length too long": lambda: pdf("Nobody").replace(b"/Length ", b"/Length 99999999999"),
    "outlines in a loop": lambda: drawn(SHOWN, b"<< /Next 5 0 R /Prev 5 0 R /First 5 0 R >>", page=b"/Outlines 5 0 R "),
    "a title of megabytes": lambda: pdf("Nobody", title="x" * 900_000),
    "a title of controls": lambda: pdf("Nobody", title="\x1b[2J\u202e\0" * 900),
    "scripts": lambda: pdf("Nobody").replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (x()) >>"),
    "encrypted": lambda: encrypted("Nobody"),
    "locked": lambda: encrypted("Nobody", password=b"secret"),
    "odd encryption": lambda: encrypted("Nobody").replace(b"/V 1 /R 2", b"/V 5 /R 6"),
    "keys of no length": lambda: encrypted("Nobody").replace(b"/V 1 /R 2", b"/V 2 /R 3 /Length 0"),
    "empty": lambda: b"%PDF-1.4",
    "junk": lambda: b"%PDF-1.7\n" + random.Random(6).randbytes(200_000),
    "markup": lambda: b"%PDF-1.7\n" + b"<html><p>Nobody" * 9_000,
    **{f"cut at {share}/7": partial(begun, share) for share in range(1, 7)},
}  # fmt: skip
"""Name and maker of each."""
