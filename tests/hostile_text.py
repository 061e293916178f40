"""A crawl that says what a terminal must not hear: controls, bidirectional overrides and line ends wherever it can."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from warc_samples import http, warc_record

ESC, NUL, C1, RLO, ISO, ZERO, BOM, BELL = "\x1b[31m", "\x00", "\x9b2J", "\u202e", "\u2066", "\u200b", "\ufeff", "\x07"
EVIL = f"{ESC}{C1}{RLO}{ISO}{ZERO}{BOM}{BELL}"
"""Whatever may stand in a line of a header."""
WORST = f"{EVIL}{NUL}\nforged: adds up\r\u2028"
"""With what a header cannot hold: only JSON can say it."""
NAME = f"crawl{ESC}{RLO}\nforged.warc"
ROWS = f"rows{ESC}{RLO}{ZERO}\nforged.jsonl"
WORDS = "The library keeps the old maps of the valley in a room that few people have seen since the flood. "
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def heard(text: str) -> list[str]:
    """What of a text would act on a terminal or in a browser: nothing of it may be there. Line ends are looked at apart."""
    plain = text.replace("\r\n", "\n").replace("\n", "")
    return sorted({f"U+{ord(letter):04X}" for letter in plain if unicodedata.category(letter) in HIDDEN})


def page(number: int) -> str:
    """HTML with a title, language, licence and opt-outs that hold what they should not."""
    return (
        f'<html lang="en{EVIL}"><head><title>Title {EVIL} {number}</title>'
        f'<meta name="robots" content="noai{EVIL}"><meta name="tdm-reservation" content="1{EVIL}">'
        f'<link rel="license{EVIL}" href="https://example.org/licence{EVIL}">'
        f'<meta name="copyright" content="{EVIL} all rights"><meta name="dc.rights" content="CC-BY{EVIL}">'
        f'<script type="application/ld+json">{{"@type": "WebPage", "license": "https://x.example/{RLO}\\u001b"}}</script>'
        f"</head><body><article><h1>Heading {EVIL}</h1>"
        + "".join(f"<p>{WORDS * 3} {EVIL} {number}.{part}</p>" for part in range(4))
        + f'<a rel="license" href="https://creativecommons.org/licenses/by/{EVIL}/">terms</a></article></body></html>'
    )


def answer(
    number: int, body: str, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **fields: str
) -> bytes:
    names = (f"Content-Type: {kind}", f"X-Robots-Tag: noai{EVIL}", f"Content-Language: en{EVIL}", f"tdm-reservation: 1{EVIL}",
             f'Link: <https://x.example/{EVIL}>; rel="license"')  # fmt: skip
    return warc_record("response", number, http(body.encode(), *names, status=f"HTTP/1.1 {status}"), **fields)


def records() -> list[bytes]:
    """Records of every outcome."""
    out = [warc_record("warcinfo", 0, f"software: {EVIL}\r\n".encode(), WARC_Target_URI="")]
    out += [warc_record(f"{kind}{EVIL}", 1, b"x") for kind in ("metadata", "request", "strange")]
    out += [warc_record(f"nul{NUL}", 2, b"x"), answer(9, page(9), WARC_Target_URI=f"https://nul.example/{NUL}/9")]
    for number in range(10, 16):
        url = f"https://host{number % 2}.example/{EVIL}/{number}"
        more = {"WARC_Truncated": f"length{EVIL}"} if number == 15 else {}
        out.append(answer(number, page(number), WARC_Target_URI=url, WARC_Record_ID=f"<urn:{EVIL}:{number}>", **more))
    out.append(answer(20, page(10), WARC_Target_URI="https://host.example/copy"))
    out.append(answer(21, "x", WARC_Target_URI=f"gopher{EVIL}://host.example/"))
    out.append(answer(22, "x", WARC_Target_URI=f"{RLO}{ESC}"))
    out.append(answer(23, "x" * 50, kind=f"application/x-{EVIL}", WARC_Target_URI=f"https://host.example/{EVIL}/23"))
    out.append(answer(24, page(24), kind=f"text/html; charset={EVIL}", WARC_Target_URI=f"https://{EVIL}.example/24"))
    out.append(answer(25, "gone", status=f"404 {EVIL}", WARC_Target_URI=f"https://host.example/{EVIL}/25"))
    out.append(answer(26, "<title>x</title>", WARC_Target_URI=f"https://host.example/{EVIL}/26"))
    out.append(answer(27, page(27), WARC_Target_URI="https://host.example/27", WARC_Date=f"2024-{EVIL}",
                      WARC_Payload_Digest=f"sha1:{EVIL}"))  # fmt: skip
    short = answer(28, page(28), WARC_Target_URI=f"https://host.example/{EVIL}/28").replace(
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n"
    )
    return [*out, short]


def rows() -> list[dict[str, object]]:
    """Rows whose every column holds what it should not."""
    out: list[dict[str, object]] = [
        {
            "text": f"{WORDS * 6} row {number} {WORST}",
            "url": f"https://rows.example/{WORST}/{number}",
            "title": f"Row {WORST}",
            "date": f"2024-05-06{WORST}",
            "timestamp": f"2024{WORST}",
            "id": f"key{WORST}{number}",
            "language": f"en{WORST}",
            "license": f"CC-BY{WORST}",
            "source": f"{WORST}",
            "meta": {WORST: WORST},
        }
        for number in range(4)
    ]
    out += [{"text": f"short {WORST}", "url": f"{WORST}://x"}, {"text": 7, "url": WORST}, {"text": None, WORST: WORST}]
    return out


def write_hostile(folder: Path) -> None:
    """The archive and the rows in one folder each, named as no file should be; damage at the archive's end."""
    for name in ("archives", "rows"):
        (folder / name).mkdir()
    (folder / "archives" / NAME).write_bytes(b"".join(records()) + f"no record {EVIL}".encode() * 50)
    (folder / "archives" / f"empty{EVIL}.warc.gz").write_bytes(b"")
    lines = [json.dumps(row, ensure_ascii=number % 2 == 0) for number, row in enumerate(rows())]
    (folder / "rows" / ROWS).write_text("\n".join([*lines, f"no json {EVIL}", '["list"]']), "utf-8")
