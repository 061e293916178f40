"""Name the types of what `Tree.explain` tells of a page; its JSON has these fields among others."""

from typing import TypedDict


class Tokens(TypedDict):
    """Tokens of a document: shard, first token in it, how many."""

    shard: str
    start: int
    count: int


class Marked(TypedDict):
    """What a page says of its licence or a reservation: columns of evidence/."""

    kind: str
    channel: str
    norm: str | None
    raw: str
    subject_scope: str
    as_of: str | None


class Verdict(TypedDict):
    """What a policy concluded: columns of documents/."""

    concluded_spdx: str | None
    train_verdict: str | None
    search_verdict: str | None
    redistribute_verdict: str | None
    verdict_reasons: list[str] | None
    policy_id: str
    attribution: str | None


class Decision(TypedDict, total=False):
    """What a stage or rule said."""

    stage: str
    rule: str
    verdict: str
    reason: str
    reads: dict[str, object]
    settings: dict[str, object]


class _Life(TypedDict):
    doc_id: str
    url: str | None
    capture_date: str | None
    source: str
    source_sha256: str
    warc_offset: int
    warc_length: int
    outcome: str
    rights: list[Marked]
    verdict: Verdict | None
    tokens: Tokens | None
    decisions: list[Decision]


class Life(_Life, total=False):
    """The life of a page; these fields are there of some outcomes alone."""

    title: str | None
    lang: str | None
    training: list[dict[str, object]]
    text_bytes: int | None
    stage: str
    reason: str
