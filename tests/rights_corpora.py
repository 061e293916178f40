"""Web archives whose pages say things about rights, and recipes that judge them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from warc_samples import response
from yurai.run.recipe import Recipe, make_recipe

CC_BY = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'
NC = '<a rel="license" href="https://creativecommons.org/licenses/by-nc/4.0/">CC BY-NC 4.0</a>'
NOAI = '<meta name="robots" content="noai">'
STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract"},
    {"use": "language"},
    {"use": "measure"},
]
EXACT = {"use": "dedup", "method": "exact"}


class P(NamedTuple):
    """A page: which text it has, where it lies, and what its head, body and headers say."""

    text: str
    url: str
    head: str = ""
    foot: str = ""
    headers: tuple[str, ...] = ()
    date: str = "2024-05-06T07:08:09Z"


def sentences(name: str, count: int = 12) -> str:
    """Text that looks like some, and no other name's."""
    words = [
        "tide",
        "moon",
        "harbour",
        "river",
        "stone",
        "letter",
        "winter",
        "market",
        "garden",
        "signal",
        "paper",
        "bridge",
    ]
    lines = []
    for number in range(count):
        digest = hashlib.sha256(f"{name}.{number}".encode()).digest()
        lines.append(" ".join(words[byte % len(words)] for byte in digest[:14]).capitalize() + f" {name}.")
    return "".join(f"<p>{line}</p>" for line in lines)


def page(number: int, one: P) -> bytes:
    body = (
        f"<html><head><title>t</title>{one.head}</head><body><main>{sentences(one.text)}{one.foot}</main></body></html>"
    )
    return response(number, body.encode(), *one.headers, WARC_Target_URI=one.url, WARC_Date=one.date)


def robots_txt(number: int, host: str, rules: str, date: str = "2024-05-06T00:00:00Z", scheme: str = "https") -> bytes:
    return response(number, rules.encode(), WARC_Target_URI=f"{scheme}://{host}/robots.txt", WARC_Date=date).replace(
        b"text/html; charset=utf-8", b"text/plain; charset=x", 1
    )


def archive(path: Path, records: list[bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(gzip.compress(record, mtime=0) for record in records))
    return path


def corpus(path: Path, pages: list[P], extra: list[bytes] = []) -> Path:  # noqa: B006 - never changed
    return archive(path, [*(page(number, one) for number, one in enumerate(pages, 1)), *extra])


def recipe(*stages: dict[str, Any], before: list[dict[str, Any]] = STAGES) -> Recipe:
    return make_recipe({"name": "rights", "stage": [*before, *stages]}, where="test")


def rows(out: Path, folder: str = "documents") -> list[dict[str, Any]]:
    return [row for path in sorted((out / folder).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def by_url(out: Path, column: str, folder: str = "documents") -> dict[str, Any]:
    return {row["url"]: row[column] for row in rows(out, folder)}
