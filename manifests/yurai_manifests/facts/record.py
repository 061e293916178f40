"""Define what is known of a run: the one record that every export is written from."""

from dataclasses import dataclass
from typing import NamedTuple

from yurai_manifests.canonical import Json
from yurai_manifests.counts import StageCounts


class Share(NamedTuple):
    """The documents that have one value of a column, and the bytes of their texts and of their pages.

    `name` is "" where the column is null. `payload_bytes` are those of the body after content decoding.
    """

    name: str
    documents: int
    text_bytes: int
    payload_bytes: int


class Crawl(NamedTuple):
    """What archives say of the crawl that made them (their warcinfo records); "" where they say nothing."""

    user_agent: str
    operator: str
    robots: str
    part_of: str
    software: str
    files: int


class Captured(NamedTuple):
    """The first and the last capture of a kept document (RFC 3339, UTC; "" where none has a date)."""

    first: str
    last: str
    undated: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What run.json and the delivered columns of a run say, without a secret and without what a terminal obeys.

    None is what this tree does not know. Shares are of kept documents, the greatest first. Bytes of text are UTF-8.
    """

    name: str
    about: str
    digest: str
    manifest_sha256: str
    root: str | None
    """Root over the Merkle trees of all rows: hex sha256."""
    candidates: int
    documents: int
    dropped: int
    failed: int
    tokens: int
    shards: int
    text_bytes: int
    payload_bytes: int
    captured: Captured
    source_files: int
    source_bytes: int | None
    source_digest: str | None
    languages: tuple[Share, ...]
    licences: tuple[Share, ...]
    """By what the rights policy concludes."""
    declared: tuple[Share, ...]
    """By what pages declare."""
    verdicts: tuple[Share, ...]
    """By the verdict on training."""
    media_types: tuple[Share, ...]
    policies: tuple[Share, ...]
    crawls: tuple[Crawl, ...]
    tools: dict[str, str]
    models: dict[str, str]
    """sha256 of each model and policy, by stage and role."""
    stages: tuple[StageCounts, ...]
    recipe: tuple[dict[str, Json], ...]
    tables: tuple[dict[str, Json], ...]
    """The [[source]] tables: what inputs of rows are said to be."""
    redacted: dict[str, int]
    """Spans of personal data that stage redact found, by kind."""

    def uses(self, stage: str) -> bool:
        """Whether the recipe has a stage."""
        return any(one.get("use") == stage for one in self.recipe)
