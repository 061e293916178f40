"""Turn the bytes of a page into text: charset, handlers by media type, and the child process that contains them.

`extract_page` is the pure function; `Sandbox` runs it where a hostile page costs itself and nothing else. A handler of
another package imports what it needs from here: it is loaded last, by `router`.
"""

from yurai.extraction.charset import decode_page
from yurai.extraction.handler import HANDLERS, handles
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import DictLedger, Extraction, Ledger, Page
from yurai.extraction.router import extract_page
from yurai.extraction.sandbox import Sandbox

__all__ = [
    "HANDLERS",
    "DictLedger",
    "ExtractOptions",
    "Extraction",
    "Ledger",
    "Page",
    "Sandbox",
    "decode_page",
    "extract_page",
    "handles",
]
