"""Serve pages in a process of its own, started by the sandbox; its argument is the id of its parent.

It reads pickled (page, options) from its first standard stream and writes pickled extractions to its second. Pickle is
safe there: both ends are this program, on a pipe that nobody else holds, and page bytes travel as plain `bytes`. Before
each page a CPU timer is armed whose signal ends the process even inside C code; what pages may
add to its memory is capped. How it died tells the parent why.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import yurai.extraction.html
import yurai.extraction.pdf
import yurai.extraction.xml  # noqa: F401 -- all are loaded here, before memory is capped
from yurai.engine.process import end_with_parent, give_memory_back
from yurai.extraction.gate import warm_up
from yurai.extraction.main_text import load
from yurai.extraction.mime import media_type
from yurai.extraction.options import ExtractOptions
from yurai.extraction.process import MEMORY_EXIT, READY
from yurai.extraction.records import Extraction, Page
from yurai.extraction.router import extract_page

# Libraries load and compile a last part of themselves on the first page: before the cap, or a page is blamed for it.
_WARM: Final = Page("warm", b"<body>" + b"<p>A first page, on which to warm up.</p>" * 100, "text/html", None, "", None)

_IDLE: Final = 0.5
"""Seconds without a page after which memory is given back."""


def main(parent: int) -> None:
    """Serve pages until the parent closes its end."""
    end_with_parent(parent)
    _be_first_victim()
    pages, answers = _take_standard_streams()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    options: ExtractOptions = pages.recv()
    load(options)
    _extract(_WARM, replace(options, gate="off"))
    warm_up(options)
    _cap(options.memory_bytes)
    answers.send(READY)
    try:
        while True:
            if not pages.poll(_IDLE):
                give_memory_back()  # other stages may run long, and this process waits for the next archive
            page: Page = pages.recv()
            answers.send(_extract(page, options))
    except EOFError:
        return
    except MemoryError:
        # nothing is tidied up, as that would ask for memory
        os._exit(MEMORY_EXIT)


def _extract(page: Page, options: ExtractOptions) -> Extraction:
    signal.setitimer(signal.ITIMER_PROF, options.cpu_seconds)
    try:
        return extract_page(page, options)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 -- the project's one guard around one document
        mime, _ = media_type(page.mime, page.body)
        return Extraction("failed", mime, f"extractor-error:{type(error).__name__}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _cap(memory_bytes: int) -> None:
    """Let the address space grow by so much: libraries reserve a gigabyte and more, how much the machine decides."""
    pages = Path("/proc/self/statm")  # where there is none, the limit is on the whole
    reserved = int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (reserved + memory_bytes,) * 2)


def _be_first_victim() -> None:
    """Where memory runs out, let the kernel end this process and not its parent."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000")


def _take_standard_streams() -> tuple[Connection, Connection]:
    """Both ends of the protocol under other numbers, so that what a library prints goes to stderr and not between."""
    pages, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return Connection(pages, writable=False), Connection(answers, readable=False)


def serve() -> None:
    """Be the child of the process that the argument names."""
    logging.disable(logging.CRITICAL)  # what a library says of a page is no use without the page; its reason is kept
    main(int(sys.argv[1]))
