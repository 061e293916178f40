"""README.ja.md is README.md in Japanese: same sections, same commands and outputs, and no section left behind."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text("utf-8")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
STAMP = re.compile(r"^<!-- README\.md, (.*): ([0-9a-f]{12}) -->$", re.MULTILINE)
SECTIONS = re.findall(r"^## (.*)$", ENGLISH, re.MULTILINE)


def stamp(title: str) -> str:
    """Digest of the words of one English section; outputs are left out, since they are compared by themselves."""
    body = ENGLISH.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return hashlib.sha256(FENCE.sub("```", body).encode("utf-8")).hexdigest()[:12]


def section(title: str) -> str:
    """The Japanese section that is stamped as a translation of `title`."""
    return JAPANESE.partition(f"<!-- README.md, {title}: ")[2].partition("\n## ")[0]


def test_sections_are_the_same_in_the_same_order() -> None:
    assert [title for title, _ in STAMP.findall(JAPANESE)] == SECTIONS
    assert len(re.findall(r"^## ", JAPANESE, re.MULTILINE)) == len(SECTIONS)


@pytest.mark.parametrize("title", SECTIONS)
def test_each_section_was_translated_as_it_stands(title: str) -> None:
    stamps = dict(STAMP.findall(JAPANESE))
    message = f"section {title!r} of README.md changed: bring README.ja.md up to date, then stamp it {stamp(title)}"
    assert stamps.get(title) == stamp(title), message


def test_commands_and_outputs_are_the_same() -> None:
    assert FENCE.findall(JAPANESE) == FENCE.findall(ENGLISH)


@pytest.mark.parametrize("title", [title for title in SECTIONS if title != "Where things are"])
def test_tables_and_links_are_complete(title: str) -> None:
    """The list of folders alone is left to the English page."""
    english = ENGLISH.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    for pattern in (r"\]\(([^)\s]+)\)", r"^\|"):
        found = [sorted(re.findall(pattern, page, re.MULTILINE)) for page in (english, section(title))]
        assert found[0] == found[1]


def test_it_is_written_in_japanese() -> None:
    words = FENCE.sub("", JAPANESE)
    kana = len(re.findall(r"[ぁ-ゖァ-ヺ]", words))
    assert kana > len(re.findall(r"[A-Za-z]", words)) / 2
