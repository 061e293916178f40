"""From the bytes of a page to its text: charset, handlers by media type, and the child process that contains them.

`extract_page` is the pure function; `Sandbox` runs it where a hostile page costs itself and nothing else.
"""

from yurai.extraction.handlers import HANDLERS, extract_page
from yurai.extraction.records import DictLedger, Extraction, ExtractOptions, Ledger, Page
from yurai.extraction.sandbox import Sandbox

__all__ = ["HANDLERS", "DictLedger", "ExtractOptions", "Extraction", "Ledger", "Page", "Sandbox", "extract_page"]
