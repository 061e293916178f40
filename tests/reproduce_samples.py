"""Sources of every kind with pages of ships, runs over them, and what `yurai reproduce` says as JSON."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from warc_samples import arc_records, gz, http, lz4_frame, pack, response, warc_record, zst
from yurai.run.recipe import make_recipe
from yurai_manifests.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said
    from yurai.run.recipe import Recipe

    Yurai = Callable[..., Said]

DICTIONARY = b"".join(b"<p>The harbour of Shiomihara, number %d, keeps its lamps.</p>" % n for n in range(40))
CHAIN: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract", "extractor": "honbun"},
    {"use": "language"},
    {"use": "redact"},
    {"use": "measure"},
    {"use": "filter", "rules": [{"use": "nfc"}, {"use": "length", "min_characters": 40}]},
    {"use": "dedup"},
]
BYTES = [{"use": "tokenize"}]


def recipe(*stages: dict[str, Any], chain: list[dict[str, Any]] = CHAIN) -> Recipe:
    return make_recipe({"name": "reproduced", "stage": [*chain, *stages]}, where="test")


def page(number: int) -> bytes:
    words = f"Page {number} tells of ship {number * 7}, which left the harbour in the morning, laden with salt. "
    link = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY</a>' if number % 3 == 0 else ""
    return f"<html><head><title>Ship {number}</title></head><body><p>{words * 4}</p>{link}</body></html>".encode()


def records(count: int = 9) -> list[bytes]:
    """Pages, a copy, a text that is too short, an answer 404, and a text as WET files hold them."""
    found = [response(number, page(number)) for number in range(1, count)]
    found.append(warc_record("response", 90, http(page(1), "Content-Type: text/html")))
    found.append(response(91, b"<p>short</p>"))
    found.append(warc_record("response", 92, http(b"gone", status="HTTP/1.1 404 Not Found")))
    found.append(warc_record("conversion", 93, b"A text that another extractor made, long enough to be kept. " * 3))
    return found


def rows(count: int = 30) -> list[dict[str, str]]:
    text = "Row {} says of ship {} what its page says, and then some more of the sea. "
    return [
        {"text": text.format(n, n * 3) * 2, "url": f"https://r.example/{n}", "title": f"R{n}"} for n in range(count)
    ]


def jsonl(count: int = 30) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows(count)) + b'{"text": 1}\n\nnot json\n'


def parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([row | {"other": 1} for row in rows(70)]), path, row_group_size=20)


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "plain.warc": lambda: b"".join(records()),
    "members.warc.gz": lambda: pack(records(), gz).data,
    "one-member.warc.gz": lambda: gz(b"".join(records())),
    "two-in-one.warc.gz": lambda: b"".join(gz(b"".join(records()[at : at + 2])) for at in range(0, 12, 2)),
    "frames.warc.zst": lambda: pack(records(), zst).data,
    "dictionary.warc.zst": lambda: (
        pack(
            records(),
            lambda one: zst(one, DICTIONARY),
            b"\x5d\x2a\x4d\x18" + len(DICTIONARY).to_bytes(4, "little") + DICTIONARY,
        ).data
    ),
    "frames.warc.lz4": lambda: pack(records(), lz4_frame).data,
    "lines.arc": lambda: b"".join(arc_records()),
    "lines.arc.gz": lambda: pack(arc_records(), gz).data,
    "cut.warc.gz": lambda: pack(records(), gz).data[:-40],
    "cut.warc": lambda: b"".join(records())[:-40],
    "damaged.warc.gz": lambda: _flipped(pack(records(), gz).data, 0.5),
    "odd-separators.warc": lambda: b"".join(one[:-4] + b"\n\n" for one in records()),
    "rows.jsonl": jsonl,
    "rows.jsonl.gz": lambda: gzip.compress(jsonl(), mtime=0),
    "rows.jsonl.zst": lambda: zstandard.compress(jsonl()),
}


def _flipped(data: bytes, share: float) -> bytes:
    at = int(len(data) * share)
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


def read(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.out)
    return found


def columns(found: dict[str, Any]) -> set[str]:
    return {f"{one['level']}.{one['column']}" for result in found["results"] for one in result["differences"]}


def reasons(found: dict[str, Any]) -> str:
    return "\n".join(reason for one in found["results"] for each in one["differences"] for reason in each["reasons"])


def edit(path: Path, **changed: Callable[[Any], Any]) -> None:
    """Change columns of a Parquet file, in every row."""
    table = pq.read_table(path)
    for name, change in changed.items():
        values = [change(value) for value in table.column(name).to_pylist()]
        field = table.schema.field(name)
        table = table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))
    path.unlink()
    pq.write_table(table, path)


def edit_json(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    value = json.loads(path.read_bytes())
    change(value)
    path.write_bytes(canonical(value))
