"""Packs the pages of `pages.toml` into the sample crawl, and says whether the packed files are fresh.

    python examples/pack.py            writes examples/sample/
    python examples/pack.py --check    compares it with a fresh pack; exit status 1 if they differ

Equal pages give equal bytes: no clock, no random ids, no file names in gzip headers. Only the compressors are not ours:
where another version of zlib, zstd or brotli writes other bytes, `--check` compares what they inflate to and says so.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
import zlib
from collections import Counter
from pathlib import Path
from typing import Final

import brotli
import zstandard
from page_bytes import Entry, arc_record, gzip, warc_record

HERE: Final = Path(__file__).parent
SAMPLE: Final = HERE / "sample"
_MAGIC: Final = b"\x1f\x8b\x08"
_BROKEN_MAGIC: Final = b"DAMAGED!!!"
_DEPENDS_ON_COMPRESSOR: Final = re.compile(rb"(?mi)^(Content-Length|WARC-Payload-Digest): .*\r\n")
_MOST: Final = 1 << 24
_TOLD: Final = (
    "outcome",
    "stage",
    "reason",
    "lang",
    "charset",
    "charset_by",
    "flag",
    "truncated",
    "holds",
    "gone",
    "why",
)


def entries() -> list[Entry]:
    """All records in the order in which they are packed."""
    pages: list[Entry] = tomllib.loads((HERE / "pages.toml").read_text(encoding="utf-8"))["page"]
    return pages


def pack() -> dict[str, bytes]:
    """Every file of the sample by name: the containers and `expected.jsonl`."""
    by_container: dict[str, list[Entry]] = {}
    for entry in entries():
        by_container.setdefault(entry["container"], []).append(entry)
    files: dict[str, bytes] = {}
    lines: list[dict[str, object]] = []
    for name, members in sorted(by_container.items()):
        files[name], unreadable = container(name, members)
        lines += [*expectations(name, members), {"file": name, "unreadable": unreadable}]
    told = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return files | {"expected.jsonl": told.encode()}


def container(name: str, members: list[Entry]) -> tuple[bytes, list[dict[str, int]]]:
    """Bytes of one archive file, and the ranges of it that no reader can read."""
    out, unreadable = b"", []
    for number, entry in enumerate(members):
        unit = compressed(name, arc_record(entry, number) if name.endswith(".arc") else warc_record(entry, number))
        damage = entry.get("damage")
        if damage == "destroyed":
            unit = _BROKEN_MAGIC + unit[len(_BROKEN_MAGIC) :]
            if _MAGIC in unit:
                raise ValueError(f"{entry['url']}: by chance a gzip magic lies in the damaged record; change its text")
            unreadable.append({"offset": len(out), "bytes": len(unit)})
        out += unit[: len(unit) // 2] if damage == "cut" else unit
    return out, unreadable


def compressed(name: str, record: bytes) -> bytes:
    """The unit of a container that holds one record."""
    if name.endswith(".gz"):
        return gzip(record)
    if name.endswith(".zst"):
        return zstandard.ZstdCompressor(level=19, write_checksum=True).compress(record)
    return record


def expectations(name: str, members: list[Entry]) -> list[dict[str, object]]:
    """What a run of recipe `demo` has to make of one container; written by hand in `pages.toml`."""
    lines: list[dict[str, object]] = [
        {"file": name, "url": entry["url"], **{key: entry[key] for key in _TOLD if key in entry}}
        for entry in members
        if "outcome" in entry
    ]
    others = Counter(entry["kind"] for entry in members if "outcome" not in entry and "damage" not in entry)
    return [*lines, {"file": name, "other_records": dict(sorted(others.items()))}]


def units(name: str, data: bytes) -> list[bytes]:
    """Inflated contents of a container's intact members or frames."""
    if name.endswith(".gz"):
        return _gzip_members(data)
    found = []
    while name.endswith(".zst") and data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        found.append(frame.decompress(data))
        data = frame.unused_data
    return found or [data]


def _gzip_members(data: bytes) -> list[bytes]:
    found = []
    start = data.find(_MAGIC)
    while start >= 0:
        member = zlib.decompressobj(31)
        inflated = member.decompress(data[start:])
        if not member.eof:
            break
        found.append(inflated)
        start = data.find(_MAGIC, len(data) - len(member.unused_data))
    return found


def settled(unit: bytes) -> bytes:
    """A record without what depends on a compressor's version: coded bodies are decoded, lengths and digests go."""
    head, _, rest = unit.partition(b"\r\n\r\n")
    http, _, body = rest.partition(b"\r\n\r\n")
    body = body.removesuffix(b"\r\n\r\n")
    if b"Content-Encoding: br" in http:
        body = brotli.decompress(body)
    elif b"Content-Encoding:" in http and body[:1] in {b"\x1f", b"\x78"}:
        body = zlib.decompressobj(47).decompress(body, _MOST)
    return b"\n".join([_DEPENDS_ON_COMPRESSOR.sub(b"", part + b"\r\n") for part in (head, http)] + [body])


def compare(name: str, fresh: bytes, stored: bytes) -> str:
    """`equal`, `equal after inflating` or `different`."""
    if fresh == stored:
        return "equal"
    if name.endswith((".gz", ".zst")):
        pair = [[settled(unit) for unit in units(name, data)] for data in (fresh, stored)]
    elif name == "expected.jsonl":
        # where a compressor differs, so do the offsets of unreadable ranges
        pair = [[line for line in data.splitlines() if b'"unreadable": [{' not in line] for data in (fresh, stored)]
    else:
        return "different"
    return "equal after inflating" if pair[0] == pair[1] else "different"


def check() -> int:
    """Prints a verdict for each file; 0 if the stored sample is what the pages give."""
    fresh, stored = pack(), {path.name: path.read_bytes() for path in SAMPLE.iterdir()}
    verdicts = {
        name: compare(name, fresh[name], stored[name]) if name in fresh and name in stored else "missing or unknown"
        for name in sorted(fresh | stored)
    }
    if "equal after inflating" not in {verdict for name, verdict in verdicts.items() if name != "expected.jsonl"}:
        verdicts = {name: verdict.replace("equal after inflating", "different") for name, verdict in verdicts.items()}
    for name, verdict in verdicts.items():
        print(f"{verdict:22} {name}")
    return 0 if all(verdict.startswith("equal") for verdict in verdicts.values()) else 1


def main() -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Pack the sample crawl from pages.toml.")
    parser.add_argument("--check", action="store_true", help="compare examples/sample with a fresh pack")
    if parser.parse_args().check:
        return check()
    SAMPLE.mkdir(exist_ok=True)
    for path in SAMPLE.iterdir():
        path.unlink()
    for name, data in pack().items():
        (SAMPLE / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
