"""Mutants of pages and PDFs: markup by its tags, PDF by its objects, tried in the sandbox that a run has."""

from __future__ import annotations

import hashlib
import random
import re
from functools import cache
from pathlib import Path
from typing import Final

from hostile_pages import ATTRIBUTES, BYTES, CHARSETS, ENTITIES, GOOD, LINE, UNCLOSED, XML, Trials
from hostile_pdfs import FLATE, drawn, flate
from mutants import NUMBERS, TOKENS, Judged, Kind, damaged, maybe, shuffled
from pdf_samples import encrypted, pdf
from yurai.extraction import Page

TAGS: Final = ["html", "head", "body", "main", "article", "section", "div", "p", "span", "a", "b", "i", "table", "tr", "td", "th", "ul", "ol", "li", "dl", "dt", "dd", "pre", "code", "blockquote", "h1", "h2", "h3", "br", "hr", "img", "script", "style", "template", "noscript", "svg", "math", "form", "input", "select", "option", "textarea", "title", "meta", "link", "base", "iframe", "frameset", "frame", "nav", "header", "footer", "aside", "time", "ruby", "rt", "rp", "details", "summary", "figure", "figcaption", "plaintext", "xmp", "button", "marquee", "x-own"]  # fmt: skip
NAMES: Final = ("class", "id", "href", "src", "style", "lang", "rel", "charset", "content", "name", "property", "itemprop", "onclick",
                "datetime", "http-equiv", "hidden", "colspan", "start", "xml:lang", "xmlns", "typeof", "vocab")  # fmt: skip
VALUES: Final = (
    b"", b"post content", b"nav", b"display:none", b"http://[::1", b"javascript:x", b"ja", b"license", b"text/html; charset=",
    b"utf-7", b"shift_jis", b"https://creativecommons.org/licenses/by/4.0/", b"2024-05-06", b"99999999999", b"noai", b"refresh",
    b"article:published_time", b"description", b"\xff\xfe", b"&quot;", b"tdm-reservation", b"1",
)  # fmt: skip
MIMES: Final = ("text/html",) * 6 + (
    "application/xhtml+xml",
    "application/rss+xml",
    "text/xml",
    "text/plain",
    "text/markdown",
    None,
)
_PARTS: Final = re.compile(rb"(?=<)|(?<=>)")
SCRIPTS: Final = (
    b'{"@type":"Article","articleBody":"Nobody knows.","author":{"name":"A"},"license":"https://x.example/"}',
    b'{"@graph":[{"@type":"NewsArticle","datePublished":"2024-05-06","inLanguage":"ja"}]}', b"[[[[", b'{"a":"\\ud83d"}', b"null",
)  # fmt: skip


def tag(rng: random.Random) -> bytes:
    """A tag of any name, with attributes of any kind, maybe never closed."""
    name = rng.choice(TAGS).encode()
    said = b"".join(
        b" "
        + rng.choice(NAMES).encode()
        + rng.choice((b'="%s"', b"='%s'", b"=%s", b"%.0s", b'="%s')) % rng.choice(VALUES)
        for _ in range(rng.choice((0, 0, 1, 2, 4)))
    )
    return rng.choice((b"<%s%s>", b"<%s%s>", b"<%s%s/>", b"</%s%s>", b"<%s%s")) % (name, said)


def words(rng: random.Random) -> bytes:
    return rng.choice((
        LINE, "\u6e2f\u306f\u671d\u304b\u3089\u9759\u304b\u3060\u3063\u305f\u3002".encode() * rng.randint(1, 6), rng.choice(BYTES) * 3,
        rng.choice(ENTITIES)[:200], rng.choice(UNCLOSED), rng.choice(TOKENS), b"<!-- c -->",
        b"<script type='application/ld+json'>" + damaged_or(rng.choice(SCRIPTS), rng) + b"</script>",
    ))  # fmt: skip


def damaged_or(data: bytes, rng: random.Random, share: float = 0.3) -> bytes:
    return damaged(data, rng) if maybe(rng, share) else data


def markup(rng: random.Random, depth: int = 0) -> bytes:
    """A tree of tags and words that is nearly one."""
    out = b""
    for _ in range(rng.randint(1, 5)):
        inside = markup(rng, depth + 1) if depth < 5 and maybe(rng, 0.6) else words(rng)
        opened = tag(rng)
        name = re.match(rb"</?([\w-]+)", opened)
        out += opened + inside + (b"</%s>" % (name[1] if name else b"p") if maybe(rng, 0.8) else b"")
    return out


def html(rng: random.Random) -> bytes:
    """One page; the first byte says under which type it is sent (`page_in`)."""
    fate = rng.random()
    if fate < 0.6:
        head = b"<!doctype html><html><head><title>Pier</title>" + tag(rng) + b"</head><body>"
        body = head + b"<article>" + LINE * rng.randint(0, 5) + markup(rng) + b"</article>"
    elif fate < 0.75:
        body = rng.choice(sorted(XML.values()))[:20_000]
    elif fate < 0.85:
        name = rng.choice([name for name in sorted(ATTRIBUTES) if not name.startswith(("a ", "long"))])
        body = ATTRIBUTES[name]()[:20_000]
    else:
        body = rng.choice([one.body for one in GOOD if one.mime != "application/pdf"])
    parts = _PARTS.split(body)
    if maybe(rng, 0.5):
        parts = shuffled(parts, rng, 6)
    if maybe(rng, 0.1):  # one part, very often in itself
        parts.insert(rng.randint(0, len(parts)), tag(rng) * rng.choice((100, 600, 5_000)))
    body = damaged_or(b"".join(parts), rng)
    if maybe(rng, 0.1):
        body = body.decode("utf-8", "replace").encode(
            rng.choice(("utf-16", "utf-16-be", "utf-32", "cp932", "euc-jp", "gb18030")), "replace"
        )
    return bytes([rng.randrange(256)]) + body


def page_in(data: bytes) -> Page:
    number = data[0] if data else 0
    charset = CHARSETS[number % len(CHARSETS)] if number % 5 == 0 else None
    return Page("mutant", data[1:], MIMES[number % len(MIMES)], charset, "http://a.example/", None)


# --- PDF --------------------------------------------------------------------------------------------------------------

_OBJECT: Final = re.compile(rb"(?<=\n)(?=\d+ 0 obj\n|xref\n|trailer )")
_NUMBER: Final = re.compile(rb"(?<![\w.])-?\d+(?![\w.])")
_NAME: Final = re.compile(rb"/[A-Za-z0-9]+")


@cache
def bases() -> tuple[bytes, ...]:
    text = "Nobody knows who moored the boat."
    return (
        pdf(text, "\u6e2f\u306f\u9759\u304b\u3060", title="Pier"),
        pdf(text, first=3),
        pdf(flate(b"BT /F1 12 Tf 10 10 Td (Nobody knows) Tj ET\n", 4), compressed=True),
        encrypted(text),
        drawn(
            b"BT /F1 12 Tf (Nobody) Tj ET /X Do",
            b"<< /Length 9 >>\nstream\nq (x) Tj Q\nendstream",
            resources=b"/XObject << /X 5 0 R >>",
        ),
        drawn(flate(b"(a) Tj ", 9), filters=FLATE + b"/DecodeParms << /Predictor 12 /Columns 5 >> "),
    )


def pdf_file(rng: random.Random) -> bytes:
    """A PDF with objects dropped, doubled and swapped, and other numbers, references and names in them."""
    parts = _OBJECT.split(rng.choice(bases()))
    if maybe(rng, 0.4):
        parts = [parts[0], *shuffled(parts[1:], rng)]
    for _ in range(rng.randint(0, 4)):
        at = rng.randrange(len(parts))
        parts[at] = changed(parts[at], rng)
    return damaged_or(b"".join(parts), rng)


def changed(part: bytes, rng: random.Random) -> bytes:
    """One number or name of an object is another one."""
    places = list(rng.choice((_NUMBER, _NUMBER, _NAME)).finditer(part))
    if not places:
        return part
    at = rng.choice(places)
    other = b"%d" % rng.choice((*NUMBERS[:14], *range(8), -1, -(2**31), 10**30))
    if at[0].startswith(b"/"):
        other = rng.choice(
            (*set(_NAME.findall(part)), b"/Kids", b"/Parent", b"/Contents", b"/ObjStm", b"/XRef", b"/JBIG2Decode", b"/")
        )
    return part[: at.start()] + other + part[at.end() :]


# --- the check --------------------------------------------------------------------------------------------------------


@cache
def trials() -> Trials:
    """The sandbox of this process; its child ends with it."""
    return Trials()


def _judge_page(page: Page) -> Judged:
    box, name = trials(), hashlib.sha256(page.body).hexdigest()
    wrong, first = box.wrong(name, page), box.last
    wrong = wrong or box.wrong(name, page)
    if not wrong and first != box.last:
        wrong = f"the second answer is another: {first.reason or first.outcome}, {box.last.reason or box.last.outcome}"
    return Judged(wrong, first.outcome != "text")


def _judge_html(data: bytes, _: Path) -> Judged:
    return _judge_page(page_in(data))


def _judge_pdf(data: bytes, _: Path) -> Judged:
    return _judge_page(Page("mutant", data, "application/pdf", None, "http://a.example/", None))


KINDS: Final = {"html": Kind(html, _judge_html), "pdf": Kind(pdf_file, _judge_pdf)}
