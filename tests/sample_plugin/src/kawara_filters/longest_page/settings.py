"""Settings of stage longest-page."""

from dataclasses import dataclass
from typing import Annotated

from yurai.engine.use import Settings
from yurai_filters.ranges import at_least


@dataclass(frozen=True, kw_only=True)
class LongestPage(Settings):
    """Keep the longest page of each host; pages without a URL stay. Ties go by doc_id.

    Args:
        memory_bytes: memory that one task takes for keys.
    """

    memory_bytes: Annotated[int, at_least(1)] = 1 << 30
