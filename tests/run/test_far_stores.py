"""Whole runs from HTTP to S3, amid faults of both, with keys that nothing may hold."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import fsspec.config
import pytest

from planted import QUERY, USER, hits, tree_bytes
from s3_faults import Amid, s3_behind, s3_store, with_files
from sample_expectations import SAMPLE
from yurai_manifests import web, web_retry
from yurai_manifests.web_retry import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from run_helpers import Said
    from yurai_manifests.store import Store

INPUT = "sample-03.warc.wet.gz"
RECIPE = """
name = "far"
[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "tokenize"
tokenizer = "bytes"
"""
KEYS = {
    "AWS_ACCESS_KEY_ID": "pLANTEDuser",
    "AWS_SECRET_ACCESS_KEY": "pLANTEDword",
    "AWS_SESSION_TOKEN": "pLANTEDsig",
    "HF_TOKEN": "pLANTEDfrag",
}
IMPATIENT = {"read_timeout": 0.5, "connect_timeout": 1.0, "retries": {"mode": "standard", "max_attempts": 1}}
RARE, OFTEN = 0.04, 0.7


class Far(NamedTuple):
    """A recipe over an input on a web server, a store on S3, and what disturbs both."""

    command: tuple[object, ...]
    store: Store
    faults: Amid


@pytest.fixture
def far(s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    async def at_once(_: float) -> None:
        """Wait for nothing."""

    monkeypatch.setattr(web_retry, "PATIENCE", Patience(wait=at_once))
    monkeypatch.setattr(web, "_TIMES", web.aiohttp.ClientTimeout(total=None, sock_connect=1, sock_read=0.5))
    monkeypatch.setitem(fsspec.config.conf, "s3", {"config_kwargs": IMPATIENT})
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    (tmp_path / "far.toml").write_text(RECIPE)
    (tmp_path / "in").mkdir()
    shutil.copy(SAMPLE / INPUT, tmp_path / "in")
    faults = Amid(0, 0.0)
    with (
        s3_behind(lambda application: faults(with_files(tmp_path / "in", application))) as address,
        s3_store(address, monkeypatch) as store,
    ):
        web_server = address.replace("://", f"://{USER}")
        words = ("--input", f"{web_server}/web/{INPUT}{QUERY}", "--runner", "local", "--workers", 1, "--no-report")
        yield Far(("run", tmp_path / "far.toml", *words), store, faults)
        faults.over.set()


def test_whole_runs_amid_faults_of_their_stores(
    far: Far, tmp_path: Path, yurai: Callable[..., Said], caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []

    def ran(name: str, share: float) -> Said:
        far.faults.share = share
        ended = yurai(*far.command, "--output", f"{far.store.url}/{name}")
        far.faults.share = 0.0
        said.extend(ended[1:])
        assert ended.code in (0, 2)
        assert sum(line.partition(": ")[0].endswith("Error") for line in ended.err.splitlines()) == (ended.code == 2)
        return ended

    with caplog.at_level("DEBUG", logger="yurai"):
        assert ran("alone", 0.0).code == 0
        assert ran("amid", OFTEN).code == 2
        before = far.faults.struck
        if ran("amid", RARE).code:
            assert ran("amid", 0.0).code == 0
        assert far.faults.struck > before
    trees = {name: copied(far.store, name, tmp_path / "copies") for name in ("alone", "amid")}
    assert "run.json" in trees["alone"]
    assert trees["amid"] == trees["alone"]
    assert hits(tree_bytes(tmp_path / "copies"), *said, caplog.text) == []
    assert any("Error: " in text for text in said), "a run that was refused has said so"


def copied(store: Store, name: str, folder: Path) -> dict[str, bytes]:
    """Copy a tree into a folder; return what of it does not say how its run went."""
    found = {}
    for key, _ in store.list(name):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data := store.read(key))
        found[key.removeprefix(f"{name}/")] = data
    return {key: data for key, data in found.items() if not key.startswith(("journal/", ".work/"))}
