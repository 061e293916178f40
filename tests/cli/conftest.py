"""Runs that tests of `yurai reproduce` share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reproduce_samples import ARCHIVES, BYTES, CHAIN, page, parquet, recipe
from run_helpers import run
from warc_samples import gz, pack, response


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    (folder / "plain.warc").write_bytes(ARCHIVES["plain.warc"]())
    (folder / "members.warc.gz").write_bytes(pack([response(n, page(n)) for n in range(20, 40)], gz).data)
    return folder


@pytest.fixture(scope="session")
def made(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over `crawl`, not to be changed."""
    out = tmp_path_factory.mktemp("made") / "out"
    run(out, [crawl], recipe=recipe(*BYTES))
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "out"))


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Sources of every kind, and a run over them in which nothing depends on other documents."""
    folder = tmp_path_factory.mktemp("kinds")
    for name, made in ARCHIVES.items():
        (folder / name).write_bytes(made())
    parquet(folder / "rows.parquet")
    out = tmp_path_factory.mktemp("of-kinds") / "out"
    run(out, [*folder.iterdir()], recipe=recipe(*BYTES, chain=CHAIN[:-1]))
    return folder, out
