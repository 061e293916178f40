"""Tell what a file is that is named as rows and holds none: packed otherwise, encoded otherwise, or laid out otherwise.

Each answer says what to do. `head` is always the beginning of a file; a file that has rows gets no answer.
"""

import csv
import json
import re

import orjson

from yurai.sources.rows.inflate import Inflow
from yurai.sources.warc.readable import Readable

HEAD = 1 << 20
_UNPACK = "unpack it, or pack it with gzip, zstd or lz4"
_NO_ROWS = "rows are read from JSON Lines (one object a line) and Parquet"
_BINARY = (
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P)"), f"bzip2: {_UNPACK}"),
    (re.compile(rb"\xfd7zXZ\0"), f"xz: {_UNPACK}"),
    (re.compile(rb"\x1f\x9d"), f"packed by compress: {_UNPACK}"),
    (re.compile(rb"\xff\x06\0\0sNaPpY"), f"snappy: {_UNPACK}"),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), f"a zip archive (or a spreadsheet): unpack it; {_NO_ROWS}"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07"), f"a 7z or RAR archive: unpack it; {_NO_ROWS}"),
    (re.compile(rb"[\s\S]{257}ustar[\0 ]"), f"a tar archive: unpack it; {_NO_ROWS}"),
    (re.compile(rb"ARROW1\0|\xff\xff\xff\xff[\s\S]{2}\0\0"), f"Arrow IPC: write it as Parquet; {_NO_ROWS}"),
    (re.compile(rb"SQLite format 3\0"), f"an SQLite database: export its table; {_NO_ROWS}"),
)
_WORDS = (  # a damaged line may begin so
    (re.compile(rb"LZIP"), f"lzip: {_UNPACK}"),
    (re.compile(rb"PAR1"), "Parquet: give it a name that ends in .parquet, not packed once more"),
    (re.compile(rb"PARE"), "encrypted Parquet: decrypt it"),
    (re.compile(rb"ORC|Obj\x01"), f"ORC or Avro: write it as Parquet; {_NO_ROWS}"),
    (re.compile(rb"%PDF-"), f"a PDF; {_NO_ROWS}"),
    (re.compile(rb"WARC/\d"), "a web archive: give it a name that ends in .warc or .warc.gz"),
)
_LINES = "one object a line is read"
_ARRAY = f"a JSON array, and {_LINES}: jq -c '.[]' FILE > FILE.jsonl"
_PRETTY = f"JSON objects over several lines, and {_LINES}: jq -c . FILE > FILE.jsonl"
_ROW = f"several JSON objects on a line, and {_LINES}: jq -c . FILE > FILE.jsonl"
_COMMAS = f"JSON objects with commas between them, and {_LINES} without: remove the commas at the ends of lines"
_SEQUENCE = f"a JSON text sequence (RFC 7464), and {_LINES}: tr -d '\\036' < FILE > FILE.jsonl"
_MARKUP = f"HTML or XML, perhaps an error page that was saved in place of the file; {_NO_ROWS}"
_TABLE = f"CSV (comma- or tab-separated values); {_NO_ROWS}: duckdb -c \"copy 'FILE' to 'FILE.parquet'\""
_KNOWN = frozenset({"text", "content", "url", "title", "date", "id"})
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"\s*")


def shape_of(data: Readable) -> str | None:
    """Return what `data`, a file or its first HEAD bytes, is and what to do; None: rows, or nothing that is known."""
    head = data[:HEAD]
    text = inflated(head)
    binary = _magic(head, _BINARY) or _magic(text, _BINARY)
    rows = _rows(text)
    if binary or rows > 1:  # rows behind a line that is damaged, perhaps; the last line of an array may be one
        return binary
    return (None if rows else _magic(text, _WORDS) or _encoding(text)) or _layout(text, rows)


def inflated(head: bytes) -> bytes:
    """Return the first HEAD bytes that `head` inflates to."""
    out = bytearray()
    for piece in Inflow(head):
        out += piece
        if len(out) >= HEAD:
            break
    return bytes(out[:HEAD])


def _magic(head: bytes, magics: tuple[tuple[re.Pattern[bytes], str], ...]) -> str | None:
    return next((shape for magic, shape in magics if magic.match(head)), None)


def _encoding(text: bytes) -> str | None:
    """Return UTF-16 or UTF-32, by its mark or by the zeros around an opening bracket or a blank."""
    first, marks = text[:4], (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
    zeros = [place for place in range(len(first)) if first[place] == 0]
    width = {(1, 3): 16, (0, 2): 16, (1, 2, 3): 32, (0, 1, 2): 32}.get(tuple(zeros))
    if first.startswith(marks):
        width = 32 if first in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") else 16
    return f"UTF-{width}, and UTF-8 is read: iconv -f UTF-{width} -t UTF-8 FILE > FILE.jsonl" if width else None


def _layout(head: bytes, rows: int) -> str | None:
    text = head.decode("utf-8", "replace").removeprefix("\ufeff").lstrip(" \t\r\n")
    if text[:1] == "\x1e":
        return _SEQUENCE
    if text[:1] == "<":
        return _MARKUP
    if text[:1] == "[":
        return _ARRAY if _is_array(text) else None
    if text[:1] == "{":
        return _objects(text, rows)
    return _TABLE if rows == 0 and _is_table(text) else None


def _rows(head: bytes) -> int:
    """Count lines that are an object by themselves and are not indented, as parts of a larger object are."""
    return sum(_is_row(line) for line in head.split(b"\n") if line[:1] == b"{")


def _is_row(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _first(text: str, at: int) -> tuple[int, str] | None:
    """Return where the JSON value at `at` ends and what follows it; None: there is none, or it goes on behind."""
    try:
        _, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return end, text[end:].lstrip()[:1]


def _begins_alone(text: str) -> bool:
    """Whether nothing but the opening bracket stands on the first line; its value may end behind the head."""
    line, end, _ = text.partition("\n")
    return len(line.strip()) == 1 and bool(end)


def _is_array(text: str) -> bool:
    space = _SPACE.match(text, 1)
    at = space.end() if space else 1
    if text[at : at + 1] == "]":
        return not text[at + 1 :].strip()
    found = _first(text, at)
    if found is None:
        return _begins_alone(text)
    end, after = found
    return after == "," or (after == "]" and not text[end:].lstrip()[1:].strip())


def _objects(text: str, rows: int) -> str | None:
    """Return the shape of text that begins with an object; None where its first line is one, or nothing fits."""
    found = _first(text, 0)
    if found is None:
        return _PRETTY if rows == 0 and _begins_alone(text) else None
    end, after = found
    if "\n" in text[:end]:
        return _PRETTY if rows == 0 else None
    behind = text[end:].partition("\n")[0].strip()
    return _COMMAS if behind == "," and after == "," else _ROW if behind[:1] in ("{", ",") else None


def _is_table(text: str) -> bool:
    """Whether the first line names columns that rows have, or the first lines have as many fields as each other."""
    whole = text.split("\n")[:4]
    for delimiter in ",\t;|":
        try:
            table = list(csv.reader(whole, delimiter=delimiter))
        except csv.Error:
            continue
        names = {name.strip().lower() for name in table[0]} if table else set()
        counts = {len(row) for row in table if row}
        is_wide = len(table) > 2 and counts != {1} and len(counts) == 1  # noqa: PLR2004 - a header and two rows
        if (names & _KNOWN and len(table) > 1) or is_wide:
            return True
    return False
