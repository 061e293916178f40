"""A crawl with planted secrets, and what reads a report: its figures and its words."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import yurai
from report_samples import PAYLOADS, WORDS, html
from run_helpers import run
from warc_samples import response, warc_record
from yurai.run.recipe import make_recipe

READERS = ("lawyer", "auditor", "engineer")
TIERS = ("public", "auditor", "internal")
PLANTED = {
    "path": "planted-path",
    "query": "planted-query",
    "title": "Planted Title",
    "text": "planted paragraph",
    "file": "planted-file",
    "mark": "planted-mark",
    "type": "plantedtype",
    "host": "planted-host",
    "folder": "planted-folder",
}
"""What a private thing is, and the words that tell it."""
POLICY = """name = "my-house"
version = 1
about = "evidence-only"
named_for = "a test"
extends = "evidence-only"

[[registry]]
name = "planted-mark of the house"
kind = "domains"
path = "optouts.txt"
train = "deny"
"""


def planted(folder: Path) -> Path:
    """Return the output of a run over pages that carry each of PLANTED, hostile titles too."""
    url, title = "https://planted-host.town.example/planted-path/{}?q=planted-query", "Planted Title {}"
    marks = f'<meta name="tdm-policy" content="https://town.example/{PLANTED["mark"]}.json">'
    records = []
    for number in range(6):
        page = html(title.format(number), f"planted paragraph {number}. " + WORDS * 8)
        page = page.replace(b"<head>", f'<head>{marks}<meta name="tdm-reservation" content="1">'.encode())
        records.append(response(number, page, WARC_Target_URI=url.format(number)))
    for number, payload in enumerate(PAYLOADS[:12], 20):
        page = html(f"{payload} Planted Title", f"{payload} {number}", *[WORDS * 8])
        records.append(response(number, page, WARC_Target_URI=f"https://town.example/{number}?q={payload}"))
    odd = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-plantedtype\r\n\r\nx"
    records.append(warc_record("response", 99, odd, WARC_Target_URI=url.format(99)))
    archive = folder / "planted-file.warc"
    archive.write_bytes(b"".join(records))
    rules = folder / "planted-folder"
    rules.mkdir()
    (rules / "optouts.txt").write_text("town.example\n", "utf-8")
    (rules / "house.toml").write_text(POLICY, "utf-8")
    stages: list[dict[str, Any]] = [{"use": name} for name in ("read", "extract", "language", "measure")]
    stages += [{"use": "select", "policy": str(rules / "house.toml")}, {"use": "tokenize", "tokenizer": "bytes"}]
    run(folder / "out", [archive], recipe=make_recipe({"name": "<b>planted</b>", "stage": stages}, where="planted"))
    return folder / "out"


@functools.cache
def _audited(out: Path) -> tuple[yurai.Tree, Any]:
    tree = yurai.open(out)
    return tree, tree.audit()


def reported(out: Path, reader: Any, **options: Any) -> str:
    """Return a report of a tree that no test changes; the tree is audited once."""
    tree, audit = _audited(out)
    return tree.report(reader, audit=audit, **options)


def figures(out: Path, reader: str, **options: Any) -> dict[str, Any]:
    """Return the figures of a report by id, as its JSON has them."""
    report = json.loads(reported(out, reader, form="json", **options))
    return {figure["id"]: figure for section in report["sections"] for figure in section["figures"]} | {"": report}
