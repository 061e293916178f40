"""A browser shows a report whole on a telephone, a screen and paper, and runs nothing that a crawl wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
import pytest

from browser import browse, measured, needs_browser
from report_readers import planted, reported

if TYPE_CHECKING:
    from pathlib import Path

SHEETS = 12
TELEPHONE = 390
SHOWN = [("lawyer", "ja"), ("auditor", "en"), ("engineer", "ja"), ("auditor", "hostile"), ("lawyer", "hostile")]


@pytest.fixture(scope="module")
def pages(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Reports of the sample by reader and language, and in tier internal those of a tree that holds hostile words."""
    folder = tmp_path_factory.mktemp("pages")
    hostile, made = planted(folder), {}
    for reader, language in SHOWN:
        made[reader, language] = folder / f"{reader}-{language}.html"
        if language == "hostile":
            page = reported(hostile, reader, tier="internal")
        else:
            page = reported(demo_tree, reader, language=language)
        made[reader, language].write_text(page, "utf-8")
    return made


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize(("reader", "language"), SHOWN)
def test_it_lies_well_on_a_telephone_and_a_screen(
    pages: dict[tuple[str, str], Path], tmp_path: Path, reader: str, language: str
) -> None:
    for one in measured(pages[reader, language], tmp_path, TELEPHONE, 1280, opened=True):
        assert one["scroll"] <= one["width"]
        assert one["broken"] == []
        assert [bar for bar in one["bars"] if bar["cut"] > 1 or bar["width"] < 60] == []
        assert one["cut"] == [] or one["width"] == TELEPHONE


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize(("reader", "language"), SHOWN)
def test_it_takes_few_sheets_and_asks_for_nothing(
    pages: dict[tuple[str, str], Path], tmp_path: Path, reader: str, language: str
) -> None:
    path = pages[reader, language]
    said = browse(tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", path.as_uri())
    assert "CONSOLE" not in said.stderr, said.stderr
    assert "evil.example" not in said.stderr
    sheets = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    assert len(sheets) <= SHEETS
    assert sheets[0].get_size() == pytest.approx((595, 842), abs=2)
