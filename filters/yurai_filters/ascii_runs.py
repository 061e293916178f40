"""Define editor "ascii-runs", which takes addresses and long runs of ASCII out of Japanese lines."""

from __future__ import annotations

import re

import pyarrow as pa

from yurai_filters.declare import editor
from yurai_filters.ranges import Count

_ADDRESS = re.compile(r"https?://[\w/:%#$&?()~.=+\-]+")


@editor("ascii-runs", version=1, cites="https://github.com/llm-jp/llm-jp-corpus", languages={"ja"})
def ascii_runs(
    text: pa.StringArray, *, addresses: bool = True, min_run: Count = 100
) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Remove addresses of the web, and long runs of ASCII, from the lines of Japanese texts.

    What it changes: `addresses` (`http://` or `https://` and what of letters, digits and the marks of an address
    follows, Japanese letters too), then `runs` of at least `min_run` ASCII characters within a line, spaces counted; 0
    leaves them. Lines stay, empty ones too.
    Why: scripts, tables of code and addresses are what is left of a page's machinery.
    Source: llm-jp-corpus v1, extract_japanese_text. There the lines are joined without line feeds afterwards; here they
    stay lines.
    """
    run = re.compile(rf"[^\n\x80-\U0010ffff]{{{min_run},}}") if min_run else None
    edited: list[str | None] = []
    counts: dict[str, list[int]] = {"addresses": [], "runs": []}
    for page in text.to_pylist():
        bare, gone = _ADDRESS.subn("", page) if page and addresses else (page, 0)
        short, cut = run.subn("", bare) if bare and run else (bare, 0)
        edited.append(short)
        counts["addresses"].append(gone)
        counts["runs"].append(cut)
    return pa.array(edited, pa.string()), {rule: pa.array(column, pa.int32()) for rule, column in counts.items()}
