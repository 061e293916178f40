"""A small planted crawl, in which each page has words that nothing else has, and what releases of it hold."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from rights_corpora import CC_BY, NC, STAGES, recipe, sentences
from run_helpers import run
from warc_samples import response

CC_BY_SA = CC_BY.replace("/by/", "/by-sa/")
GIVEN = {"aoba": CC_BY, "botan": CC_BY_SA, "cosmos": CC_BY}
WITHHELD = {"daria": "", "erika": NC, "fuji": "<p>All rights reserved.</p>", "ginkgo": "", "hagi": ""}
CHAIN = [
    *STAGES[:3],
    {"use": "redact"},
    STAGES[3],
    {"use": "filter", "rules": [{"use": "nfc"}, {"use": "length", "min_characters": 40}]},
    {"use": "dedup"},
    {"use": "select", "policy": "evidence-only"},
    {"use": "tokenize", "shard_tokens": 1500},
]


class Crawl(NamedTuple):
    """Where archives lie, and the tree of a run over them."""

    folder: Path
    out: Path


def records() -> list[bytes]:
    """Pages that may be given stand first, so that some token shards hold nothing else; the last hides from search."""
    found = []
    for number, (name, foot) in enumerate({**GIVEN, **WITHHELD}.items()):
        url = f"https://{'hidden' if name == 'hagi' else 'open'}.example/{number}"
        url = "https://open.example/mail/someone@mail-of-ginkgo.example" if name == "ginkgo" else url
        head = f'<title>Title-{name}</title><meta name="author" content="Author-{name}">'
        head += '<meta name="robots" content="noindex">' if name == "hagi" else ""
        body = f"<html><head>{head}</head><body><main>{sentences(name)}{foot}</main></body></html>"
        found.append(response(number, body.encode(), f"X-Seen: header-{name}", WARC_Target_URI=url))
    return found


def made(folder: Path) -> Crawl:
    """Write the archives and run over them."""
    crawl = folder / "crawl"
    crawl.mkdir()
    (crawl / "a.warc.gz").write_bytes(b"".join(gzip.compress(one, mtime=0) for one in records()[:5]))
    (crawl / "b.warc").write_bytes(b"".join(records()[5:]))
    run(folder / "out", [crawl], recipe=recipe(before=CHAIN))
    return Crawl(crawl, folder / "out")


def everything(folder: Path) -> str:
    """All that a release holds, unpacked: bytes of files as they are, and the values of Parquet."""
    found = io.StringIO()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.write(path.read_bytes().decode("latin-1"))
            found.write(path.read_bytes().decode("utf-8", "replace"))
        if path.suffix == ".parquet":
            found.write(json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=bytes.hex))
        if path.suffix == ".bin":
            found.write(bytes(one for one in path.read_bytes()[::2]).decode("latin-1"))
    return found.getvalue()
