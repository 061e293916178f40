"""Name the release of trafilatura that is sped up; nothing here loads it, since `yurai doctor` asks."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "trafilatura"
CHECKED: Final = "2.3.1"
"""The release whose functions were read, and whose texts were compared byte for byte."""


def note(version: str) -> str:
    """Say whether an installed release is sped up, for people."""
    return "sped up" if version == CHECKED else f"runs as it is: {CHECKED} is what is sped up"
