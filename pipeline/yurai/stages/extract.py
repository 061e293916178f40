"""extract: text and title of a page, by handlers for its media type, in a child process that may die."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from yurai.extraction import Extraction, ExtractOptions, Page, Sandbox
from yurai.stage import stage
from yurai.warc import Record
from yurai_manifests.canonical import sha256

PACKAGES = ("trafilatura", "lxml", "charset-normalizer")
LIMITS = ExtractOptions()


@dataclass(slots=True)
class Candidate:
    """A record on its way through read and extract: its columns, and the verdict once there is one."""

    row: dict[str, Any]
    page: Page | None
    stage: str = "read"
    outcome: str | None = None
    reason: str | None = None


@stage("extract", version=1, kind="extract", packages=PACKAGES)
def extract(
    *,
    mode: Literal["fast", "balanced", "precision", "recall"] = "recall",
    dates: bool = False,
    titles: bool = True,
    whole_page_links: int = LIMITS.whole_page_links,
    max_bytes: int = LIMITS.max_bytes,
    max_elements: int = LIMITS.max_elements,
    cpu_seconds: int = LIMITS.cpu_seconds,
    memory_bytes: int = LIMITS.memory_bytes,
) -> ExtractOptions:
    """Extract text and title from HTML with trafilatura; conversion records (WET) pass as they are.

    A media type without a handler is dropped as `no-handler:<type>`. Budgets are checked before a page is parsed; the
    CPU and memory limits are a backstop in a child process, whose verdicts every later run repeats.

    Args:
        mode: trafilatura's trade between precision, recall and speed.
        dates: find the date of each page (about half the speed).
        titles: find the title of each page.
        whole_page_links: characters in links up to which a page has no navigation to remove and is taken whole.
        max_bytes: bytes of a page above which it is not parsed.
        max_elements: tags of a page above which the plain baseline takes the place of trafilatura.
        cpu_seconds: CPU seconds for one page before it is given up as failed.
        memory_bytes: address space of the child process.
    """
    return ExtractOptions(
        mode=mode,
        dates=dates,
        titles=titles,
        whole_page_links=whole_page_links,
        max_bytes=max_bytes,
        max_elements=max_elements,
        cpu_seconds=cpu_seconds,
        memory_bytes=memory_bytes,
    )


def candidate(record: Record, row: dict[str, Any], verdict: tuple[str, str] | None) -> Candidate:
    """Return the candidate for `record`: decided, or with a page for the sandbox, or with its text (conversion)."""
    if verdict:
        return Candidate(row, None, "read", *verdict)
    if record.kind == "conversion":
        text = record.body.decode("utf-8", "replace").replace("\0", "").strip()
        found = Extraction(
            outcome="text" if text else "dropped",
            reason=None if text else "no-text",
            title=None,
            text=text,
            date=None,
            mime=record.mime or "text/plain",
            charset="utf-8",
            charset_by="http" if record.http_charset else "utf-8",
            extractor="none",
            flags=("undecodable-bytes",) if "\ufffd" in text else (),
        )
        return decide(Candidate(row, None), found)
    page = Page(
        key=record.payload_sha256 or sha256(record.body),
        body=record.body,
        mime=record.mime,
        http_charset=record.http_charset,
        url=record.url or "",
        capture_date=record.capture_date,
    )
    return Candidate(row, page)


def decide(waiting: Candidate, found: Extraction) -> Candidate:
    """Write what the handler found into the candidate's columns."""
    waiting.stage, waiting.page = "extract", None
    waiting.row["flags"] = sorted({*waiting.row["flags"], *found.flags})
    if found.outcome != "text":
        waiting.outcome, waiting.reason = found.outcome, found.reason
        return waiting
    data = found.text.encode("utf-8")
    waiting.row |= {
        "media_type": found.mime,
        "charset": found.charset,
        "charset_by": found.charset_by,
        "extractor": found.extractor,
        "title": found.title,
        "date": found.date,
        "text": found.text,
        "text_sha256": sha256(data),
        "text_bytes": len(data),
    }
    return waiting


def extracted(candidates: Iterable[Candidate], sandbox: Sandbox) -> Iterator[Candidate]:
    """Yield the candidates in their order, those with a page once the sandbox has answered for them."""
    waiting: deque[Candidate] = deque()

    def pages() -> Iterator[Page]:
        for one in candidates:
            waiting.append(one)
            if one.page:
                yield one.page

    for found in sandbox.extract(pages()):
        while not waiting[0].page:
            yield waiting.popleft()
        yield decide(waiting.popleft(), found)
    yield from waiting
