"""What the extraction child loads: before its memory is capped all that its pages may need, and nothing else."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time
from pathlib import Path

import pytest

from yurai.extraction import DictLedger, ExtractOptions, Page, Sandbox

LOADED = """
import sys
import time
from pathlib import Path
import yurai.extraction.child as child
from yurai.extraction import ExtractOptions
options = ExtractOptions(extractor=sys.argv[1], dates=sys.argv[2] == "dates")
child.load(options)
child._extract(child._WARM, options)
before = set(sys.modules)
child._extract(child._WARM, options)
assert not set(sys.modules) - before
print(*sorted(set("pyarrow pandas fsspec duckdb trafilatura htmldate justext pypdfium2 numpy".split()) & before))
"""


def loaded(extractor: str, dates: str = "") -> list[str]:
    command = [sys.executable, "-P", "-c", LOADED, extractor, dates]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("extractor", ["honbun", "resiliparse"])
def test_a_child_without_trafilatura_does_not_load_it(extractor: str) -> None:
    assert loaded(extractor) == ["numpy", "pypdfium2"]
    assert loaded(extractor, "dates") == ["htmldate", "numpy", "pypdfium2"]


@pytest.mark.parametrize("extractor", ["judged", "trafilatura"])
def test_a_child_that_may_ask_trafilatura_loads_it_first(extractor: str) -> None:
    assert loaded(extractor) == ["htmldate", "justext", "numpy", "pypdfium2", "trafilatura"]


def test_filters_declare_themselves_when_one_is_asked_for() -> None:
    asked = (
        "import sys, yurai_filters.ranges; assert 'pyarrow' not in sys.modules; from yurai_filters import FILTERS, reasons;"
        "print('gopher-quality' in FILTERS, *reasons(FILTERS['length']))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "too-short", "too-long"]
    import yurai_filters

    with pytest.raises(AttributeError, match="nothing"):
        yurai_filters.nothing  # noqa: B018 - asking for it is the test


def test_commands_do_not_load_pandas() -> None:
    asked = "import sys, yurai.cli.app; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_a_pdf_and_a_feed_come_through_a_child_of_any_extractor() -> None:
    feed = (
        b"<rss version='2.0'><channel><item><title>One</title><description>A text.</description></item></channel></rss>"
    )
    pages = [
        Page("pdf", b"%PDF-", "application/pdf", None, "", None),
        Page("feed", feed, "application/rss+xml", None, "", None),
    ]
    with Sandbox(ExtractOptions(extractor="honbun"), DictLedger()) as sandbox:
        pdf, rss = sandbox.extract(pages)
    assert pdf.reason == "pdf-broken"
    assert "A text." in rss.text


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library keeps what was freed")
def test_an_idle_child_gives_memory_back() -> None:
    body = b"<body>" + b"".join(b"<p class='c%d'>Paragraph %d of a page.</p>" % (n, n) for n in range(25_000))

    def held(pid: int | None, name: str) -> int:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(name))) // 1024

    with Sandbox(ExtractOptions(extractor="honbun"), DictLedger()) as sandbox:
        list(sandbox.extract([Page("large", body, "text/html", None, "", None)]))
        until = time.monotonic() + 30
        while held(sandbox.pid, "VmRSS") > 0.8 * held(sandbox.pid, "VmHWM"):
            assert time.monotonic() < until
            time.sleep(0.2)
