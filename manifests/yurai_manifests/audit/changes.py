"""Say which columns of a document may differ from its row in extracted/: what the stages between them write."""

from collections.abc import Iterable, Mapping
from typing import Final

from yurai_manifests.schema import DOCUMENT, MEASURES, PROVENANCE

CLUSTER: Final = ("cluster_id", "cluster_role", "cluster_size", "kept_doc_id", "jaccard", "rehydration_weight")
VERDICT: Final = (
    "concluded_spdx", "concluded_status", "licence_confidence", "licence_scope", "domain_rule_id", "attribution",
    "train_verdict", "search_verdict", "redistribute_verdict", "verdict_reasons", "robots_ref", "policy_id",
    "token_count",
)  # fmt: skip
REWRITTEN: Final = (
    "text",
    "text_sha256",
    "text_bytes",
    "block_spans",
    "removed_spans",
    "cut_spans",
    *(one.name for one in MEASURES),
)
"""What changes where an editor changed the text; its rule then stands in `removed_spans`."""
SECOND: Final = ("extractor", "extractor_version")
"""What changes as well where a filter chose the second text."""
SECOND_TEXT: Final = "second-text"
OTHER: Final = ("other_text", "other_extractor", "other_extractor_version")
"""What documents do not have."""
WRITES: Final[Mapping[str, tuple[str, ...]]] = {
    "filter": (),
    "line-dedup": (),
    "dedup": CLUSTER,
    "near-dedup": CLUSTER,
    "decontaminate": ("contamination",),
    "threshold": (),
    "select": VERDICT,
    "tokenize": (),
}
"""Columns that a stage after extraction writes whether or not it rewrites the text."""
FIRST: Final = frozenset(("read", "extract", "language", "redact", "measure", "classify", "perplexity", "parquet"))
"""Stages whose rows are extracted/."""
_FIXED: Final = frozenset(one.name for one in PROVENANCE)


def may_write(stages: Iterable[str]) -> tuple[frozenset[str], list[str]]:
    """Return the columns that these stages may write in any row, and the stages that are not known here.

    One that is not known may write all but what says where a document is from.
    """
    written, unknown = {*OTHER}, list[str]()
    for name in stages:
        if name in WRITES:
            written.update(WRITES[name])
        elif name not in FIRST:
            unknown.append(name)
            written.update(one.name for one in DOCUMENT if one.name not in _FIXED)
    return frozenset(written), unknown
