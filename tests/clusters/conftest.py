"""What the tests of whole clusters share."""

import shutil
from pathlib import Path

import pytest

from run_helpers import SMALL

COPIES = 12


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many small archives: a job over them is in the middle for long."""
    folder = tmp_path_factory.mktemp("crawl")
    for copy in range(COPIES):
        shutil.copy(SMALL[-1], folder / f"{copy:02}.arc")
    return folder
