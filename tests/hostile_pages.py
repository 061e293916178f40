"""Pages that are made to cost, to hang or to crash, each between good ones, and the check that the sandbox bears them.

Units times shapes, and tables of what is written into a page: bench/attacks.py tries all, tests a seeded share. PDFs
stand in tests/hostile_pdfs.py.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Self

import brotli
import zstandard

from hostile_pdfs import PDFS
from pdf_samples import pdf
from yurai.extraction import DictLedger, Extraction, ExtractOptions, Page, Sandbox

Maker = Callable[[], Page]

LINE: Final = b"<p>Nobody knows who moored the boat at the old pier, or why it was never called for.</p>\n"
FULL: Final = 4_900_000
"""Bytes of the largest pages, below `max_bytes`."""
MOST: Final = 29_000
"""Elements of the pages with the most, below `max_elements`."""
MIB: Final = 1 << 20


def page(body: bytes, mime: str | None = "text/html", charset: str | None = None) -> Page:
    return Page("hostile", body, mime, charset, "http://hostile.example/", "2024-05-06T07:08:09Z")


def filled(unit: bytes, size: int = FULL) -> bytes:
    return unit * (size // len(unit))


# --- units and shapes -------------------------------------------------------------------------------------------------

UNITS: Final[dict[str, bytes]] = {
    "div": b"div", "span": b"span", "b": b"b", "a": b"a href=/x", "p": b"p", "font": b"font", "blockquote": b"blockquote",
    "li": b"ul><li", "dd": b"dl><dt>x<dd", "td": b"table><tr><td", "th": b"table><thead><th", "option": b"select><option",
    "svg": b"svg", "math": b"math><mi", "form": b"form", "button": b"button", "template": b"template", "ruby": b"ruby><rt",
    "section": b"section", "article": b"article", "nobr": b"nobr", "h1": b"h1", "pre": b"pre", "own": b"x-y-z",
    "frameset": b"frameset", "object": b"object", "noscript": b"noscript", "label": b"label",
}  # fmt: skip
"""What opens: names of one element or of several, one in the other."""


def _names(unit: bytes) -> list[bytes]:
    return [part.split(b" ")[0].split(b">")[-1] for part in unit.split(b"<")]


def _closed(unit: bytes) -> bytes:
    return b"".join(b"</" + name + b">" for name in reversed(_names(unit)))


SHAPES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "deep": lambda unit: filled(b"<" + unit + b">x"),
    "deep within the budget": lambda unit: (b"<" + unit + b">x ") * (MOST // len(_names(unit))),
    "deep, then wide": lambda unit: (b"<" + unit + b">") * 500 + (b"<" + unit + b">words " + _closed(unit)) * 5_000,
    "wide": lambda unit: b"<p>" + (b"<" + unit + b">words here" + _closed(unit)) * (MOST // len(_names(unit))),
    "misnested": lambda unit: (b"<p><i><" + unit + b"></p>words</i>" + _closed(unit)) * 7_000,
    "closed only": lambda unit: LINE + filled(_closed(unit), 1_000_000),
}


def shaped() -> dict[str, Maker]:
    return {
        f"{name}: {shape}": partial(lambda s, u: page(LINE * 5 + s(u)), make, unit)
        for name, unit in UNITS.items()
        for shape, make in SHAPES.items()
    }


# --- what is never closed, and what stands in tags --------------------------------------------------------------------

UNCLOSED: Final = (
    b"<script ", b"<script>", b"<style ", b"<style>", b"<textarea>", b"<title>", b"<xmp>", b"<plaintext>", b"<iframe>",
    b"<noembed>", b"<!--", b"<!-- -", b"<!>", b"<![CDATA[", b"<?", b"<!doctype ", b"</", b"<", b"<a b='", b'<a b="', b"<a b=",
    b"<a/", b"<a =", b"&", b"&#", b"&#x", b"]]>", b"-->", b"<!--><script>", b"<script><!--<script>", b"<svg><![CDATA[",
    b"<meta charset=", b"<base href=//", b"<html ", b"<body ", b"<a b=c ",
)  # fmt: skip
ENTITIES: Final = (
    b"&amp;", b"&lt", b"&#0;", b"&#x110000;", b"&#xD800;", b"&#" + b"9" * 4_000 + b";", b"&#x0000000041;", b"&nbsp", b"&notit;",
    b"&CounterClockwiseContourIntegral;", b"&" + b"a" * 4_000 + b";", b"&#128;", b"&amp;amp;lt;",
)  # fmt: skip
BYTES: Final = (
    b"\0", b"\r", b" \t\n", b"\f", b"\x1b$B", b"~{", b"\x81\x30\x81\x30", b"\xc0\xaf\xed\xa0\x80\xf5\xff", b"\xff",
    b"\xe3\x81", b"<\0p\0>\0h\0", "\u200b".encode(), "\u0301".encode(), "\u202eabc ".encode(), "\ufdfa".encode(),
    "\u1100\u1161\u11a8".encode(), "\U0001f468\u200d".encode(), "\ufffe".encode(), b"\x1b[2J", "\u3042".encode(),
    "\u0e01".encode(), b"x", b"x ", b"a\n", b"+ADw-script+AD4-", b"=3D=\n",
)  # fmt: skip
ATTRIBUTES: Final[dict[str, Callable[[], bytes]]] = {
    "a thousand": lambda: (b"<p " + b"".join(b"a%d=b " % n for n in range(1_000)) + b">x</p>") * 200,
    "a hundred thousand": lambda: b"<p " + b"".join(b"a%d=b " % n for n in range(100_000)) + b">x</p>",
    "one name, often": lambda: b"<p " + b"a=b " * 900 + b">" + LINE * 9,
    "long value": lambda: b"<p title='" + b"x" * FULL + b"'>x",
    "long name": lambda: b"<p " + b"x" * FULL + b"=y>x",
    "long tag": lambda: b"<" + b"x" * FULL + b">x",
    "classes": lambda: b"<div class='" + b"nav comment " * 200_000 + b"'>" + LINE * 9,
    "classes everywhere": lambda: (b"<div class='" + b"post content nav " * 8 + b"'>words here</div>") * 20_000,
    "styles": lambda: (b"<p style='" + b"display:none;" * 12 + b"'>words</p>") * 20_000,
    "data addresses": lambda: b"<img src='data:image/png;base64," + b"A" * FULL + b"'>" + LINE,
    "srcset": lambda: b"<img srcset='" + b"a 1x, " * 500_000 + b"'>" + LINE,
    "links": lambda: b"<p>" + b"<a href='javascript:alert(1)' onclick=x>word</a> " * MOST,
    "long links": lambda: b"".join(b"<a href='/%s'>x</a>" % (b"%2e" * 900) for _ in range(1_500)),
    "ids": lambda: b"".join(b"<p id=i%d>words</p>" % n for n in range(MOST)),
    "metas": lambda: b"<meta name=robots content='noai, %s'>" % (b"noindex, " * 30) * 9_000 + LINE,
    "licences": lambda: b"<a rel=license href='https://creativecommons.org/licenses/by/4.0/'>CC</a>" * 20_000,
    "colspan": lambda: (b"<table><tr><td colspan=1000000000 rowspan=1000000000>x</table>") * 5_000,
    "list numbers": lambda: b"<ol start=99999999999999999999>" + b"<li value=-99999999999>x" * MOST,
    "base": lambda: b"<base href='http://[::1'>" + b"<a href=x>word</a>" * 9_000 + LINE * 9,
    "dates": lambda: b"<time datetime='%s'>x</time>" % (b"2024-" * 50) * 9_000,
}
TABLES: Final[dict[str, Callable[[], bytes]]] = {
    "cells": lambda: b"<table>" + (b"<tr>" + b"<td>x" * 28) * 1_000,
    "one row": lambda: b"<table><tr>" + b"<td>word " * MOST,
    "one column": lambda: b"<table>" + b"<tr><td>word " * (MOST // 2),
    "foster parents": lambda: b"<table>" + b"x<tr>y<p>z" * 9_000,
    "captions": lambda: b"<table>" + b"<caption>x" * MOST,
    "tables in cells": lambda: b"<table><tr><td>x" * 150 + b"<p>word</p>" * 9_000,
    "layout": lambda: (b"<table><tr><td>" + LINE + b"</td></tr></table>") * 7_000,
    "groups": lambda: b"<table>" + b"<colgroup><col><tbody><tr><td>x" * 5_800,
}
TEXTS: Final[dict[str, Callable[[], bytes]]] = {
    "one paragraph": lambda: b"<p>" + filled(b"word "),
    "one word": lambda: b"<p>" + b"x" * FULL,
    "lines": lambda: b"<pre>" + filled(b"a\n"),
    "breaks": lambda: b"<p>" + b"word<br>" * MOST,
    "sentences": lambda: b"<p>" + filled(b"Who? Me! No. "),
    "japanese": lambda: b"<p>" + filled("\u6e2f\u306f\u9759\u304b\u3060\u3002".encode()),
    "copies": lambda: LINE * (MOST // 2),
    "numbers": lambda: b"".join(b"<p>%d words stand here</p>" % n for n in range(MOST)),
    "headings": lambda: b"".join(b"<h%d>Part %d</h%d>" % (n % 6 + 1, n, n % 6 + 1) for n in range(MOST)),
    "formulas": lambda: b"<p>" + filled(b"$$\\frac{a}{b}$$ \\( x^{2 ", 1_000_000),
    "dashes": lambda: b"<p>" + filled(b"-", 1_000_000) + b"</p>" + LINE * 5,
    "addresses": lambda: b"<p>" + filled(b"a@a.", 1_000_000),
    "slashes": lambda: b"<p>" + filled(b"http://a/", 1_000_000),
    "dates": lambda: b"<p>" + filled(b"2024-05-06 6 May 2024 ", 1_000_000),
    "comments": lambda: b"<p>" + b"a<!-- b -->" * 300_000,
    "hyphens": lambda: b"<p>" + filled(b"x-\n", 2_000_000),
}


def _holding(script: str, kind: str = "application/ld+json") -> Page:
    return page(f"<script type='{kind}'>{script}</script>".encode() + LINE * 5)


JSON: Final[dict[str, Callable[[], Page]]] = {
    "deep lists": lambda: _holding("[" * 900_000),
    "deep objects": lambda: _holding('{"a":' * 300_000),
    "deep and closed": lambda: _holding("[" * 900 + "]" * 900),
    "deeper and closed": lambda: _holding("[" * 400_000 + "]" * 400_000),
    "a long body": lambda: _holding(json.dumps({"@type": "Article", "articleBody": "word " * 900_000})),
    "a body of markup": lambda: _holding(json.dumps({"@type": "Article", "articleBody": "<b>x" * 200_000})),
    "a body of bodies": lambda: _holding(json.dumps({"@type": "Article", "articleBody": [{"articleBody": "x " * 99}] * 9_000})),
    "many names": lambda: _holding(json.dumps({f"k{n}": n for n in range(200_000)})),
    "a long number": lambda: _holding('{"a":' + "9" * 900_000 + "}"),
    "long exponents": lambda: _holding('{"a":1e' + "9" * 900_000 + "}"),
    "escapes": lambda: _holding('{"articleBody":"' + "\\u0000\\ud800" * 200_000 + '"}'),
    "no end": lambda: _holding('{"articleBody":"' + "x" * 900_000),
    "many scripts": lambda: page(b"<script type='application/ld+json'>{\"@type\":\"Article\"}</script>" * 14_000 + LINE * 5),
    "a graph": lambda: _holding(json.dumps({"@graph": [{"@id": f"#{n}", "about": {"@id": f"#{n + 1}"}} for n in range(20_000)]})),
    "many articles": lambda: _holding(json.dumps([{"@type": "Article", "articleBody": "word " * 90} for _ in range(9_000)])),
    "many licences": lambda: _holding(json.dumps([{"license": f"http://a.example/{n}"} for n in range(50_000)])),
    "NaN": lambda: _holding('{"articleBody": NaN, "a": [' + "NaN," * 200_000 + "1]}"),
    "data of a framework": lambda: _holding('{"props":' + '{"a":[' * 30_000, "application/json"),
    "text of a framework": lambda: _holding(json.dumps({"props": [{"text": "word " * 60}] * 9_000}), "application/json"),
}  # fmt: skip
CHARSETS: Final = (
    "", "utf-32", "utf-16", "utf-7", "utf-8-sig", "zip", "hex", "rot13", "idna", "punycode", "unicode_escape", "mbcs",
    "raw_unicode_escape", "undefined", "utf\0-8", "x" * 300_000, "../../etc/passwd", "iso-2022-jp", "iso-2022-kr", "hz",
    "gb18030", "big5", "euc-jp", "shift_jis", "x-user-defined", "replacement", "cp65001", "none", "\u202eutf-8", "8859_1",
)  # fmt: skip
MIXED: Final = LINE * 20 + bytes(range(1, 256)) * 40 + "\u6e2f\u306f\u9759\u304b".encode("euc-jp") * 40
WIDE: Final[dict[str, bytes]] = {
    "UTF-16": b"\xff\xfe" + LINE.decode().encode("utf-16-le") * 9_000,
    "UTF-16, halves": b"\xff\xfe" + b"\x00\xd8" * 400_000,
    "UTF-16, odd": b"\xfe\xff\0<\0p\0>" + b"\0x" * 400_000 + b"\0",
    "UTF-32": LINE.decode().encode("utf-32") * 900,
    "two marks": b"\xef\xbb\xbf\xff\xfe" * 900 + LINE * 20,
    "any bytes": random.Random(1).randbytes(2_000_000).replace(b"<", b"x"),
    "any bytes and tags": b"<p>" + random.Random(2).randbytes(2_000_000),
}
PACKED: Final[dict[str, Callable[[], bytes]]] = {
    "gzip": lambda: gzip.compress(bytes(200 << 20), 9),
    "zlib": lambda: zlib.compress(bytes(200 << 20), 9),
    "zstd": lambda: zstandard.compress(bytes(200 << 20)),
    "br": lambda: brotli.compress(bytes(50 << 20), quality=1),
}

# --- XML --------------------------------------------------------------------------------------------------------------

LAUGHS: Final = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
XML: Final[dict[str, bytes]] = {
    "laughs": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">' + LAUGHS + b"]><r>&l9;</r>",
    "a long entity": b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 90_000 + b'">]><r>' + b"&a;" * 90_000 + b"</r>",
    "an entity of itself": b'<!DOCTYPE r [<!ENTITY a "&a;">]><r>&a;</r>',
    "outer entities": b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>',
    "parameter entities": b'<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]><r>x</r>',
    "outer type": b'<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r>x</r>',
    "namespaces": b"<r " + b" ".join(b"xmlns:a%d='u'" % n for n in range(900)) + b">" + b"<a1:b>x</a1:b>" * 20_000 + b"</r>",
    "deep": b"<r>" + b"<a>x" * 200_000,
    "deep and closed": b"<a>x" * 200_000 + b"</a>" * 200_000,
    "wide": b"<r>" + b"<a>word</a>" * 200_000 + b"</r>",
    "attributes": b"<r " + b" ".join(b"a%d='b'" % n for n in range(50_000)) + b">x</r>",
    "CDATA": b"<r>" + b"<![CDATA[x]]>" * 200_000 + b"</r>",
    "CDATA without end": b"<r><![CDATA[" + b"x" * 900_000,
    "instructions": b"<r>" + b"<?x y?>" * 200_000 + b"word</r>",
    "a style": b'<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?><r>word</r>',
    "inclusion": b'<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></r>',
    "a false encoding": b'<?xml version="1.0" encoding="x-none"?><r>word</r>',
    "another encoding": b'<?xml version="1.0" encoding="UTF-16"?><r>word</r>',
    "items": b"<rss><channel>" + b"<item><title>A</title><description>word</description></item>" * 20_000 + b"</channel></rss>",
    "items of markup": b"<rss><channel>" + b"<item><description>&lt;b&gt;&lt;i&gt;x</description></item>" * 20_000,
    "an item of depth": b"<rss><channel><item><description>" + b"&lt;div&gt;" * 90_000 + b"x</description></item>",
    "an atom of depth": b"<feed><entry><content type='xhtml'>" + b"<div>" * 90_000 + b"x",
    "two roots": b"<r>word</r>" * 90_000,
    "text before": b"x" * 900_000 + b"<r>word</r>",
    "NULs": b"<r>" + b"\0" * 90_000 + b"word</r>",
}  # fmt: skip


def described(group: str, values: Iterable[bytes], make: Callable[[bytes], Page]) -> dict[str, Maker]:
    return {
        f"{group} {number}: {value[:12].decode('latin-1')!a}": partial(make, value)
        for number, value in enumerate(values)
    }


def _in_charset(label: str, *, header: bool) -> Page:
    return page(MIXED, charset=label) if header else page(f"<meta charset='{label}'>".encode() + MIXED)


def written() -> dict[str, Maker]:
    """The tables, each entry as a page."""
    groups = {"attributes": ATTRIBUTES, "table": TABLES, "text": TEXTS, "packed": PACKED}
    out: dict[str, Maker] = {
        f"{group}: {name}": partial(lambda m: page(m()), make)
        for group, table in groups.items()
        for name, make in table.items()
    }
    out |= described("unclosed", UNCLOSED, lambda unit: page(LINE * 5 + filled(unit, 240_000)))
    out |= described("unclosed, full", UNCLOSED[::3], lambda unit: page(filled(unit)))
    out |= described("entities", ENTITIES, lambda unit: page(b"<p>" + filled(unit, 1_000_000)))
    for mime in ("text/html", "text/plain", "text/markdown"):
        size = FULL if mime == "text/html" else 1_000_000
        out |= described(f"{mime} of", BYTES, partial(lambda m, s, unit: page(filled(unit, s), m), mime, size))
    for number, label in enumerate(CHARSETS):
        out[f"charset {number}: {label[:12]!a}, header"] = partial(_in_charset, label, header=True)
        out[f"charset {number}: {label[:12]!a}, meta"] = partial(_in_charset, label, header=False)
    out |= {f"bytes: {name}": partial(page, body) for name, body in WIDE.items()}
    out |= {f"bytes of no type: {name}": partial(page, body, None) for name, body in WIDE.items()}
    out |= {f"JSON: {name}": make for name, make in JSON.items()}
    for mime in ("application/xhtml+xml", "application/rss+xml", "text/xml"):
        out |= {f"{mime}: {name}": partial(page, body, mime) for name, body in XML.items()}
    return out


PAGES: Final[dict[str, Maker]] = {
    **shaped(),
    **written(),
    **{f"PDF: {name}": partial(lambda m: page(m(), "application/pdf"), make) for name, make in PDFS.items()},
}

# --- the check --------------------------------------------------------------------------------------------------------

GOOD: Final = [
    Page("good-html", b"<title>Pier</title><article>" + LINE * 12 + b"</article>", "text/html", "utf-8", "http://a.example/", None),
    Page("good-jp", "<p>\u6e2f\u306f\u671d\u304b\u3089\u9759\u304b\u3060\u3063\u305f\u3002</p>".encode("euc-jp") * 20, "text/html", None,
         "http://a.example/", None),
    Page("good-pdf", pdf("Nobody knows who moored the boat."), "application/pdf", None, "http://a.example/", None),
    Page("good-plain", b"Nobody knows who moored the boat.\n" * 9, "text/plain", None, "http://a.example/", None),
    Page("good-feed", b"<rss><channel><item><title>Pier</title><description>Nobody knows.</description></item></channel></rss>",
         "application/rss+xml", None, "http://a.example/", None),
]  # fmt: skip
LIBRARIES: Final = 32
"""MiB of libraries that are mapped when memory is capped, and that a page is the first to make the system read in."""


class Cost(NamedTuple):
    """What a page took of its child: CPU seconds, and MiB above what a child holds before its first page."""

    seconds: float
    memory: int


class Trials:
    """A sandbox with default limits that is given hostile pages, one at a time, and a good one behind each.

    `answers` counts what came of them, `last` is the last one and `cost` what it took. Costs are told by /proc, so on Linux alone.
    """

    def __init__(self, options: ExtractOptions | None = None) -> None:
        self._options = options or ExtractOptions()
        self._box = Sandbox(self._options, DictLedger())
        self._expected = [self._answer(one) for one in GOOD]
        self._box.close()
        self._answer(GOOD[0])
        self._loading, self._base = _seconds(self._box.pid), _memory("VmRSS", self._box.pid)
        self._turn = 0
        self.answers = Counter[str]()
        self.last = self._expected[0]
        self.cost = Cost(0.0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next page starts another."""
        self._box.close()

    def _answer(self, one: Page) -> Extraction:
        (answer,) = self._box.extract([one])
        return answer

    def wrong(self, name: str, hostile: Page) -> str:
        """What is wrong with the answers to that page and to the good one behind it; "" where nothing is."""
        self.last = answer = self._measured(replace(hostile, key=name))
        self.answers[answer.outcome if answer.reason is None else answer.reason] += 1
        if (answer.outcome == "text") != (answer.reason is None and bool(answer.text.strip())):
            return f"{answer.outcome} with reason {answer.reason} and {len(answer.text)} characters"
        if (
            self.cost.seconds > self._options.cpu_seconds + 1
            or self.cost.memory > self._options.memory_bytes // MIB + LIBRARIES
        ):
            return f"{self.cost.seconds:.1f} CPU s, {self.cost.memory:,} MiB ({answer.reason or answer.outcome})"
        return self._neighbour()

    def _neighbour(self) -> str:
        """What is wrong with the answer to the next good page."""
        self._turn = (self._turn + 1) % len(GOOD)
        same = self._answer(GOOD[self._turn]) == self._expected[self._turn]
        return "" if same else f"{GOOD[self._turn].key} is not as it was"

    def _measured(self, hostile: Page) -> Extraction:
        """Answer, and the cost of one try: a death that is no `cpu-limit` is tried again in a child that loads first."""
        if self._box.pid is None:
            self._answer(GOOD[0])
        pid = self._box.pid
        _forget_peak(pid)
        before = _seconds(None) + _seconds(pid)
        answer = self._answer(hostile)
        spent = _seconds(None) + (_seconds(self._box.pid) if self._box.pid else 0.0) - before
        died = self._box.pid != pid
        if died and answer.reason != "cpu-limit":
            spent = (spent - self._loading) / 2
        peak = _most_of_children() if died else _memory("VmHWM", pid)
        self.cost = Cost(max(spent, 0.0), max(peak - self._base, 0))
        return answer


def _seconds(pid: int | None) -> float:
    """CPU seconds of a process, or of all children that ended."""
    if pid is None:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime
    told = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, told[11:13])) / os.sysconf("SC_CLK_TCK")


def _memory(name: str, pid: int | None) -> int:
    """MiB that a process holds (VmRSS), or held at the most (VmHWM): proc(5)."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) >> 10


def _forget_peak(pid: int | None) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def _most_of_children() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
