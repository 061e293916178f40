"""dedup: which of several equal documents stays, across the whole corpus."""

from typing import Literal

from yurai.stage import stage


@stage("dedup", version=1, kind="dedup")
def dedup(*, method: Literal["exact"] = "exact", memory_bytes: int = 256 << 20) -> int:
    """Drop documents whose normalised text equals that of an earlier one.

    Normalised: NFC, runs of white space to one space, trimmed. The first document in input order (source name, then
    offset) stays; a dropped row names it in `detail`. Work spills to files partitioned by hash.

    Args:
        method: exact, by sha256 of the normalised text.
        memory_bytes: keys that one task holds in memory; larger partitions are split on disk.
    """
    del method
    return memory_bytes
