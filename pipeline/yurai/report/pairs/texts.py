"""Make whole texts of pairs fit to be compared and shown."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from yurai.report.safe_text import CONTEXT, shown
from yurai_filters.pii import redact_all

LONGEST: Final = 200_000
"""Characters of a text that are compared."""
TEXTS: Final = pa.schema({"doc_id": pa.string(), "text": pa.string()})


def lines_shown(text: str | None) -> str:
    """Return a text of at most LONGEST characters, redacted, each line as `safe_text.shown` has it."""
    redacted = redact_all((text or "")[: LONGEST + CONTEXT])[:LONGEST]
    return "\n".join(map(shown, redacted.split("\n")))
