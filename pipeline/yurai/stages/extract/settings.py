"""Settings of stage extract: how text is found, and what one page may cost."""

from dataclasses import asdict, dataclass
from typing import Annotated

from yurai.engine.use import Settings
from yurai.extraction import ExtractOptions
from yurai.extraction.records import Mode
from yurai_filters.ranges import at_least

LIMITS = ExtractOptions()


@dataclass(frozen=True, kw_only=True)
class Extract(Settings):
    """Extract text and title from HTML (trafilatura), PDF (pdfium) and plain text; conversion records (WET) pass as is.

    Form feeds part the pages of PDF and plain text. A media type without a handler is dropped as `no-handler:<type>`.
    Budgets are checked before a page is parsed; the CPU and memory limits are a backstop in a child process, whose
    verdicts every later run repeats.

    Args:
        mode: trafilatura's trade between precision, recall and speed.
        dates: find the date of each page (about half the speed).
        titles: find the title of each page.
        evidence: write down what the markup and headers of each page say of licences and of use for training.
        whole_page_links: characters in links up to which a page has no navigation to remove and is taken whole.
        max_bytes: bytes of a page above which it is not parsed, and characters above which a PDF is dropped.
        max_elements: tags of a page above which the plain baseline takes the place of trafilatura.
        max_pages: pages of a PDF above which it is not read.
        cpu_seconds: CPU seconds for one page before it is given up as failed.
        memory_bytes: address space that pages may add to the child process.
    """

    mode: Mode = "recall"
    dates: bool = False
    titles: bool = True
    evidence: bool = True
    whole_page_links: Annotated[int, at_least(0)] = LIMITS.whole_page_links
    max_bytes: Annotated[int, at_least(1)] = LIMITS.max_bytes
    max_elements: Annotated[int, at_least(0)] = LIMITS.max_elements
    max_pages: Annotated[int, at_least(0)] = LIMITS.max_pages
    cpu_seconds: Annotated[int, at_least(1)] = LIMITS.cpu_seconds
    memory_bytes: Annotated[int, at_least(1)] = LIMITS.memory_bytes

    @property
    def options(self) -> ExtractOptions:
        """The settings as the extraction takes them."""
        return ExtractOptions(**asdict(self))
