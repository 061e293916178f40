"""Read warcinfo records: what a web archive says of the crawl that it comes from.

WARC 1.1 (ISO 28500:2017), 6.2 and its annex on `application/warc-fields`; the version block of an ARC file names at
most who made it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yurai.sources.warc.record import Record

_COLUMNS: Final = {
    "software": "software",
    "http-header-user-agent": "user_agent",
    "operator": "operator",
    "publisher": "publisher",
    "robots": "robots",
    "ispartof": "is_part_of",
    "description": "description",
    "format": "format",
    "conformsto": "conforms_to",
    "hostname": "hostname",
}
_FIELD: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})[ \t]*:(.*)")
_ARC_VERSION: Final = re.compile(r"(\d+) \d+ (\S.*)")
_MAX_VALUE: Final = 1024


def read_warcinfo(record: Record) -> dict[str, object]:
    """Return the columns of WARCINFO that a warcinfo record fills, null where it says nothing.

    Values are cut to 1,024 bytes; personal data in them (addresses of mail, mostly of the operator) is redacted.
    """
    from yurai_filters.pii import redact_all  # noqa: PLC0415 - one record of a file needs it

    said = _fields(record.body.decode("utf-8", "replace"))
    columns: dict[str, object] = dict.fromkeys(_COLUMNS.values())
    for name, value in said.items():
        if name in _COLUMNS and value:
            columns[_COLUMNS[name]] = (
                redact_all(value).encode("utf-8", "replace")[:_MAX_VALUE].decode("utf-8", "ignore")
            )
    return {"capture_date": record.capture_date, **columns}


def _fields(text: str) -> dict[str, str]:
    """Return the fields of application/warc-fields by lower-case name; a line that begins with a blank goes on."""
    arc = _ARC_VERSION.match(text)
    if arc:
        return {"publisher": arc[2].strip(), "format": f"ARC version {arc[1]}"}
    fields: dict[str, list[str]] = {}
    last: list[str] = []
    for line in text.splitlines():
        if line[:1] in {" ", "\t"}:
            last.append(line.strip())
        elif match := _FIELD.match(line):
            last = [match[2].strip()]
            fields.setdefault(match[1].lower(), last)
    return {name: " ".join(part for part in parts if part) for name, parts in fields.items()}
