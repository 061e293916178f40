"""Tell by its name whether a file of a folder is a web archive."""

from __future__ import annotations

import re

_ARCHIVE = re.compile(r"[^/\\]\.(?:warc|arc|wet)(?:\.(?:gz|zst|zstd|lz4))?", re.IGNORECASE)


def is_web_archive(name: str) -> bool:
    """Whether a file of that name (or path) is read when a folder is walked: WARC, ARC and WET, in any container.

    WAT files hold no candidate, so a folder's walk leaves them out; one that is named is read, and its records counted.
    """
    end = _ARCHIVE.search(name)
    while end is not None and end.end() != len(name):
        end = _ARCHIVE.search(name, end.start() + 1)
    return end is not None
