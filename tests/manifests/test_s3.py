"""The whole path on an S3-compatible store: output there, input from there, and every command that looks at it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import s3fs

from run_helpers import ARCHIVES, SMALL, Watching, assert_whole, run, totals
from yurai.sources.find import find_sources
from yurai_manifests.errors import ShardError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said


def digest_of(out: Path | str) -> str:
    return load_run(open_store(str(out))).digest


@pytest.fixture(scope="module")
def on_s3(s3_server: str) -> str:
    """The demo in the bucket, over archives in the bucket, made without Ray."""
    for path in ARCHIVES:
        s3fs.S3FileSystem().put_file(str(path), f"corpus/crawl/{path.name}")
    out = f"{s3_server}/demo"
    run(out, [f"{s3_server}/crawl"])
    return out


def test_the_demo_has_the_digest_it_has_on_disk(on_s3: str, demo_tree: Path) -> None:
    assert_whole(on_s3, digest_of(demo_tree))
    assert totals(on_s3) == totals(demo_tree)


def test_commands_look_at_the_bucket(on_s3: str, demo_tree: Path, yurai: Callable[..., Said]) -> None:
    assert yurai("digest", on_s3).out == yurai("digest", demo_tree).out
    assert yurai("audit", on_s3).code == 0
    lives = [yurai("explain", out, "--token", "00000:5000", "--format", "json").out for out in (on_s3, demo_tree)]
    assert lives[0] == lives[1]
    assert json.loads(lives[0])[0]["outcome"] == "kept"


def test_a_finished_run_is_not_done_again(on_s3: str, s3_server: str) -> None:
    watching = Watching()
    run(on_s3, [f"{s3_server}/crawl"], runner=watching)
    assert not watching.ran


@pytest.mark.usefixtures("on_s3")
def test_archives_in_the_bucket(s3_server: str) -> None:
    found = find_sources([f"{s3_server}/crawl"])
    assert [source.name for source in found] == [path.name for path in ARCHIVES]
    assert found == find_sources([f"{s3_server}/crawl/*"])


@pytest.mark.ray
def test_ray_workers_write_to_the_bucket(s3_server: str, ray_cluster: None, small_tree: Path) -> None:
    from yurai.ray import RayRunner

    run(f"{s3_server}/ray", SMALL, runner=RayRunner(2))
    assert_whole(f"{s3_server}/ray", digest_of(small_tree))


def test_a_store_that_ignores_put_if_absent_is_refused(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = s3fs.S3FileSystem._pipe_file

    async def careless(self: Any, path: str, data: bytes, **options: Any) -> Any:
        return await whole(self, path, data, **(options | {"mode": "overwrite"}))

    monkeypatch.setattr(s3fs.S3FileSystem, "_pipe_file", careless)
    s3fs.S3FileSystem.clear_instance_cache()  # instances bind their methods when they are made
    with pytest.raises(ShardError, match="does not honour put-if-absent"):
        run(f"{s3_server}/refused", SMALL)
    monkeypatch.undo()
    s3fs.S3FileSystem.clear_instance_cache()
    assert s3fs.S3FileSystem().find("corpus/refused") == []
