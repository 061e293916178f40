"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real crawl data that lies beside a checkout; tests that need it skip where it is missing."""
    folder = Path(os.environ.get("YURAI_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real crawl data at {folder}; set YURAI_SHARED to the folder that holds data/")
    return folder
