"""Plain text and PDF: charsets, pages, budgets, what is refused and why, and pages that outlive editors."""

from __future__ import annotations

import dataclasses
import gzip
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdf_samples import encrypted, pdf
from run_helpers import run
from warc_samples import http, warc_record
from yurai.cli.tables import _life
from yurai.extraction import DictLedger, Extraction, ExtractOptions, Page, Sandbox, extract_page
from yurai.extraction.characters import page_count
from yurai.report.explain import explain
from yurai.sources.warc import Gap, read_file
from yurai.stages.read import Read, judge
from yurai_filters import EDITORS, ContractViolation, edit, editor
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = ExtractOptions()
JAPANESE = "由来は大切です。どこから来たのかを、いつも書いておきます。"


def page(body: bytes, mime: str | None = "application/pdf", charset: str | None = None) -> Page:
    return Page("key", body, mime, charset, "https://example.org/", "2024-05-06T00:00:00Z")


def extracted(
    body: bytes, mime: str | None = "application/pdf", charset: str | None = None, **changes: Any
) -> Extraction:
    return extract_page(page(body, mime, charset), dataclasses.replace(OPTIONS, **changes))


def plain(text: str | bytes, charset: str | None = None, **changes: Any) -> Extraction:
    return extracted(text.encode() if isinstance(text, str) else text, "text/plain", charset, **changes)


@pytest.mark.parametrize(
    ("codec", "label", "by"),
    [
        ("utf-8", None, "utf-8"),
        ("utf-8", "utf-8", "http"),
        ("utf-8", "iso-8859-1", "utf-8"),
        ("cp932", "Shift_JIS", "http"),
        ("cp932", None, "cp932"),
        ("euc-jp", None, "euc-jp"),
        ("iso2022_jp", None, "iso-2022-jp"),
        ("utf-16", None, "bom"),
        ("utf-8-sig", None, "bom"),
    ],
)
def test_charset_chain_of_plain_text(codec: str, label: str | None, by: str) -> None:
    found = plain(JAPANESE.encode(codec), label)
    assert (found.outcome, found.text, found.charset_by, found.extractor) == ("text", JAPANESE, by, "plain-text")


def test_utf_16_without_a_mark_is_text_and_not_binary() -> None:
    found = plain("The lighthouse keeper writes. ".encode("utf-16-le") * 9)
    assert found.text.startswith("The lighthouse")
    assert found.charset_by == "nul-pattern"


def test_plain_text_may_speak_of_meta() -> None:
    text = 'Write <meta charset="koi8-r"> for Russian: Привет'
    found = plain(text)
    assert (found.text, found.charset, found.charset_by, found.flags) == (text, "utf-8", "utf-8", ())


def test_line_ends_controls_and_form_feeds() -> None:
    body = "\n\n  indented\r\nnext\rold\x00 Mac\x07\tcell\n\x0csecond page\n \x0c\n\n"
    assert plain(body + "x" * 300).text == "  indented\nnext\nold Mac\tcell\n\x0csecond page\n \x0c\n\n" + "x" * 300
    assert plain("page\n\x0c\n").text == "page"
    assert plain("\x0cfirst page was empty").text == "\x0cfirst page was empty"


@pytest.mark.parametrize(
    ("controls", "size", "outcome"),
    [(10, 1000, "text"), (11, 1000, "dropped"), (4, 100, "text"), (5, 100, "dropped"), (2, 20, "text")],
)
def test_a_hundredth_of_control_characters_is_binary(controls: int, size: int, outcome: str) -> None:
    found = plain(b"\x01" * controls + b"x" * (size - controls))
    assert (found.outcome, found.reason) == (outcome, None if outcome == "text" else "binary-bytes")


def test_plain_text_that_is_refused() -> None:
    assert plain(b"x" * 10, max_bytes=10).outcome == "text"
    assert plain(b"x" * 11, max_bytes=10).reason == "budget-bytes"
    assert plain(" \n\x0c\n ").reason == "no-text"
    assert plain(bytes(range(256)) * 4).reason == "binary-bytes"


@pytest.mark.parametrize(
    ("declared", "body", "mime", "sniffed"),
    [
        ("text/plain", b"words", "text/plain", False),
        ("text/plain; charset=utf-8", b"<html><p>source</p>", "text/plain", False),
        (None, b"words and words", "text/plain", True),
        (None, b"<p>words", "text/html", True),
        (None, b"\x00\x01\x02", "application/octet-stream", True),
        *((kind, b"%PDF-1.4", "application/pdf", True) for kind in (None, "text/plain", "text/html", "unknown")),
        *(
            (f"{kind}", b"%PDF-1.4", "application/pdf", True)
            for kind in ("application/octet-stream", "application/x-pdf")
        ),
        ("application/octet-stream", b"words", "application/octet-stream", False),
        ("application/json", b"%PDF-1.4", "application/json", False),
    ],
)
def test_media_types(declared: str | None, body: bytes, mime: str, sniffed: bool) -> None:
    found = extracted(body, declared)
    assert (found.mime, "sniffed-mime" in found.flags) == (mime, sniffed)


def test_pdf_keeps_pages_title_and_japanese() -> None:
    body = pdf("One.", "", "二つ目。由来と𠮷野家。\n次の行", title=" 潮の \n 表 ")
    found = extracted(body)
    assert found == Extraction(
        "text",
        "application/pdf",
        title="潮の 表",
        text="One.\n\x0c\n\x0c二つ目。由来と𠮷野家。\n次の行",
        extractor="pdfium",
    )
    at = found.text.index("由来")
    assert 1 + found.text.count("\x0c", 0, at) == 3 == page_count(found.mime, found.text)
    assert extracted(body, titles=False).title is None
    assert extracted(pdf("One.")).title is None


def test_pdf_joins_words_that_a_line_end_broke() -> None:
    assert extracted(pdf("Where it com-\nputes, it ends.")).text == "Where it computes, it ends."


def test_a_bare_code_of_a_font_is_no_page_break() -> None:
    """Old TeX fonts put the ligature fi at code 12 and do not say so."""
    assert extracted(pdf(b"BT /F1 12 Tf 20 800 Td (a \\014le of\\001 letters) Tj ET")).text == "a le of letters"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"%PDF-1.7\n", "pdf-broken"),
        (pdf("hello")[:200], "pdf-broken"),
        (b"%PDF-1.4\n" + bytes(range(256)) * 40, "pdf-broken"),
        (encrypted("Secret", password=b"x"), "pdf-encrypted"),
        (pdf(b"0 0 100 100 re f"), "no-text"),
        (pdf("one page", first=100_000), "budget-pages"),
    ],
    ids=["empty", "cut", "noise", "encrypted", "scan", "many-pages"],
)
def test_pdf_that_is_refused(body: bytes, reason: str) -> None:
    found = extracted(body)
    assert (found.outcome, found.reason, found.text) == ("dropped", reason, "")


def test_pdf_budgets_on_the_limit_and_one_beyond() -> None:
    three = pdf("x", first=3)
    assert extracted(three, max_pages=3).text == "x\n\x0cx\n\x0cx"
    assert extracted(three, max_pages=2).reason == "budget-pages"
    assert extracted(three, max_bytes=len(three)).outcome == "text"
    assert extracted(three, max_bytes=len(three) - 1).reason == "budget-bytes"
    many = pdf(b"BT /F1 12 Tf 20 800 Td " + b"(abcdefgh) Tj " * 10 + b"ET", first=300)
    assert len(many) < 80 * 300
    assert extracted(many, max_bytes=80 * 300).outcome == "text"
    assert extracted(many, max_bytes=80 * 300 - 1).reason == "budget-text"


def test_pdf_whose_owner_forbids_to_extract_is_flagged() -> None:
    assert (extracted(encrypted("Read me")).text, extracted(encrypted("Read me")).flags) == ("Read me", ())
    denied = extracted(encrypted("Read me", allowed=~16))
    assert (denied.text, denied.flags) == ("Read me", ("pdf-copy-denied",))


def test_pdf_with_a_page_that_cannot_be_read() -> None:
    found = extracted(pdf("first", count=3))
    assert (found.text, found.flags) == ("first", ("pdf-page-broken",))
    assert extracted(pdf(b"", count=3)).reason == "pdf-broken"


@pytest.mark.slow
def test_a_bomb_costs_one_page() -> None:
    """150 MB of text operators in 0.4 MB: pdfium inflates a stream whole, so the limit of the child answers."""
    packer = zlib.compressobj(9)
    block = b"(aaaaaaaaaaaaaaaaaaaa) Tj " * 40_000
    content = b"".join(
        [packer.compress(b"BT /F1 18 Tf "), *(packer.compress(block) for _ in range(150)), packer.flush()]
    )
    pages = [
        page(pdf("before")),
        dataclasses.replace(page(pdf(content, compressed=True)), key="bomb"),
        page(pdf("after")),
    ]
    ledger = DictLedger()
    with Sandbox(dataclasses.replace(OPTIONS, memory_bytes=400 << 20, cpu_seconds=20), ledger) as sandbox:
        answers = list(sandbox.extract(pages))
    assert [answer.outcome for answer in answers] == ["text", "failed", "text"]
    assert answers[1].reason in ("crashed:SIGABRT", "memory-limit", "crashed:SIGTRAP", "crashed:SIGILL")
    assert list(ledger.values()) == [answers[1].reason]


def test_sandbox_gives_what_the_pure_function_gives() -> None:
    pages = [page(pdf("one", "二")), page(JAPANESE.encode("cp932"), "text/plain"), page(b"%PDF-1.7\n")]
    with Sandbox(OPTIONS, DictLedger()) as sandbox:
        assert list(sandbox.extract(pages)) == [extract_page(one, OPTIONS) for one in pages]


def test_pdfium_is_loaded_for_the_first_pdf_only() -> None:
    script = "import sys, yurai.extraction; print('pypdfium2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"False\n"


# Editors work page by page


def shout(text: pa.StringArray) -> tuple[Any, dict[str, Any]]:
    """Turn pages to capitals and drop all white space around them."""
    new = pc.utf8_upper(pc.utf8_trim_whitespace(text))
    return new, {"pages": pc.fill_null(pc.not_equal(new, text), False).cast(pa.int32())}


@given(texts=st.lists(st.none() | st.text("ab \n\x0c", max_size=12), max_size=6))
def test_no_editor_loses_a_page(texts: list[str | None]) -> None:
    declaration = dataclasses.replace(EDITORS["nfc"], function=shout)
    edited = edit(declaration, pa.array(texts, pa.string()), {})
    wanted = [
        None if text is None else "\x0c".join(part.strip().upper() for part in text.split("\x0c")) for text in texts
    ]
    assert edited.text.to_pylist() == wanted
    parts = [[] if text is None else text.split("\x0c") for text in texts]
    counted = [sum(part != part.strip().upper() for part in found) for found in parts]
    assert edited.counts["pages"].to_pylist() == counted
    assert edited.changed.to_pylist() == [old != new for old, new in zip(texts, wanted, strict=True)]


@pytest.mark.usefixtures("registry")
def test_a_broken_editor_is_found_on_pages_too() -> None:
    @editor("half", version=1, cites="none: a test")
    def half(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
        """Lose rows."""
        return text.slice(1), {}

    with pytest.raises(ContractViolation, match="half"):
        edit(EDITORS["half"], pa.array(["a\x0cb", "c"]), {})


# robots.txt is no candidate for text


@pytest.mark.parametrize(
    ("url", "gone"),
    [
        ("https://example.org/robots.txt", True),
        ("http://example.org:8080/robots.txt?x=1", True),
        ("https://example.org/ROBOTS.TXT#top", True),
        ("https://example.org/help/robots.txt", False),
        ("https://example.org/robots.txt.html", False),
        ("https://example.org/?/robots.txt", False),
        ("https://example.org/about-robots.txt", False),
    ],
)
def test_robots_txt_is_dropped_unread(url: str, gone: bool, tmp_path: Path) -> None:
    archive = tmp_path / "one.warc"
    archive.write_bytes(
        warc_record("response", 1, http(b"User-agent: *", "Content-Type: text/plain"), WARC_Target_URI=url)
    )
    (record,) = (item for item in read_file(archive) if not isinstance(item, Gap))
    assert judge(record, Read()) == (("dropped", "robots-txt") if gone else None)


# A whole run


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paged")
    bodies = [
        ("application/pdf", pdf("The tide table of the old harbour.", "", "High water at seven.", title="Tides")),
        ("text/plain", b"Minutes of the harbour council.\n\x0cPage two of the minutes."),
        ("text/plain", b"A note without any page."),
        ("application/pdf", encrypted("no", password=b"x")),
    ]
    records = [
        warc_record("response", number, http(body, f"Content-Type: {mime}"))
        for number, (mime, body) in enumerate(bodies)
    ]
    (folder / "paged.warc").write_bytes(b"".join(records))
    run(folder / "out", [folder / "paged.warc"], recipe="plain")
    return folder / "out"


def test_run_over_pdf_and_plain_text(out: Path) -> None:
    kept = pq.read_table(out / "documents").to_pylist()
    assert [(row["media_type"], row["extractor"], row["charset"], row["title"]) for row in kept] == [
        ("application/pdf", "pdfium", None, "Tides"),
        ("text/plain", "plain-text", "utf-8", None),
        ("text/plain", "plain-text", "utf-8", None),
    ]
    assert kept[0]["text"] == "The tide table of the old harbour.\n\x0c\n\x0cHigh water at seven."
    assert [row["reason"] for row in pq.read_table(out / "dropped").to_pylist()] == ["pdf-encrypted"]


def test_explain_tells_the_pages(out: Path) -> None:
    store = open_store(str(out))
    lives = [explain(store, f"https://example.jp/{number}")[0] for number in range(4)]
    assert [life.get("pages") for life in lives] == [3, 2, None, None]
    said: Callable[[dict[str, Any]], list[str]] = _life
    assert "pdfium, pages 3, 58 bytes of text" in "\n".join(said(lives[0]))
    assert "plain-text, pages 2, utf-8 by utf-8" in "\n".join(said(lives[1]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "pages", "holds"),
    [
        ("/usr/share/doc/bzip2/manual.pdf.gz", 38, "Julian Seward"),
        ("/usr/share/doc/nettle-dev/nettle.pdf.gz", 111, "cryptographic library"),
    ],
)
def test_real_manuals(path: str, pages: int, holds: str) -> None:
    if not Path(path).exists():
        pytest.skip(f"{path} is not installed")
    found = extracted(gzip.decompress(Path(path).read_bytes()))
    assert found.text.count("\x0c") + 1 == pages
    assert holds in found.text
    assert not set(map(ord, found.text)) & {*range(9), 0xB, 0xD, *range(0xE, 0x20), 0xFFFE}
