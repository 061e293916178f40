"""Define the settings of stage dedup: what equality is judged on, and who stays."""

from dataclasses import dataclass
from typing import Annotated, Literal

from yurai.engine.use import Settings
from yurai.stages.keep_order import Keep, check_order
from yurai_filters.ranges import at_least


@dataclass(frozen=True, kw_only=True)
class Dedup(Settings):
    """Drop documents whose normalised text, or URL, equals that of another one that stays.

    Normalised text: NFC, runs of white space to one space, trimmed. Normalised URL: RFC 3986 section 6.2.2 and 6.2.3
    (lower-case scheme and host, no default port, no fragment, escapes and dot segments); documents without one stay.
    Ties of `keep` go by doc_id. A dropped row names what stays instead; kept rows say how many there were.

    Args:
        method: exact, by sha256 of the normalised text; url, by sha256 of the normalised URL.
        keep: what stays: newest or oldest capture, longest text, best-quality, or most-permissive-licence.
        quality: score or column of numbers that best-quality reads, the highest stays; read by it alone.
        against: output trees of earlier runs; their documents stay, and copies of them go.
        memory_bytes: memory that one task takes for keys; how large the corpus is does not matter.
    """

    method: Literal["exact", "url"] = "exact"
    keep: Keep = "oldest"
    quality: str | None = None
    against: tuple[str, ...] = ()
    memory_bytes: Annotated[int, at_least(1)] = 1 << 30

    def __post_init__(self) -> None:
        """Refuse what cannot be meant together."""
        check_order(self.keep, self.quality)
