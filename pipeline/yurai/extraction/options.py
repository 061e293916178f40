"""Define the settings of an extraction, those of stage extract: how text is found, and what one page may cost."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

from yurai.engine.use import Settings
from yurai_filters.ranges import at_least
from yurai_manifests.canonical import Json

ExtractorName: TypeAlias = Literal["judged", "honbun", "trafilatura", "resiliparse"]
RetryName: TypeAlias = Literal["off", "judged", "honbun", "trafilatura", "resiliparse"]
Form: TypeAlias = Literal["text", "markdown"]
GateMode: TypeAlias = Literal["off", "tight", "loose"]
Mode: TypeAlias = Literal["fast", "balanced", "precision", "recall"]
BLOCKLISTS: Final = "blocklists"


@dataclass(frozen=True, kw_only=True)
class ExtractOptions(Settings):
    """Extract text and title from HTML, PDF, XML (feeds too), Markdown and plain text; WET records pass as they are.

    honbun scores each block of a page by its place and its layout; judged is honbun, and trafilatura chooses among its
    blocks where it is unsure of an article. Where JSON-LD holds a text of which the page shows less than half, that one
    is taken.

    Form feeds part the pages of PDF and plain text. A media type without a handler is dropped as `no-handler:<type>`.
    Budgets are checked before a page is parsed; the CPU and memory limits are a backstop in a child process, whose
    verdicts every later run repeats.

    Args:
        extractor: who finds the main text: judged, honbun alone, trafilatura or resiliparse.
        format: text, one block a line; or markdown (judged and honbun), which keeps headings, lists, code, tables.
        mend: put right what extractors break: lost and cut text, glued words, layout tables, widgets, forms of spaces.
        mode: trafilatura's trade between precision, recall and speed, where it is the extractor.
        dates: find the date that each page states, never a month or day that is not there (about half the speed).
        titles: find the title of each page.
        gate: stop HTML pages in languages that the recipe drops: loose, before they are parsed; tight, after it too.
        gate_languages: codes of lid.176 that pass, und too; unless given, those that a filter "language" behind allows.
        evidence: write down what the markup and headers of each page say of licences and of use for training.
        link_share: write the share of letters in links of each whole HTML page as score link_share into `quality`.
        retry_with: another extractor, whose text is stored beside the first where a rule would drop that one; or off.
        retry_rules: filters that say so, with their default settings, before a language is known.
        blocklists: files or folders that `yurai takedown --blocklist` wrote, of what is to stay out.
        whole_page_links: characters in links up to which trafilatura is not asked, and the page is taken whole.
        max_bytes: bytes of a page above which it is not parsed, and characters above which a PDF is dropped.
        max_elements: tags of a page above which the plain baseline takes the place of trafilatura.
        max_doctype: bytes of a document type declaration above which a page is dropped.
        max_attributes: attributes of one tag above which a page is dropped.
        max_depth: depth of elements in each other below which a page is flattened.
        max_pages: pages of a PDF above which it is not read.
        cpu_seconds: CPU seconds for one page before it is given up as failed.
        memory_bytes: address space that pages may add to the child process.
    """

    extractor: ExtractorName = "judged"
    format: Form = "text"
    mend: bool = True
    mode: Mode = "recall"
    dates: bool = False
    titles: bool = True
    gate: GateMode = "off"
    gate_languages: tuple[str, ...] = ()
    evidence: bool = True
    link_share: bool = False
    retry_with: RetryName = "off"
    retry_rules: tuple[str, ...] = ("gopher-quality", "gopher-repetition")
    blocklists: tuple[str, ...] = ()
    whole_page_links: Annotated[int, at_least(0)] = 300
    max_bytes: Annotated[int, at_least(1)] = 5_000_000
    max_elements: Annotated[int, at_least(0)] = 30_000
    max_doctype: Annotated[int, at_least(0)] = 1_024
    max_attributes: Annotated[int, at_least(1)] = 1_024
    max_depth: Annotated[int, at_least(128)] = 512
    max_pages: Annotated[int, at_least(0)] = 2_000
    cpu_seconds: Annotated[int, at_least(1)] = 10
    memory_bytes: Annotated[int, at_least(1)] = 1 << 30

    def __post_init__(self) -> None:
        """Refuse what cannot be meant together."""
        if self.format == "markdown" and self.extractor not in {"judged", "honbun"}:
            raise ValueError(
                f'format = "markdown" is written by extractor = "judged" or "honbun", not by {self.extractor!r}'
            )
        if self.retry_with == self.extractor:
            raise ValueError(f"retry_with = {self.retry_with!r} is the extractor already; name another one, or off")
        if self.retry_with != "off":
            from yurai.extraction.retry import rule_of  # noqa: PLC0415 - rules, which most recipes do not ask here

            for name in self.retry_rules:
                rule_of(name)

    def json(self) -> dict[str, Json]:
        """Return the settings; blocklists where there are any, so that runs without them are what they were."""
        return {name: value for name, value in Settings.json(self).items() if name != BLOCKLISTS or value}

    def identity(self) -> dict[str, Json]:
        """Return what fingerprints are made of: blocklists are in it by their digests, wherever they lie."""
        return {name: value for name, value in self.json().items() if name != BLOCKLISTS}

    def limits_version(self) -> str:
        """Short name of the limits for ledger keys: a verdict holds under the limits that gave it.

        Other settings are left out, or each new one would orphan every verdict: what one run decided later ones repeat.
        """
        return hashlib.sha256(f"limits-3,{self.cpu_seconds},{self.memory_bytes}".encode()).hexdigest()[:16]
